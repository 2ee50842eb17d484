//! Clients of a single document: credentials by its security schemes.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderName;
use http::header::AUTHORIZATION;

use super::addresses::Addresses;
use super::authority::{Authority, Credential, Supply, Tokens, secret_header, supply};
use super::builder::{Builder, ForService, Ready, Settings};
use super::{Client, Core};
use crate::body::BoxError;
use crate::error::ConfigError;
use crate::oauth::{self, ClientCredentials, Credentials, Dialect, TokenEndpoint};
use crate::transport::check_address;
use crate::wire::Secret;

/// What a document says of its service, as generated code states it.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    /// The crate's name.
    pub name: &'static str,
    /// What the names of its environment variables begin with.
    pub env_prefix: &'static str,
    /// The servers of the document, the first being the default.
    pub servers: &'static [Server],
    /// The security schemes that the document names.
    pub schemes: &'static [Scheme],
}

/// A server of a document.
#[derive(Clone, Copy, Debug)]
pub struct Server {
    /// The URL, with `{variables}`.
    pub url: &'static str,
    /// The variables of the URL.
    pub variables: &'static [ServerVariable],
}

/// A variable in a server's URL.
#[derive(Clone, Copy, Debug)]
pub struct ServerVariable {
    /// As the URL names it.
    pub name: &'static str,
    /// The value where none is set.
    pub default: &'static str,
    /// The values that are allowed; empty for any.
    pub allowed: &'static [&'static str],
}

impl ServerVariable {
    /// Whether the document allows a value.
    pub(super) fn allows(&self, value: &str) -> bool {
        self.allowed.is_empty() || self.allowed.contains(&value)
    }
}

/// A security scheme of a document, by its name.
#[derive(Clone, Copy, Debug)]
pub struct Scheme {
    /// The name under which operations require it.
    pub name: &'static str,
    /// What is sent.
    pub kind: SecurityScheme,
}

