//! The settings of a portal's client, checked before it is made.

use std::collections::BTreeMap;
use std::sync::Arc;

use http::HeaderName;

use super::addresses::Addresses;
use super::authority::secret_header;
use super::builder::{ForPortal, GivenCredentials};
use super::key::Key;
use crate::oauth::{Credentials, IdentityProvider, check_scopes};
use crate::scope::BundleFacts;
use crate::transport::check_address;

/// The settings of a portal's client, checked.
pub(super) struct Parts {
    pub(super) identity: IdentityProvider,
    pub(super) endpoint: url::Url,
    pub(super) credentials: Credentials,
    pub(super) scopes: Vec<String>,
    pub(super) key: Option<Key>,
    pub(super) addresses: Addresses,
    pub(super) authorize_url: Option<url::Url>,
    pub(super) device_authorization_url: Option<url::Url>,
    pub(super) bundle_scopes: BTreeMap<String, Vec<String>>,
    pub(super) bundle: Option<BundleFacts>,
}

impl ForPortal {
    /// Whether no scope is asked for where one is needed.
    pub(super) fn asks_for_nothing(&self) -> bool {
        self.portal.identity.dialect.scopes && self.asked().is_empty()
    }

    /// The scopes to ask for: those set for the bundle, those set for any, those it names.
    fn asked(&self) -> Vec<String> {
        let set = self.bundle_scopes.get(self.bundle.name);
        match set.or(self.scopes.as_ref()) {
            Some(scopes) => scopes.clone(),
            None => self
                .bundle
                .scopes
                .iter()
                .map(|&scope| scope.to_owned())
                .collect(),
        }
    }

    pub(super) fn parts(mut self, problems: &mut Vec<String>) -> Option<Parts> {
        let prefix = self.portal.env_prefix;
        let credentials = match self.credentials.take() {
            Some(GivenCredentials::Set(set)) if set.id().is_empty() || set.secret().is_empty() => {
                None
            }
            Some(GivenCredentials::Set(set)) => Some(Credentials::fixed(set)),
            Some(GivenCredentials::Provided(provider)) => Some(Credentials::Provided(provider)),
            None => None,
        };
        if credentials.is_none() {
            problems.push(format!(
                "the client id or secret is missing; call .credentials(..) or .credentials_from_env() \
                 ({prefix}_CLIENT_ID, {prefix}_CLIENT_SECRET)"
            ));
        }
        if self.asks_for_nothing() {
            problems.push(format!(
                "the bundle {} names no scopes; call .scopes([..]) or set {prefix}_SCOPE to those that came \
                 with the credentials",
                self.bundle.name
            ));
        }
        self.check_scopes(problems);
        if self.checked && self.bundle.permissions.is_empty() {
            problems.push(format!(
                "the bundle {} grants nothing; choose one of the portal's",
                self.bundle.name
            ));
        }
        let key = self.key(problems);
        let endpoint = self.endpoint(problems);
        let authorize_url = address("authorize", self.authorize_url.as_deref(), problems);
        let device_authorization_url = address(
            "device authorization",
            self.device_authorization_url.as_deref(),
            problems,
        );
        self.check_ids(problems);
        problems.extend(self.addresses.prepare(self.portal.apis));
        Some(Parts {
            identity: self.portal.identity,
            endpoint: endpoint?,
            credentials: credentials?,
            scopes: self.asked(),
            key,
            addresses: self.addresses,
            authorize_url,
            device_authorization_url,
            bundle: self.checked.then_some(self.bundle),
            bundle_scopes: self.bundle_scopes,
        })
    }

    /// Scopes that were set without saying any would be those that the provider likes, or for a
    /// bundle those of the wider client.
    fn check_scopes(&self, problems: &mut Vec<String>) {
        let set = self.scopes.as_ref().filter(|scopes| !scopes.is_empty());
        let set = set.map(|scopes| ("the scopes".to_owned(), scopes));
        let of_bundles = self
            .bundle_scopes
            .iter()
            .map(|(bundle, scopes)| (format!("the scopes for the bundle {bundle}"), scopes));
        for (what, scopes) in set.into_iter().chain(of_bundles) {
            if let Err(problem) = check_scopes(scopes) {
                problems.push(format!("{what}: {problem}"));
            }
        }
    }

    fn key(&self, problems: &mut Vec<String>) -> Option<Key> {
        let header = self.portal.subscription_key?.header;
        let Ok(header) = HeaderName::from_bytes(header.as_bytes()) else {
            problems.push(format!("`{header}` cannot be the name of a header"));
            return None;
        };
        if let Some(supply) = &self.key_supply {
            return Some(Key::supplied(header, Arc::clone(supply)));
        }
        let Some(text) = &self.subscription_key else {
            problems.push(format!(
                "the subscription key is missing; call .subscription_key(..) or set {}_SUBSCRIPTION_KEY",
                self.portal.env_prefix
            ));
            return None;
        };
        match secret_header("the subscription key", text.expose()) {
            Ok(value) => Some(Key::fixed(header, value)),
            Err(error) => {
                problems.extend_from_slice(error.problems());
                None
            }
        }
    }

    fn endpoint(&self, problems: &mut Vec<String>) -> Option<url::Url> {
        let text = self
            .token_url
            .as_deref()
            .unwrap_or(self.portal.identity.token_url);
        address("token", Some(text), problems)
    }

    /// An API that does not exist is a slip that would go unnoticed.
    fn check_ids(&self, problems: &mut Vec<String>) {
        let known: Vec<&str> = self.portal.apis.iter().map(|api| api.id).collect();
        for id in self.addresses.overrides.keys() {
            if !known.is_empty() && !known.contains(&id.as_str()) {
                problems.push(format!(
                    "there is no API `{id}`; there are {}",
                    known.join(", ")
                ));
            }
        }
    }
}

/// A URL of the identity provider, where it was given and credentials may be sent there.
fn address(name: &str, text: Option<&str>, problems: &mut Vec<String>) -> Option<url::Url> {
    match check_address(text?) {
        Ok(url) => Some(url),
        Err(problem) => {
            problems.push(format!("the {name} URL: {problem}"));
            None
        }
    }
}
