//! A request's address and headers, with the credentials that go into them.

use std::sync::Arc;

use http::header::{AUTHORIZATION, COOKIE, Entry};
use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::key::Key;
use crate::error::IdentityProviderError;
use crate::oauth::Slot;
use crate::percent::Encoding;
use crate::wire::Secret;

/// A request's address and headers while credentials are added to them.
pub(crate) struct Proof {
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    /// The token that was used, to be dropped if it is refused.
    pub(crate) ticket: Option<Ticket>,
    /// The subscription key that was used.
    pub(crate) key: Option<HeaderValue>,
    /// Keys that went into the query.
    pub(crate) query_keys: Vec<Secret>,
}

/// Names a token that was used.
pub(crate) enum Ticket {
    /// One of a slot.
    Slot(Arc<Slot>, u64),
    /// One that the application supplied.
    Supplied(HeaderValue),
}

impl Ticket {
    /// Drops the token, so that the next request asks for another.
    pub(crate) fn refuse(&self) {
        if let Self::Slot(slot, generation) = self {
            slot.refuse(*generation);
        }
    }

    /// The token, where the application supplied it: it may supply the same again.
    pub(crate) fn supplied(self) -> Option<HeaderValue> {
        match self {
            Self::Slot(..) => None,
            Self::Supplied(token) => Some(token),
        }
    }
}

impl Proof {
    pub(crate) fn new(url: Url, headers: HeaderMap) -> Self {
        Self {
            url,
            headers,
            ticket: None,
            key: None,
            query_keys: Vec::new(),
        }
    }

    /// Adds the subscription key.
    pub(super) async fn add_key(&mut self, key: &Key) -> Result<(), String> {
        if let Entry::Vacant(vacant) = self.headers.entry(&key.header) {
            let value = key.value().await?;
            vacant.insert(value.clone());
            self.key = Some(value);
        }
        Ok(())
    }

    /// Adds a token of the application's own.
    pub(super) fn add_supplied(&mut self, token: HeaderValue) {
        if let Entry::Vacant(vacant) = self.headers.entry(AUTHORIZATION) {
            vacant.insert(token.clone());
            self.ticket = Some(Ticket::Supplied(token));
        }
    }

    /// Adds a header, unless the call has set its own: that is meant so.
    pub(super) fn add_header(&mut self, name: &HeaderName, value: &HeaderValue) {
        self.headers.entry(name).or_insert_with(|| value.clone());
    }

    /// Adds a token, waiting for it where there is none at hand. A call with a header of its own
    /// takes none: were that header refused, the token would be dropped for everybody.
    pub(super) async fn add_token(
        &mut self,
        slot: &Arc<Slot>,
    ) -> Result<(), IdentityProviderError> {
        if let Entry::Vacant(vacant) = self.headers.entry(AUTHORIZATION) {
            let entry = slot.token().await?;
            vacant.insert(entry.header.clone());
            self.ticket = Some(Ticket::Slot(Arc::clone(slot), entry.generation));
        }
        Ok(())
    }

    /// Adds a key to the query.
    pub(super) fn add_query(&mut self, name: &str, key: &str) {
        let mut query = self.url.query().map(str::to_owned).unwrap_or_default();
        if !query.is_empty() {
            query.push('&');
        }
        push_pair(&mut query, name, key);
        self.url.set_query(Some(&query));
        self.query_keys.push(Secret::from(key));
    }

    /// Adds a key to the cookies.
    pub(super) fn add_cookie(&mut self, name: &str, key: &str) {
        let mut cookie = String::new();
        push_pair(&mut cookie, name, key);
        // A name that no header may hold leaves the key out, and the server says what it misses.
        if let Some(value) = with_cookies(self.headers.get(COOKIE), &cookie) {
            self.headers.insert(COOKIE, value);
        }
    }
}

/// A `Cookie` header of those that are there and others (RFC 6265, section 4.2.1), marked as secret.
/// `None` for what no header may hold.
pub(crate) fn with_cookies(there: Option<&HeaderValue>, others: &str) -> Option<HeaderValue> {
    let mut cookies = there.map_or(Vec::new(), |own| [own.as_bytes(), b"; "].concat());
    cookies.extend_from_slice(others.as_bytes());
    let mut value = HeaderValue::from_bytes(&cookies).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn push_pair(text: &mut String, name: &str, key: &str) {
    Encoding::Strict.push(text, name);
    text.push('=');
    Encoding::Strict.push(text, key);
}