/// What a security scheme sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecurityScheme {
    /// A key in the header of this name.
    ApiKeyHeader(&'static str),
    /// A key in the query parameter of this name.
    ApiKeyQuery(&'static str),
    /// A key in the cookie of this name.
    ApiKeyCookie(&'static str),
    /// User name and password (RFC 7617).
    Basic,
    /// A bearer token (RFC 6750) that the application supplies.
    Bearer,
    /// A bearer token asked for with client credentials (RFC 6749, section 4.4).
    OAuth2ClientCredentials {
        /// The token endpoint.
        token_url: &'static str,
        /// The scopes that the document knows.
        scopes: &'static [&'static str],
    },
    /// Something that this crate cannot do, in the document's words. A token or header for it can
    /// still be set by hand.
    Unsupported(&'static str),
}

/// What was given for a scheme.
pub(super) enum Given {
    Key(Secret),
    Basic(String, Secret),
    Token(Secret),
    Supply(Supply),
    Client(ClientCredentials, Option<Vec<String>>),
}

impl<P> Builder<P, ForService> {
    /// Begins a client of a document. `make` puts the client into the crate's own type.
    pub fn for_service(service: &'static Service, make: fn(Client) -> P) -> Self {
        let profile = ForService {
            service,
            given: Vec::new(),
            addresses: Addresses::default(),
            server: 0,
        };
        Self {
            make,
            settings: Settings::default(),
            profile,
        }
    }

    /// Sets the key for an API key scheme.
    pub fn api_key(self, scheme: impl Into<String>, key: impl Into<String>) -> Self {
        self.give(scheme, Given::Key(Secret::from(key.into())))
    }

    /// Sets user name and password for a Basic scheme.
    pub fn basic(
        self,
        scheme: impl Into<String>,
        user: impl Into<String>,
        password: impl Into<String>,
    ) -> Self {
        self.give(
            scheme,
            Given::Basic(user.into(), Secret::from(password.into())),
        )
    }

    /// Sets a bearer token for a bearer, OAuth 2 or unsupported scheme.
    pub fn bearer(self, scheme: impl Into<String>, token: impl Into<String>) -> Self {
        self.give(scheme, Given::Token(Secret::from(token.into())))
    }

    /// Sets a source of bearer tokens, asked before each request. Where the API refuses a token, the
    /// source is asked once more, and the call made once more if it gives another.
    pub fn bearer_provider<F, R, E>(self, scheme: impl Into<String>, provider: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<String, E>> + Send + 'static,
        E: Into<BoxError> + 'static,
    {
        self.give(scheme, Given::Supply(supply(provider)))
    }

    /// Sets client id and secret for an OAuth 2 scheme. Tokens are asked for with the scopes that
    /// each operation requires.
    pub fn oauth2(
        self,
        scheme: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: impl Into<String>,
    ) -> Self {
        self.give(
            scheme,
            Given::Client(ClientCredentials::new(client_id, client_secret), None),
        )
    }

    /// Sets client id and secret for an OAuth 2 scheme, and the scopes to ask for in place of those
    /// that operations require. There must be one at least: a provider that is asked for none
    /// chooses.
    pub fn oauth2_with_scopes<S: Into<String>>(
        self,
        scheme: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: impl Into<String>,
        scopes: impl IntoIterator<Item = S>,
    ) -> Self {
        let scopes = scopes.into_iter().map(Into::into).collect();
        self.give(
            scheme,
            Given::Client(
                ClientCredentials::new(client_id, client_secret),
                Some(scopes),
            ),
        )
    }

    /// Takes credentials from environment variables where they are set. Each name begins with the
    /// crate's prefix and the scheme's name in capitals: `…_KEY` for keys, `…_USER` and `…_PASSWORD`
    /// for Basic, `…_TOKEN` for bearer tokens, `…_CLIENT_ID` and `…_CLIENT_SECRET` for OAuth 2. The
    /// base URL is taken from the prefix with `_BASE_URL`.
    ///
    /// # Errors
    /// When there are security schemes and no credentials for any, or half of those for one; the names are listed.
    pub fn credentials_from_env(self) -> Result<Self, ConfigError> {
        self.credentials_from(|name| std::env::var(name).ok())
    }

    /// Takes credentials from a lookup by the names of the environment variables.
    ///
    /// # Errors
    /// As [`credentials_from_env`](Self::credentials_from_env).
    pub fn credentials_from(
        mut self,
        lookup: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let service = self.profile.service;
        let mut environment = Environment::new(&lookup);
        for scheme in service.schemes {
            let given = environment.given(service.env_prefix, scheme);
            self.profile
                .given
                .extend(given.map(|given| (scheme.name.to_owned(), given)));
        }
        ConfigError::check(environment.halves)?;
        if self.profile.given.is_empty() && !service.schemes.is_empty() {
            let names = environment.names.join(", or ");
            return Err(ConfigError::new(format!(
                "the environment has no credentials; set what your operator gave you: {names}"
            )));
        }
        let url = format!("{}_BASE_URL", service.env_prefix);
        if let Some(url) = value_of(&lookup, &url) {
            self = self.base_url(url);
        }
        Ok(self)
    }

    /// Chooses a server of the document, counted from 0.
    pub fn server(mut self, index: usize) -> Self {
        self.profile.server = index;
        self
    }

    /// Sets a variable of the server's URL, and of the same name in the URLs of servers that operations have of
    /// their own. An operation whose server does not allow the value fails when it is called.
    pub fn server_variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.profile
            .addresses
            .variables
            .insert(name.into(), value.into());
        self
    }

    /// Sets the base URL in place of the document's servers.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.profile.addresses.base = Some(url.into());
        self
    }

    /// Makes the client. Nothing is sent yet.
    ///
    /// # Errors
    /// When settings cannot work; all of them are named.
    pub fn build(self) -> Result<P, ConfigError> {
        let Self {
            make,
            settings,
            profile,
        } = self;
        let mut problems = Vec::new();
        let service = profile.service;
        let mut addresses = addresses(&profile, &mut problems);
        problems.extend(addresses.prepare_shared());
        let ready = settings.base(&mut problems);
        let mut credentials = Vec::new();
        if let Some(ready) = &ready {
            for (name, given) in profile.given {
                match credential(service, &name, given, ready) {
                    Ok(credential) => credentials.push(credential),
                    Err(problem) => problems.push(problem),
                }
            }
        }
        ConfigError::check(problems)?;
        let Some(ready) = ready else {
            return Err(ConfigError::new("there is no transport"));
        };
        let gateway = service.schemes.iter().any(|scheme| {
            matches!(scheme.kind, SecurityScheme::ApiKeyHeader(name)
                if name.eq_ignore_ascii_case("Ocp-Apim-Subscription-Key"))
        });
        Ok(make(Client::new(Core {
            transport: ready.transport,
            addresses: Arc::new(addresses),
            authority: Authority::Schemes(Arc::new(credentials)),
            timeouts: ready.timeouts,
            retry: ready.retry,
            budget: ready.budget,
            largest_body: ready.largest_body,
            middleware: ready.middleware,
            request_id_header: ready.request_id_header,
            gateway,
            bundle_scopes: Arc::default(),
            bundle: None,
            only: None,
        })))
    }

    fn give(mut self, scheme: impl Into<String>, given: Given) -> Self {
        let scheme = scheme.into();
        self.profile.given.retain(|(name, _)| *name != scheme);
        self.profile.given.push((scheme, given));
        self
    }
}

/// Credentials by the names of environment variables.
struct Environment<'l> {
    lookup: &'l dyn Fn(&str) -> Option<String>,
    /// What was looked for; what goes together is one entry.
    names: Vec<String>,
    /// What is there without what goes with it.
    halves: Vec<String>,
}

