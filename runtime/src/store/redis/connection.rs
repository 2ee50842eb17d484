//! Where connections come from.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use ::redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig};
use ::redis::{Client, Cmd, Pipeline, RedisFuture, RedisResult, Value};

/// A connection of whatever kind.
pub(super) struct Connection(Box<dyn ConnectionLike + Send>);

/// Where connections come from.
pub(super) struct Source {
    address: String,
    kind: Kind,
}

enum Kind {
    Client(Box<Lazy>),
    Connection(Box<dyn Fn() -> Connection + Send + Sync>),
}

/// A manager needs the runtime to be made, so the first command makes it.
struct Lazy {
    client: Client,
    config: ConnectionManagerConfig,
    manager: Mutex<Option<ConnectionManager>>,
}

impl Source {
    pub(super) fn client(client: Client, timeout: Duration) -> Self {
        // The limit of the command as a whole comes first, so that the message is ours.
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(timeout))
            .set_response_timeout(Some(timeout.saturating_mul(2)))
            .set_number_of_retries(1);
        Self {
            address: format!("Redis at {}", client.get_connection_info().addr()),
            kind: Kind::Client(Box::new(Lazy {
                client,
                config,
                manager: Mutex::default(),
            })),
        }
    }

    pub(super) fn connection(
        connection: impl ConnectionLike + Clone + Send + Sync + 'static,
    ) -> Self {
        Self {
            address: "Redis".to_owned(),
            kind: Kind::Connection(Box::new(move || Connection(Box::new(connection.clone())))),
        }
    }

    /// What errors call the server.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    pub(super) fn open(&self) -> RedisResult<Connection> {
        match &self.kind {
            Kind::Client(lazy) => lazy.open(),
            Kind::Connection(open) => Ok(open()),
        }
    }
}

impl Lazy {
    fn open(&self) -> RedisResult<Connection> {
        let mut manager = self.manager.lock().unwrap_or_else(PoisonError::into_inner);
        let manager = match &mut *manager {
            Some(manager) => manager,
            none => none.insert(
                self.client
                    .get_connection_manager_lazy(self.config.clone())?,
            ),
        };
        Ok(Connection(Box::new(manager.clone())))
    }
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        self.0.req_packed_command(command)
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        self.0.req_packed_commands(pipeline, offset, count)
    }

    fn get_db(&self) -> i64 {
        self.0.get_db()
    }
}
