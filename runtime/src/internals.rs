//! What this crate's own benchmarks look into. It is no part of the API and may change at any time.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;

use crate::error::IdentityProviderError;
use crate::oauth::{Clock, Slot, Token, TokenSource};
use crate::transport::BoxFuture;

/// The place of one token, whose source gives one for an hour at once.
#[derive(Clone)]
pub struct TokenCache(Arc<Slot>);

struct Source<C>(C);

impl<C: Clock> TokenSource for Source<C> {
    fn fetch(&self, _: Option<HeaderValue>) -> BoxFuture<'_, Result<Token, IdentityProviderError>> {
        let token = Token {
            header: HeaderValue::from_static("Bearer x"),
            lifetime: Duration::from_secs(3600),
            asked: self.0.now(),
        };
        Box::pin(async { Ok(token) })
    }

    fn endpoint(&self) -> &'static str {
        "https://id.example/token"
    }
}

impl TokenCache {
    /// An empty one.
    pub fn new(clock: impl Clock + Clone) -> Self {
        Self(Slot::new(Box::new(Source(clock.clone())), Arc::new(clock)))
    }

    /// Gets the token, and returns the length of its header.
    ///
    /// # Errors
    /// Outside a runtime, where there is no token yet.
    pub async fn length(&self) -> Result<usize, IdentityProviderError> {
        Ok(self.0.token().await?.header.len())
    }
}
