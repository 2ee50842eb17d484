//! Where generated tests send their requests, and what these prove themselves with.

use super::{Answer, Server};

/// The bearer token that clients under test send.
pub const TOKEN: &str = "wire-token";
/// The key that clients under test send: the subscription key, and that of every API key scheme.
pub const KEY: &str = "wire-key";
/// The user name that clients under test send with HTTP Basic.
pub const USER: &str = "wire";
/// The password that goes with [`USER`].
pub const PASSWORD: &str = "pass";
/// The `Authorization` header made of [`USER`] and [`PASSWORD`].
pub const BASIC: &str = "Basic d2lyZTpwYXNz";

/// Where a client under test finds its API, and what it proves itself with.
///
/// `WIRE_BASE_URL` leads generated tests to another server in place of the scripted one, such as a mock of the same
/// document; `WIRE_TOKEN` and `WIRE_SUBSCRIPTION_KEY` are what that server asks for.
pub struct Place {
    /// The base URL of the API.
    pub url: String,
    /// The token endpoint, which hands out [`token`](Self::token).
    pub token_url: String,
    /// A bearer token.
    pub token: String,
    /// A subscription key.
    pub key: String,
    /// Whether the server is none of this module's, so that nothing is known of what it saw.
    pub elsewhere: bool,
    /// Hands out tokens until the test is over.
    _identity: Server,
}

impl Place {
    /// A place below a URL.
    pub(super) fn at(url: String) -> Self {
        Self::new(url, TOKEN.to_owned(), KEY.to_owned(), false)
    }

    /// The server that the environment names, if it names one.
    pub(super) fn elsewhere() -> Option<Self> {
        let set = |name: &str| std::env::var(name).ok().filter(|text| !text.is_empty());
        let url = set("WIRE_BASE_URL")?;
        let token = set("WIRE_TOKEN").unwrap_or_else(|| TOKEN.to_owned());
        let key = set("WIRE_SUBSCRIPTION_KEY").unwrap_or_else(|| KEY.to_owned());
        Some(Self::new(url, token, key, true))
    }

    fn new(url: String, token: String, key: String, elsewhere: bool) -> Self {
        let answer =
            format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":3600}}"#);
        let identity = Server::of_api(move |_| Answer::json(200, answer.as_str()));
        Self {
            url,
            token_url: identity.token_url(),
            token,
            key,
            elsewhere,
            _identity: identity,
        }
    }
}
