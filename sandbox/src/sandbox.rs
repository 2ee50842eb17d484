//! Starting a sandbox, and what it can be told and asked.

use std::fmt;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::answers::Sampler;
use crate::api::Apis;
use crate::clock::Clock;
use crate::collections::Memory;
use crate::credentials::{self, Credentials};
use crate::error::StartError;
use crate::faults::{Fault, Faults};
use crate::gateway::{Gateway, Limit};
use crate::identity::{Decision, Identity, Settings};
use crate::portal::Portal;
use crate::record::Recorded;
use crate::server;
use crate::world::World;

/// A portal on this machine, until it is dropped.
///
/// It listens on loopback only, on one port: [`gateway_url`](Self::gateway_url) for the APIs, the endpoints of the
/// identity provider below `/.identity`. Everything that it hands out is made up and good for nothing else. Sandboxes
/// share nothing, so each test may have its own.
///
/// A request passes the gateway (operation, subscription key, limits), the check of its token and scopes, and the API's
/// check of what it holds; [`requests`](Self::requests) tells which of them refused it and why. Answers can be spoiled
/// with [`fault`](Self::fault) or by the header `X-Sandbox-Fault`, and time passes with [`advance`](Self::advance).
pub struct Sandbox {
    world: Arc<World>,
    credentials: Vec<Credentials>,
    serving: JoinHandle<std::convert::Infallible>,
}

/// Settings of a sandbox. Starts from [`Sandbox::builder`].
#[derive(Debug)]
pub struct Builder {
    source: Source,
    seed: u64,
    port: u16,
    records: usize,
    rate: Option<Limit>,
    quota: Option<Limit>,
    identity: Settings,
}

enum Source {
    Named(String),
    Folder(PathBuf),
    Given(Box<Portal>),
}

impl fmt::Debug for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => out.write_str(name),
            Self::Folder(path) => fmt::Debug::fmt(path, out),
            Self::Given(portal) => out.write_str(&portal.manifest.portal),
        }
    }
}

impl Sandbox {
    /// Starts the sandbox of the Easor portal with the settings of [`Sandbox::builder`].
    ///
    /// # Errors
    ///
    /// When the portal's files cannot be used, or no port can be listened on.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Settings: the Easor portal, seed 7, a port that the system chooses, 25 items in each list, no limits.
    pub fn builder() -> Builder {
        Builder {
            source: Source::Named("easor".to_owned()),
            seed: 7,
            port: 0,
            records: 25,
            rate: None,
            quota: None,
            identity: Settings {
                lifetime: None,
                polls: None,
                interval: Duration::from_secs(5),
            },
        }
    }

    /// Scheme, host and port of the gateway: what a client's `gateway_url` takes.
    pub fn gateway_url(&self) -> &str {
        &self.world.base
    }

    /// The address of an API, what a client's `api_url` takes: for portals whose gateway is not known. `{region}` stays
    /// in it where the portal has regions. Nothing where the portal has no such API.
    pub fn api_url(&self, api: &str) -> Option<String> {
        let mut apis = self.world.portal.apis.iter();
        let api = apis.find(|known| known.id == api)?;
        Some(format!("{}{}", self.world.base, api.base))
    }

    /// The addresses of all APIs, in the manifest's order.
    pub fn api_urls(&self) -> Vec<(String, String)> {
        let apis = self.world.portal.apis.iter();
        apis.map(|api| (api.id.clone(), format!("{}{}", self.world.base, api.base)))
            .collect()
    }

    /// The token endpoint: what a client's `token_url` takes.
    pub fn token_url(&self) -> String {
        self.world.identity.token_url()
    }

    /// The authorization endpoint. It shows no page and sends the browser back at once.
    pub fn authorize_url(&self) -> String {
        self.world.identity.authorize_url()
    }

    /// The device authorization endpoint, where the portal has one.
    pub fn device_authorization_url(&self) -> Option<String> {
        self.world.identity.device_authorization_url()
    }

    /// Where a user agrees to a device: the address, with `?user_code=` and the code, does what
    /// [`approve_device`](Self::approve_device) does, and with `&deny=true` what [`deny_device`](Self::deny_device)
    /// does. It shows no page.
    pub fn verification_url(&self) -> String {
        self.world.identity.verification_url()
    }

    /// Made-up credentials, for each bundle in the manifest's order.
    pub fn credentials(&self) -> &[Credentials] {
        &self.credentials
    }

    /// The made-up credentials of a bundle: `Accounting`.
    pub fn credentials_of(&self, bundle: &str) -> Option<&Credentials> {
        self.credentials.iter().find(|it| it.bundle == bundle)
    }

    /// The portal's name.
    pub fn portal(&self) -> &str {
        &self.world.portal.manifest.portal
    }

    /// The environment variables that a client of the portal reads, with the values for a bundle.
    pub fn environment(&self, credentials: &Credentials) -> Vec<(String, String)> {
        let manifest = &self.world.portal.manifest;
        let variable = |name: &str, value: String| (name.to_owned(), value);
        let mut all = vec![
            variable("CLIENT_ID", credentials.client_id.clone()),
            variable("CLIENT_SECRET", credentials.client_secret.clone()),
        ];
        if manifest.gateway.subscription_key.is_some() {
            let key = credentials.subscription_key.clone();
            all.push(variable("SUBSCRIPTION_KEY", key));
        }
        if manifest.identity_provider.scopes {
            all.push(variable("SCOPE", credentials.scopes.join(" ")));
        }
        // Without regions a client is told the address of each API.
        match manifest.gateway.regions.is_empty() {
            false => all.push(variable("GATEWAY_URL", self.gateway_url().to_owned())),
            true => all.extend(self.api_urls().into_iter().map(|(api, url)| {
                let api = api.to_ascii_uppercase().replace('-', "_");
                (format!("API_URL_{api}"), url)
            })),
        }
        all.push(variable("TOKEN_URL", self.token_url()));
        let prefix = &manifest.env_prefix;
        let named = all.into_iter();
        named
            .map(|(name, value)| (format!("{prefix}_{name}"), value))
            .collect()
    }

