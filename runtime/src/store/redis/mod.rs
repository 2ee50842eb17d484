//! A store on a Redis server.

mod connection;
mod failure;
mod scripts;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::redis::aio::ConnectionLike;
use ::redis::{Client, FromRedisValue, ScriptInvocation};

use super::{BoxFuture, Lease, Record, Revision, StoreError, TokenKey, TokenStore};
use crate::wire::Secret;
use connection::Source;
use scripts::SCRIPTS;

/// Longer times than this are cut: those of Redis have an end.
const LONGEST: Duration = Duration::from_secs(10 * 366 * 24 * 60 * 60);

/// Keeps records in Redis 5 or later, or Valkey, for all processes that use the server.
///
/// **Durable:** as far as the server is. Tokens of users are lost with its memory unless it has
/// `appendonly yes` (and `appendfsync always`, so that the last second is not), and thrown out when
/// memory is short unless it has `maxmemory-policy noeviction`. A replica that takes over may miss
/// the last writes.
///
/// **Locked:** each method is one script, which the server runs alone. A lease is a key that expires
/// by itself, so that one whose holder crashes or is dropped runs out; an old holder that gives it
/// back does not take it from the next.
///
/// **Failures:** every command has a time limit, and is tried a second time over a new connection
/// when the first breaks. A write is marked, so that trying it again does not do it twice. When
/// both fail, the error says so: then the write may or may not have been done, and
/// [`load`](TokenStore::load) shows which.
///
/// **Private:** records are not encrypted; let no one else read the server. Copies of them in the
/// buffers of the connection are not overwritten.
///
/// Each key is a hash `<prefix>{<key>}` with the fields `revision`, `value` and `write`; its lease
/// is the string `<prefix>{<key>}:lease`. The braces keep both on one node of a cluster. A removed
/// record leaves its revision for a week.
///
/// For TLS (`rediss://`), enable a feature for it of the crate `redis` in the application's own
/// `Cargo.toml`, such as `tokio-rustls-comp`.
///
/// ```no_run
/// use portal_runtime::store::{RedisStore, TokenKey, TokenStore};
/// use portal_runtime::Secret;
/// use std::time::Duration;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let store = RedisStore::builder()
///     .prefix("billing:tokens:")
///     .timeout(Duration::from_secs(2))
///     .connect(&std::env::var("REDIS_URL")?)?;
///
/// let key = TokenKey::of_subject("https://id.example/token", "my-client", "ann");
/// let old = store.load(&key).await?.map(|record| record.revision);
/// if store.replace(&key, old, &Secret::from("a refresh token")).await?.is_none() {
///     // Another process was faster: load again.
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RedisStore {
    source: Arc<Source>,
    options: Arc<RedisStoreBuilder>,
}

/// Says how a [`RedisStore`] does its work.
#[derive(Clone, Debug)]
pub struct RedisStoreBuilder {
    prefix: String,
    timeout: Duration,
    expiry: Option<Duration>,
}

impl RedisStoreBuilder {
    /// What the names of all keys begin with; `portal:tokens:` unless set.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// How long each of the two tries of a command may take; 5 seconds unless set.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Lets records vanish that were not written for so long, such as the life of a refresh token;
    /// never unless set.
    #[must_use]
    pub fn expiry(mut self, expiry: Duration) -> Self {
        self.expiry = Some(expiry);
        self
    }

    /// A store on the server at a URL: `redis://[user:password@]host[:port][/database]`.
    ///
    /// The first command connects; one after a connection broke connects again.
    ///
    /// # Errors
    /// When the URL does not name a server. The URL is not shown.
    pub fn connect(self, url: &str) -> Result<RedisStore, StoreError> {
        let client = Client::open(url).map_err(|error| failure::url(&error))?;
        Ok(self.client(client))
    }

    /// A store that connects as a client of the application's own does.
    pub fn client(self, client: Client) -> RedisStore {
        let source = Source::client(client, self.timeout);
        self.on(source)
    }

    /// A store on a connection that is there already: a `ConnectionManager`, a
    /// `MultiplexedConnection` (which does not connect again), or one to a cluster.
    pub fn connection(
        self,
        connection: impl ConnectionLike + Clone + Send + Sync + 'static,
    ) -> RedisStore {
        self.on(Source::connection(connection))
    }

    fn on(self, source: Source) -> RedisStore {
        RedisStore {
            source: Arc::new(source),
            options: Arc::new(self),
        }
    }

    fn expiry_milliseconds(&self) -> u64 {
        self.expiry.map_or(0, milliseconds)
    }
}

impl RedisStore {
    /// A store on the server at a URL, with the defaults of the [builder](Self::builder).
    ///
    /// # Errors
    /// As of [`RedisStoreBuilder::connect`].
    pub fn connect(url: &str) -> Result<Self, StoreError> {
        Self::builder().connect(url)
    }

    /// A store that is set up step by step.
    pub fn builder() -> RedisStoreBuilder {
        RedisStoreBuilder {
            prefix: "portal:tokens:".to_owned(),
            timeout: Duration::from_secs(5),
            expiry: None,
        }
    }