impl<'l> Environment<'l> {
    fn new(lookup: &'l dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            lookup,
            names: Vec::new(),
            halves: Vec::new(),
        }
    }

    /// What is set for a scheme.
    fn given(&mut self, prefix: &str, scheme: &Scheme) -> Option<Given> {
        let prefix = format!("{prefix}_{}", capitals(scheme.name));
        match scheme.kind {
            SecurityScheme::ApiKeyHeader(_)
            | SecurityScheme::ApiKeyQuery(_)
            | SecurityScheme::ApiKeyCookie(_) => {
                let key = self.one(format!("{prefix}_KEY"))?;
                Some(Given::Key(Secret::from(key)))
            }
            SecurityScheme::Basic => {
                let (user, password) =
                    self.both(format!("{prefix}_USER"), format!("{prefix}_PASSWORD"))?;
                Some(Given::Basic(user, Secret::from(password)))
            }
            SecurityScheme::Bearer | SecurityScheme::Unsupported(_) => {
                let token = self.one(format!("{prefix}_TOKEN"))?;
                Some(Given::Token(Secret::from(token)))
            }
            SecurityScheme::OAuth2ClientCredentials { .. } => {
                let (id, secret) = self.both(
                    format!("{prefix}_CLIENT_ID"),
                    format!("{prefix}_CLIENT_SECRET"),
                )?;
                Some(Given::Client(ClientCredentials::new(id, secret), None))
            }
        }
    }

    fn one(&mut self, name: String) -> Option<String> {
        let value = value_of(self.lookup, &name);
        self.names.push(name);
        value
    }

    /// Two values of which neither is of use without the other.
    fn both(&mut self, first: String, second: String) -> Option<(String, String)> {
        let values = (
            value_of(self.lookup, &first),
            value_of(self.lookup, &second),
        );
        let half = match &values {
            (Some(_), None) => Some((&first, &second)),
            (None, Some(_)) => Some((&second, &first)),
            _ => None,
        };
        self.halves
            .extend(half.map(|(there, missing)| format!("{there} is set, and {missing} is not")));
        self.names.push(format!("{first} and {second}"));
        values.0.zip(values.1)
    }
}

/// A variable's value; one that is empty is not set.
fn value_of(lookup: &dyn Fn(&str) -> Option<String>, name: &str) -> Option<String> {
    let value = lookup(name)?.trim().to_owned();
    (!value.is_empty()).then_some(value)
}

/// The chosen server, and whether its variables may be what they were set to.
fn addresses(profile: &ForService, problems: &mut Vec<String>) -> Addresses {
    let mut addresses = profile.addresses.clone();
    let servers = profile.service.servers;
    addresses.server = servers.get(profile.server);
    if addresses.server.is_none() && profile.server > 0 {
        problems.push(format!(
            "there is no server {}; the document has {}",
            profile.server,
            servers.len()
        ));
    }
    let declared = addresses.server.map_or(&[][..], |server| server.variables);
    for variable in declared {
        let set = addresses.variables.get(variable.name);
        if !variable.allows(set.map_or(variable.default, String::as_str)) {
            let allowed = variable.allowed.join(", ");
            problems.push(format!(
                "the server variable {} must be one of {allowed}",
                variable.name
            ));
        }
    }
    addresses
}

