//! The identity provider: token endpoint, authorization endpoint and device flow, as the manifest describes them.

mod device;
mod grants;
mod tokens;
mod words;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use portal_generator::manifest::{
    ClientAuthentication, DeviceFlow, Grant, IdentityProvider, TokenParameters,
};
use ring::hmac;
use url::Url;

use crate::clock::Clock;
use crate::credentials::Credentials;
use crate::message::{Answer, Request};
use crate::portal::IDENTITY;

pub(crate) use device::Decision;
pub(crate) use tokens::{Claims, Worthless};

/// Settings of the identity provider.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// How long access tokens are good; by the dialect where nothing is said.
    pub(crate) lifetime: Option<Duration>,
    /// After how many polls a device is approved by itself.
    pub(crate) polls: Option<u32>,
    /// How long a device waits between polls.
    pub(crate) interval: Duration,
}

/// The identity provider.
pub(crate) struct Identity {
    manifest: IdentityProvider,
    settings: Settings,
    clients: Vec<Credentials>,
    key: hmac::Key,
    seed: u64,
    base: String,
    granted: Mutex<Granted>,
}

/// What was handed out and is still good for something.
#[derive(Default)]
struct Granted {
    count: u64,
    codes: HashMap<String, Code>,
    refresh: HashMap<String, Refresh>,
    devices: HashMap<String, device::Device>,
}

/// An authorization code.
struct Code {
    client: String,
    redirect_uri: String,
    scopes: Vec<String>,
    /// The method and the challenge of PKCE (RFC 7636).
    challenge: Option<(String, String)>,
    ends: Duration,
}

/// A refresh token.
struct Refresh {
    client: String,
    scopes: Vec<String>,
    user: Option<String>,
    ends: Duration,
}

/// How long codes last (RFC 6749, section 4.1.2, and EASI'R's page).
const CODES: Duration = Duration::from_secs(600);
/// How long refresh tokens last.
const REFRESH: Duration = Duration::from_secs(7 * 86_400);

impl Identity {
    pub(crate) fn new(
        manifest: IdentityProvider,
        settings: Settings,
        clients: Vec<Credentials>,
        seed: u64,
        base: String,
    ) -> Self {
        Self {
            manifest,
            settings,
            clients,
            key: crate::random::key(seed),
            seed,
            base,
            granted: Mutex::default(),
        }
    }

    /// Where an endpoint of the real provider is in the sandbox.
    pub(crate) fn here(&self, url: &str) -> String {
        format!("{}{}", self.base, path(url))
    }

    pub(crate) fn token_url(&self) -> String {
        self.here(&self.manifest.token_url)
    }

    /// The authorization endpoint, where the portal has none under a conventional name.
    pub(crate) fn authorize_url(&self) -> String {
        let own = self.manifest.authorize_url.as_deref();
        self.here(own.unwrap_or("https://identity.invalid/authorize"))
    }

    pub(crate) fn device_authorization_url(&self) -> Option<String> {
        let url = self.manifest.device_authorization_url.as_deref();
        url.map(|url| self.here(url))
    }

    /// Where a user agrees to a device (RFC 8628, section 3.3).
    pub(crate) fn verification_url(&self) -> String {
        self.here("https://identity.invalid/device")
    }

    /// Answers a request; nothing where it is for no endpoint.
    pub(crate) fn answer(&self, request: &Request, clock: &Clock) -> Option<(Answer, Outcome)> {
        let at = |url: &str| format!("{}{}", self.base, request.path) == self.here(url);
        let now = clock.now();
        if at(&self.manifest.token_url) && request.method == "POST" {
            return Some(self.token(request, now));
        }
        let device = self.manifest.device_authorization_url.as_deref();
        if device.is_some_and(at) && request.method == "POST" {
            return Some(self.device_authorization(request, now));
        }
        if self.offers(Grant::DeviceCode)
            && self.verification_url() == format!("{}{}", self.base, request.path)
        {
            return Some(self.verification(request));
        }
        let authorizes = request.method == "GET"
            && self.offers(Grant::AuthorizationCode)
            && self.authorize_url() == format!("{}{}", self.base, request.path);
        authorizes.then(|| self.authorize(request, now))
    }

    /// What a bearer token grants.
    pub(crate) fn verify(&self, token: &str, now: Duration) -> Result<Claims, Worthless> {
        tokens::verify(&self.key, token, now)
    }

    pub(crate) fn forget(&self) {
        let mut granted = self.granted();
        // The count goes on: tokens stay different.
        granted.codes.clear();
        granted.refresh.clear();
        granted.devices.clear();
    }

    fn offers(&self, grant: Grant) -> bool {
        self.manifest.grants.contains(&grant)
    }

    fn is_easir(&self) -> bool {
        self.manifest.parameters == TokenParameters::QueryAndJson
    }

    fn devices_at_token_endpoint(&self) -> bool {
        self.manifest.device_flow == Some(DeviceFlow::TokenEndpoint)
    }

    fn wants_basic(&self) -> bool {
        self.manifest.client_authentication == ClientAuthentication::Basic
    }

    fn client(&self, id: &str) -> Option<&Credentials> {
        self.clients.iter().find(|client| client.client_id == id)
    }

    fn granted(&self) -> MutexGuard<'_, Granted> {
        self.granted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A code or token that stands for something else.
    fn opaque(&self, granted: &mut Granted, what: &str) -> String {
        granted.count += 1;
        crate::random::secret(self.seed, &format!("{what} {}", granted.count))
    }
}

/// What came of a request to the identity provider, for the record.
pub(crate) struct Outcome {
    pub(crate) operation: &'static str,
    pub(crate) bundle: Option<String>,
    pub(crate) scopes: Vec<String>,
    /// Why it was refused.
    pub(crate) refused: Option<String>,
}

/// The path of an endpoint below the sandbox's own address.
fn path(url: &str) -> String {
    let url = Url::parse(url);
    format!("{IDENTITY}{}", url.as_ref().map_or("/", Url::path))
}
