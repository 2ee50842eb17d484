//! Under what tokens are kept.

use std::fmt;

/// Under what tokens are kept: whose they are, and what for. It holds no secret.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenKey {
    endpoint: String,
    client: String,
    subject: Option<String>,
    scopes: Vec<String>,
}

impl TokenKey {
    /// Tokens of the client itself, for a set of scopes in any order.
    pub fn of_client(endpoint: &str, client: &str, scopes: &[String]) -> Self {
        let mut scopes = scopes.to_vec();
        scopes.sort_unstable();
        scopes.dedup();
        Self {
            endpoint: endpoint.to_owned(),
            client: client.to_owned(),
            subject: None,
            scopes,
        }
    }

    /// Tokens of a user who logged in, whatever their scopes: they share a refresh token.
    pub fn of_subject(endpoint: &str, client: &str, subject: &str) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            client: client.to_owned(),
            subject: Some(subject.to_owned()),
            scopes: Vec::new(),
        }
    }

    /// The token endpoint.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The client id.
    pub fn client(&self) -> &str {
        &self.client
    }

    /// The user, by the name that the application gave; `None` for the client itself.
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// The scopes, sorted; empty for those of a user.
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// The key as one line of text, the same for equal keys and for no others: its parts, each
    /// percent-encoded, with spaces between them.
    pub fn to_text(&self) -> String {
        let encode = |text: &str| crate::percent::Encoding::Strict.encode(text);
        let mut text = format!("{} {}", encode(&self.endpoint), encode(&self.client));
        match &self.subject {
            Some(subject) => text.push_str(&format!(" subject {}", encode(subject))),
            None => {
                text.push_str(" client");
                for scope in &self.scopes {
                    text.push(' ');
                    text.push_str(&encode(scope));
                }
            }
        }
        text
    }
}

impl fmt::Display for TokenKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.subject {
            Some(subject) => {
                // Users may have chosen it, and messages are one line.
                let subject = crate::json::tidy(subject);
                write!(out, "{subject} of {} at {}", self.client, self.endpoint)
            }
            None => write!(out, "{} at {}", self.client, self.endpoint),
        }
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "TokenKey({})", self.to_text())
    }
}
