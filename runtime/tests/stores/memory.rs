//! The store in memory.

use portal_runtime::Secret;
use portal_runtime::store::{MemoryStore, TokenStore as _};
use std::sync::Arc;

use crate::{Bench, conformance::conformance, key};

fn bench() -> Bench {
    Bench {
        store: Arc::new(MemoryStore::new()),
        _keep: Box::new(()),
    }
}

conformance!(Some(bench()));

#[tokio::test]
async fn debug_shows_no_secret() {
    let store = MemoryStore::new();
    let secret = Secret::from("hunter2");
    store.replace(&key("ann"), None, &secret).await.unwrap();
    assert_eq!(format!("{store:?}"), "MemoryStore { records: 1 }");
}