    fn name(&self, key: &TokenKey) -> String {
        // The text of a key is percent-encoded and has no braces.
        format!("{}{{{}}}", self.options.prefix, key.to_text())
    }

    /// Runs a script, and once more when the connection broke: scripts may be run twice.
    async fn run<T: FromRedisValue>(&self, call: &ScriptInvocation<'_>) -> Result<T, StoreError> {
        match self.run_once(call).await {
            Err(Failure {
                transient: true, ..
            }) => self.run_once(call).await,
            result => result,
        }
        .map_err(|failure| failure.error)
    }

    async fn run_once<T: FromRedisValue>(&self, call: &ScriptInvocation<'_>) -> Result<T, Failure> {
        let place = self.source.address();
        let work = async {
            let mut connection = self.source.open()?;
            call.invoke_async(&mut connection).await
        };
        match tokio::time::timeout(self.options.timeout, work).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(Failure {
                transient: error.is_io_error() || error.is_connection_dropped(),
                error: failure::command(place, &error),
            }),
            Err(_) => Err(Failure {
                transient: true,
                error: failure::late(place, self.options.timeout),
            }),
        }
    }

    async fn read(&self, key: &TokenKey) -> Result<Option<Record>, StoreError> {
        let name = self.name(key);
        let call = SCRIPTS.load.key(&name);
        let found: (Option<String>, Option<Vec<u8>>) = self.run(&call).await?;
        let (Some(revision), Some(value)) = found else {
            return Ok(None);
        };
        let revision = self.revision(&name, &revision)?;
        // A text that is not UTF-8 is given back, and overwritten here.
        let value = String::from_utf8(value).map_err(|error| {
            drop(zeroize::Zeroizing::new(error.into_bytes()));
            failure::damaged(self.source.address(), &name)
        })?;
        let value = Secret::from(value);
        Ok(Some(Record { revision, value }))
    }

    async fn write(
        &self,
        key: &TokenKey,
        old: Option<Revision>,
        new: &Secret,
    ) -> Result<Option<Revision>, StoreError> {
        let name = self.name(key);
        let mut call = SCRIPTS.replace.key(&name);
        call.arg(old.map(|old| old.0.to_string()).unwrap_or_default())
            .arg(new.expose())
            .arg(mark()?)
            .arg(self.options.expiry_milliseconds());
        let revision: Option<String> = self.run(&call).await?;
        let revision = revision.map(|revision| self.revision(&name, &revision));
        revision.transpose()
    }

    async fn erase(&self, key: &TokenKey, old: Revision) -> Result<bool, StoreError> {
        let name = self.name(key);
        let mut call = SCRIPTS.remove.key(&name);
        call.arg(old.0.to_string()).arg(mark()?);
        self.run(&call).await
    }

    async fn take(&self, key: &TokenKey, limit: Duration) -> Result<Option<Lease>, StoreError> {
        let name = format!("{}:lease", self.name(key));
        let holder = mark()?;
        let mut call = SCRIPTS.lease.key(&name);
        call.arg(&holder).arg(milliseconds(limit));
        if !self.run::<bool>(&call).await? {
            return Ok(None);
        }
        let store = self.clone();
        Ok(Some(Lease::new(move || async move {
            let mut call = SCRIPTS.release.key(&name);
            call.arg(&holder);
            // It runs out by itself.
            let _ = store.run::<bool>(&call).await;
        })))
    }

    fn revision(&self, name: &str, text: &str) -> Result<Revision, StoreError> {
        let revision = text.parse().map(Revision);
        revision.map_err(|_| failure::damaged(self.source.address(), name))
    }
}

/// Why one try failed.
struct Failure {
    error: StoreError,
    transient: bool,
}

/// A word that nobody else has.
fn mark() -> Result<String, StoreError> {
    let random = ring::rand::SystemRandom::new();
    let bytes = ring::rand::generate::<[u8; 16]>(&random)
        .map_err(|_| StoreError::new("the operating system gave no random numbers"))?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes.expose())))
}

fn milliseconds(time: Duration) -> u64 {
    let time = time.min(LONGEST).as_millis();
    u64::try_from(time).unwrap_or(u64::MAX).max(1)
}

impl TokenStore for RedisStore {
    fn load<'a>(&'a self, key: &'a TokenKey) -> BoxFuture<'a, Result<Option<Record>, StoreError>> {
        Box::pin(self.read(key))
    }

    fn replace<'a>(
        &'a self,
        key: &'a TokenKey,
        old: Option<Revision>,
        new: &'a Secret,
    ) -> BoxFuture<'a, Result<Option<Revision>, StoreError>> {
        Box::pin(self.write(key, old, new))
    }

    fn remove<'a>(
        &'a self,
        key: &'a TokenKey,
        old: Revision,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        Box::pin(self.erase(key, old))
    }

    fn lease<'a>(
        &'a self,
        key: &'a TokenKey,
        limit: Duration,
    ) -> BoxFuture<'a, Result<Option<Lease>, StoreError>> {
        Box::pin(self.take(key, limit))
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("RedisStore")
            .field("address", &self.source.address())
            .field("options", &self.options)
            .finish()
    }
}
