//! A client's name and password with the identity provider.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::endpoint::LIMIT;
use crate::body::BoxError;
use crate::transport::BoxFuture;
use crate::wire::Secret;

/// What an application's own source gives, unless it takes longer than a token request may: all who
/// wait for the same would wait with it.
pub(crate) async fn timely<T>(
    answer: impl Future<Output = Result<T, BoxError>>,
) -> Result<T, BoxError> {
    let answer = tokio::time::timeout(LIMIT, answer).await;
    answer.unwrap_or_else(|_| Err(format!("no answer within {} s", LIMIT.as_secs()).into()))
}

/// A client's name and password with the identity provider.
#[derive(Clone, Debug)]
pub(crate) struct ClientCredentials {
    id: String,
    secret: Secret,
}

impl ClientCredentials {
    pub(crate) fn new(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            secret: Secret::from(secret.into()),
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn secret(&self) -> &str {
        self.secret.expose()
    }
}

/// Where the client's credentials come from.
pub(crate) enum Credentials {
    /// They were set, and can be set anew.
    Fixed(ArcSwap<ClientCredentials>),
    /// The application is asked before each use.
    Provided(CredentialsProvider),
}

/// An application's own source of credentials.
pub(crate) type CredentialsProvider =
    Arc<dyn Fn() -> BoxFuture<'static, Result<ClientCredentials, BoxError>> + Send + Sync>;

impl Credentials {
    pub(crate) fn fixed(credentials: ClientCredentials) -> Self {
        Self::Fixed(ArcSwap::from_pointee(credentials))
    }

    pub(super) async fn get(&self) -> Result<Arc<ClientCredentials>, BoxError> {
        match self {
            Self::Fixed(credentials) => Ok(credentials.load_full()),
            Self::Provided(provider) => timely(provider()).await.map(Arc::new),
        }
    }

    /// Sets another secret; returns false where the application is asked for it.
    pub(crate) fn set_secret(&self, secret: String) -> bool {
        let Self::Fixed(credentials) = self else {
            return false;
        };
        let id = credentials.load().id().to_owned();
        credentials.store(Arc::new(ClientCredentials::new(id, secret)));
        true
    }

    /// Whose they are, for people.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Fixed(credentials) => credentials.load().id().to_owned(),
            Self::Provided(_) => "whom the application names".to_owned(),
        }
    }
}