    /// Gives the next calls of APIs a fault each, after those that wait already.
    pub fn fault(&self, fault: &Fault, calls: usize) {
        self.world.faults.add(fault, calls);
    }

    /// Puts the sandbox's clock forward: tokens and codes expire, limits end.
    pub fn advance(&self, by: Duration) {
        self.world.clock.advance(by);
    }

    /// Agrees for the user of a device; false where no device shows this code.
    pub fn approve_device(&self, user_code: &str) -> bool {
        self.world.identity.decide(user_code, Decision::Approved)
    }

    /// Refuses for the user of a device; false where no device shows this code.
    pub fn deny_device(&self, user_code: &str) -> bool {
        self.world.identity.decide(user_code, Decision::Denied)
    }

    /// Every request so far, in the order in which they were answered.
    pub fn requests(&self) -> Vec<Recorded> {
        self.world.recorded().clone()
    }

    /// The requests after the first so many, which somebody has seen already.
    pub fn requests_after(&self, seen: usize) -> Vec<Recorded> {
        let recorded = self.world.recorded();
        recorded.get(seen..).unwrap_or_default().to_vec()
    }

    /// Forgets what was sent, refresh tokens and codes, faults that wait, used limits and the record. Access tokens
    /// stay good.
    pub fn reset(&self) {
        self.world.apis.memory.forget();
        self.world.identity.forget();
        self.world.faults.forget();
        self.world.gateway.forget();
        self.world.recorded().clear();
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Sandbox")
            .field("portal", &self.portal())
            .field("gateway_url", &self.gateway_url())
            .finish_non_exhaustive()
    }
}

impl Builder {
    /// The portal in this project's `specs/`, by the name of its folder.
    #[must_use]
    pub fn portal(mut self, name: impl Into<String>) -> Self {
        self.source = Source::Named(name.into());
        self
    }

    /// The portal whose `portal.yaml` is in this folder.
    #[must_use]
    pub fn folder(mut self, path: impl Into<PathBuf>) -> Self {
        self.source = Source::Folder(path.into());
        self
    }

    /// A portal that was put together elsewhere.
    #[must_use]
    pub fn documents(mut self, portal: Portal) -> Self {
        self.source = Source::Given(Box::new(portal));
        self
    }

    /// What everything that is made up depends on: the same seed gives the same answers and credentials.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The port; 0 for one that the system chooses.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// How many items each list has from the start.
    #[must_use]
    pub fn records(mut self, count: usize) -> Self {
        self.records = count;
        self
    }

    /// Calls in a time beyond which the gateway answers 429, for each subscription key.
    #[must_use]
    pub fn rate_limit(mut self, calls: u32, period: Duration) -> Self {
        self.rate = Some((calls, period));
        self
    }

    /// Calls in a time beyond which the gateway answers 403, for each subscription key.
    #[must_use]
    pub fn quota(mut self, calls: u32, period: Duration) -> Self {
        self.quota = Some((calls, period));
        self
    }

    /// How long access tokens are good. Without it an hour, or as EASI'R's page has it.
    #[must_use]
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.identity.lifetime = Some(lifetime);
        self
    }

    /// After how many polls the user of a device agrees by itself. Without it, only
    /// [`approve_device`](Sandbox::approve_device) does.
    #[must_use]
    pub fn approve_devices_after(mut self, polls: u32) -> Self {
        self.identity.polls = Some(polls);
        self
    }

    /// How long a device has to wait between polls, in whole seconds. Without it five.
    #[must_use]
    pub fn device_interval(mut self, interval: Duration) -> Self {
        self.identity.interval = interval;
        self
    }

    /// Starts the sandbox on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// When the portal's files cannot be used, or the port cannot be listened on.
    pub async fn start(self) -> Result<Sandbox, StartError> {
        let portal = match self.source {
            Source::Named(name) => {
                let specs = concat!(env!("CARGO_MANIFEST_DIR"), "/../specs");
                Portal::read(PathBuf::from(specs).join(name))?
            }
            Source::Folder(path) => Portal::read(path)?,
            Source::Given(portal) => *portal,
        };
        let port = self.port;
        let unusable = |reason| StartError::Port { port, reason };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let listener = listener.map_err(unusable)?;
        let address = listener.local_addr().map_err(unusable)?;
        let base = format!("http://{address}");
        let credentials = credentials::of(&portal, self.seed);
        let manifest = &portal.manifest;
        let world = Arc::new(World {
            identity: Identity::new(
                manifest.identity_provider.clone(),
                self.identity,
                credentials.clone(),
                self.seed,
                base.clone(),
            ),
            gateway: Gateway::new(
                manifest.gateway.subscription_key.clone(),
                self.rate,
                self.quota,
                credentials.clone(),
            ),
            apis: Apis {
                seed: self.seed,
                records: self.records,
                sampler: Sampler::default(),
                memory: Memory::default(),
            },
            portal,
            faults: Faults::default(),
            clock: Clock::default(),
            base,
            record: Mutex::default(),
        });
        let serving = tokio::spawn(server::serve(listener, Arc::clone(&world)));
        Ok(Sandbox {
            world,
            credentials,
            serving,
        })
    }
}
