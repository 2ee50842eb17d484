//! What every store of tokens must do, and what each does on its own.

mod children;
mod conformance;
mod damage;
mod file;
mod memory;
#[cfg(feature = "redis")]
mod proxy;
#[cfg(feature = "redis")]
mod redis;
#[cfg(feature = "redis")]
mod server;

use portal_runtime::store::{TokenKey, TokenStore};
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

/// Longer than any test.
const LONG: Duration = Duration::from_secs(600);

/// A store, and what has to live as long as it does.
struct Bench {
    store: Arc<dyn TokenStore>,
    _keep: Box<dyn Any + Send>,
}

fn key(subject: &str) -> TokenKey {
    TokenKey::of_subject("https://id.example/token", "client", subject)
}
