//! The client credentials grant (RFC 6749, section 4.4).

use std::sync::Arc;

use http::HeaderValue;

use super::dialect::Dialect;
use super::endpoint::{TokenEndpoint, scope_parameter};
use super::record::SavedTokens;
use super::shelf::{Shelf, Turn};
use super::slot::{Token, TokenSource};
use crate::error::{IdentityProviderError, IdentityProviderReason};
use crate::store::{Revision, TokenKey, TokenStore};
use crate::transport::BoxFuture;

/// A record that trying again does not mend.
const DAMAGED: IdentityProviderReason = IdentityProviderReason::Store { damaged: true };

/// What a portal says of its identity provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdentityProvider {
    /// The token endpoint.
    pub token_url: &'static str,
    /// How it wants token requests.
    pub dialect: Dialect,
    /// For how many seconds a token counts as good whose response names no `expires_in`.
    pub default_lifetime: u32,
}

/// Asks for tokens with client credentials; those that a store holds serve first.
pub(crate) struct ClientCredentialsSource {
    pub(crate) endpoint: Arc<TokenEndpoint>,
    /// The endpoint as errors show it.
    pub(crate) shown: String,
    /// Sorted.
    pub(crate) scopes: Vec<String>,
    /// Where a fleet shares its tokens.
    pub(crate) store: Option<Arc<dyn TokenStore>>,
}

impl ClientCredentialsSource {
    async fn ask(&self) -> Result<Token, IdentityProviderError> {
        let scope = self.scopes.join(" ");
        let parameters: Vec<_> = scope_parameter(&scope).into_iter().collect();
        let asked = self
            .endpoint
            .tokens("client_credentials", &parameters, &self.scopes);
        asked.await?.usable(&self.endpoint)
    }

    async fn share(
        &self,
        store: &dyn TokenStore,
        refused: Option<HeaderValue>,
    ) -> Result<Token, IdentityProviderError> {
        let credentials = self.endpoint.credentials().await?;
        let key = TokenKey::of_client(&self.endpoint.name(), credentials.id(), &self.scopes);
        let endpoint = &*self.endpoint;
        let shelf = Shelf {
            store,
            endpoint,
            key,
        };
        let served =
            |saved: &SavedTokens| saved.token(&self.scopes, refused.as_ref(), endpoint.clock.now());
        if let Some((_, saved)) = Self::read(&shelf).await?
            && let Some(token) = served(&saved)
        {
            return Ok(token);
        }
        match shelf.turn(served).await? {
            Turn::Served(token) => Ok(token),
            Turn::Ours(lease) => {
                let renewed = self.renew(&shelf, served).await;
                shelf.give_back(lease).await;
                renewed
            }
        }
    }

    /// Reads the record. One that is damaged counts as empty, to be written anew: it holds nothing
    /// that a client could not ask for again.
    async fn read(
        shelf: &Shelf<'_>,
    ) -> Result<Option<(Revision, SavedTokens)>, IdentityProviderError> {
        let record = shelf.load_raw().await?;
        Ok(record.map(|record| {
            let saved = SavedTokens::read(&record.value).unwrap_or_default();
            (record.revision, saved)
        }))
    }

    async fn renew(
        &self,
        shelf: &Shelf<'_>,
        served: impl Fn(&SavedTokens) -> Option<Token>,
    ) -> Result<Token, IdentityProviderError> {
        let there = Self::read(shelf).await?;
        if let Some(token) = there.as_ref().and_then(|(_, saved)| served(saved)) {
            return Ok(token);
        }
        let token = self.ask().await?;
        let (revision, mut saved) = match there {
            Some((revision, saved)) => (Some(revision), saved),
            None => (None, SavedTokens::default()),
        };
        saved.put(&self.scopes, &token, self.endpoint.clock.now());
        // The token is good, whether others can have it or not: they ask for their own.
        let _ = shelf.replace(revision, &saved).await;
        Ok(token)
    }
}

impl TokenSource for ClientCredentialsSource {
    fn fetch(
        &self,
        refused: Option<HeaderValue>,
    ) -> BoxFuture<'_, Result<Token, IdentityProviderError>> {
        Box::pin(async move {
            match &self.store {
                Some(store) => match self.share(&**store, refused).await {
                    // The store itself can do nothing with what it holds. Nobody else can, either.
                    Err(error) if *error.reason() == DAMAGED => self.ask().await,
                    shared => shared,
                },
                None => self.ask().await,
            }
        })
    }

    fn endpoint(&self) -> &str {
        &self.shown
    }
}
