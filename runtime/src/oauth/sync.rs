//! What the cache uses to keep its threads apart. The model checker swaps this module for one whose
//! every step it controls; see `model`.

use std::cell::Cell;
use std::future::Future;
use std::sync::Arc;

pub(super) use std::sync::atomic::{AtomicU64, Ordering};
pub(super) use std::sync::{Mutex, MutexGuard, PoisonError};
pub(super) use tokio::sync::watch;

/// A pointer that is read without waiting.
pub(super) type Current<T> = arc_swap::ArcSwap<T>;
/// What was read: it stays, whatever the pointer points to by now.
pub(super) type Held<T> = arc_swap::Guard<Arc<T>>;

/// A task that can be started whatever happens in between.
pub(super) struct Spawner(tokio::runtime::Handle);

impl Spawner {
    /// `None` outside a runtime.
    pub(super) fn here() -> Option<Self> {
        tokio::runtime::Handle::try_current().ok().map(Self)
    }

    pub(super) fn spawn(self, task: impl Future<Output = ()> + Send + 'static) {
        self.0.spawn(task);
    }
}

/// Returns true once in 64 times on each thread.
pub(super) fn now_and_then() -> bool {
    thread_local! {
        static COUNT: Cell<u8> = const { Cell::new(0) };
    }
    COUNT.with(|count| {
        let next = count.get().wrapping_add(1);
        count.set(next);
        next % 64 == 0
    })
}