/// Fits what was given to what the scheme sends.
fn credential(
    service: &'static Service,
    name: &str,
    given: Given,
    ready: &Ready,
) -> Result<(&'static str, Credential), String> {
    let Some(scheme) = service.schemes.iter().find(|scheme| scheme.name == name) else {
        let known: Vec<&str> = service.schemes.iter().map(|scheme| scheme.name).collect();
        return Err(format!(
            "there is no security scheme `{name}`; there are: {}",
            known.join(", ")
        ));
    };
    let header = |text: &Secret| {
        secret_header(&format!("the key for `{name}`"), text.expose())
            .map_err(|error| error.to_string())
    };
    let credential = match (scheme.kind, given) {
        (SecurityScheme::ApiKeyHeader(header_name), Given::Key(key)) => {
            let header_name = HeaderName::from_bytes(header_name.as_bytes())
                .map_err(|_| format!("`{header_name}` cannot be the name of a header"))?;
            Credential::Header(header_name, header(&key)?)
        }
        (SecurityScheme::ApiKeyQuery(parameter), Given::Key(key)) => {
            Credential::Query(parameter, key)
        }
        (SecurityScheme::ApiKeyCookie(cookie), Given::Key(key)) => Credential::Cookie(cookie, key),
        (SecurityScheme::Basic, Given::Basic(user, password)) => {
            if user.contains(':') {
                return Err(format!(
                    "the user name for `{name}` must not hold a colon (RFC 7617)"
                ));
            }
            Credential::Header(AUTHORIZATION, oauth::basic(&user, password.expose()))
        }
        (
            SecurityScheme::Bearer
            | SecurityScheme::OAuth2ClientCredentials { .. }
            | SecurityScheme::Unsupported(_),
            Given::Token(token),
        ) => {
            let value = oauth::bearer(token.expose()).ok_or_else(|| {
                format!("the token for `{name}` is empty or cannot be a bearer token")
            })?;
            Credential::Header(AUTHORIZATION, value)
        }
        (
            SecurityScheme::Bearer
            | SecurityScheme::OAuth2ClientCredentials { .. }
            | SecurityScheme::Unsupported(_),
            Given::Supply(supply),
        ) => Credential::Supplied(supply),
        (
            SecurityScheme::OAuth2ClientCredentials { token_url, .. },
            Given::Client(client, scopes),
        ) => {
            let endpoint = check_address(token_url)
                .map_err(|problem| format!("the token URL of `{name}`: {problem}"))?;
            if let Some(scopes) = &scopes {
                oauth::check_scopes(scopes)
                    .map_err(|problem| format!("the scopes for `{name}`: {problem}"))?;
            }
            Credential::Tokens(Arc::new(tokens(endpoint, client, ready)), scopes)
        }
        (kind, _) => {
            return Err(format!(
                "what was set for `{name}` does not fit it: {}",
                wants(kind)
            ));
        }
    };
    Ok((scheme.name, credential))
}

fn tokens(endpoint: url::Url, client: ClientCredentials, ready: &Ready) -> Tokens {
    let endpoint = TokenEndpoint {
        transport: crate::trace::token_requests(Arc::clone(&ready.transport)),
        clock: Arc::clone(&ready.clock),
        url: endpoint,
        dialect: Dialect::FORM,
        credentials: Credentials::fixed(client),
        default_lifetime: Duration::from_secs(300),
        on_missing_scopes: ready.on_missing_scopes.clone(),
    };
    Tokens::new(Arc::new(endpoint), ready.token_store.clone())
}

fn wants(kind: SecurityScheme) -> &'static str {
    match kind {
        SecurityScheme::ApiKeyHeader(_)
        | SecurityScheme::ApiKeyQuery(_)
        | SecurityScheme::ApiKeyCookie(_) => "call .api_key(..)",
        SecurityScheme::Basic => "call .basic(..)",
        SecurityScheme::Bearer | SecurityScheme::Unsupported(_) => {
            "call .bearer(..) or .bearer_provider(..)"
        }
        SecurityScheme::OAuth2ClientCredentials { .. } => {
            "call .oauth2(..), .bearer(..) or .bearer_provider(..)"
        }
    }
}

/// A scheme's name as part of an environment variable's.
pub(super) fn capitals(name: &str) -> String {
    let mut text = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() && text.ends_with(|last: char| last.is_ascii_lowercase())
        {
            text.push('_');
        }
        text.push(if character.is_ascii_alphanumeric() {
            character
        } else {
            '_'
        });
    }
    text.to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scheme_names_become_variable_names() {
        assert_eq!(capitals("apiKeyHeader"), "API_KEY_HEADER");
        assert_eq!(capitals("api-key"), "API_KEY");
    }
}
