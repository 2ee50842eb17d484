//! The time of day in a sandbox, which can be put forward.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The machine's clock, and what it was put forward by.
#[derive(Default)]
pub(crate) struct Clock(Mutex<Duration>);

impl Clock {
    /// The time since 1970.
    pub(crate) fn now(&self) -> Duration {
        let ahead = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let machine = SystemTime::now().duration_since(UNIX_EPOCH);
        machine.unwrap_or_default().saturating_add(ahead)
    }

    pub(crate) fn advance(&self, by: Duration) {
        let mut ahead = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *ahead = ahead.saturating_add(by);
    }
}
