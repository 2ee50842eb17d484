//! Time, as the token cache sees it.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// A point in time by two clocks: neither alone can be trusted with a token's age. The monotonic
/// clock stands still while a Linux machine sleeps; the wall clock can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Time since some point in the past, which never goes back.
    pub monotonic: Duration,
    /// The time of day.
    pub wall: SystemTime,
}

/// How far the wall clock may be corrected backwards before a token counts as of unknown age.
const CORRECTION: Duration = Duration::from_secs(5);

impl Moment {
    /// The time that has passed since an earlier moment: the longer of both clocks' answers. `None`
    /// where the wall clock was set back, so that nobody knows.
    pub(crate) fn since(self, earlier: Self) -> Option<Duration> {
        let monotonic = self.monotonic.saturating_sub(earlier.monotonic);
        match self.wall.duration_since(earlier.wall) {
            Ok(wall) => Some(wall.max(monotonic)),
            Err(back) if back.duration() <= CORRECTION => Some(monotonic),
            Err(_) => None,
        }
    }
}

/// A source of time; tests put their own in place of [`SystemClock`].
pub trait Clock: Send + Sync + 'static {
    /// Returns the present moment.
    fn now(&self) -> Moment;

    /// Returns the time of day alone, where that is cheaper than both: it is read with every call.
    /// It is the clock that [`now`](Self::now) reads. Default: taken from `now`.
    fn wall(&self) -> SystemTime {
        self.now().wall
    }
}

/// The clocks of the system.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// Starts counting now.
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        Moment {
            monotonic: self.start.elapsed(),
            wall: SystemTime::now(),
        }
    }

    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(monotonic: u64, wall: u64) -> Moment {
        Moment {
            monotonic: Duration::from_secs(monotonic),
            wall: SystemTime::UNIX_EPOCH + Duration::from_secs(wall),
        }
    }

    #[test]
    fn the_clock_that_saw_more_time_pass_is_believed() {
        let start = moment(10, 1000);
        assert_eq!(moment(20, 1010).since(start), Some(Duration::from_secs(10)));
        assert_eq!(
            moment(11, 1500).since(start),
            Some(Duration::from_secs(500)),
            "asleep"
        );
        assert_eq!(
            moment(70, 1001).since(start),
            Some(Duration::from_secs(60)),
            "set back by a minute"
        );
    }

    #[test]
    fn a_wall_clock_before_the_start_tells_nothing() {
        let start = moment(10, 1000);
        assert_eq!(moment(20, 900).since(start), None);
        assert_eq!(
            moment(11, 998).since(start),
            Some(Duration::from_secs(1)),
            "a small correction"
        );
    }
}
