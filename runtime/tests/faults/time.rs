//! Clocks that run with the real ones and jump when they are told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::SeqCst};
use std::time::{Duration, Instant, SystemTime};

use portal_runtime::{Clock, Moment};

/// The time that really passes, and what the clocks of the client make of it.
#[derive(Clone)]
pub struct Time {
    start: Instant,
    jumps: Arc<Jumps>,
}

/// In milliseconds.
#[derive(Default)]
struct Jumps {
    passed: AtomicU64,
    monotonic: AtomicU64,
    wall: AtomicI64,
}

impl Time {
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
            jumps: Arc::default(),
        }
    }

    /// The time that has really passed since the start.
    pub fn passed(&self) -> Duration {
        self.start.elapsed() + Duration::from_millis(self.jumps.passed.load(SeqCst))
    }

    /// Lets time pass, which all clocks notice.
    pub fn pass(&self, milliseconds: u64) {
        self.jumps.monotonic.fetch_add(milliseconds, SeqCst);
        self.sleep(milliseconds);
    }

    /// Lets the machine sleep, which its monotonic clock does not notice.
    pub fn sleep(&self, milliseconds: u64) {
        self.jumps.passed.fetch_add(milliseconds, SeqCst);
        self.set(i64::try_from(milliseconds).unwrap());
    }

    /// Sets the wall clock forth or back.
    pub fn set(&self, milliseconds: i64) {
        self.jumps.wall.fetch_add(milliseconds, SeqCst);
    }
}

impl Clock for Time {
    fn now(&self) -> Moment {
        let real = self.start.elapsed();
        let monotonic = Duration::from_millis(self.jumps.monotonic.load(SeqCst));
        let wall = self.jumps.wall.load(SeqCst) + 1_800_000_000_000;
        let wall = Duration::from_millis(u64::try_from(wall).unwrap());
        Moment {
            monotonic: real + monotonic,
            wall: SystemTime::UNIX_EPOCH + wall + real,
        }
    }
}
