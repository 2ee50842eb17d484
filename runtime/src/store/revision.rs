//! Revisions that do not come back.

use std::time::{SystemTime, UNIX_EPOCH};

/// The revision after another: the microseconds since 1970, or one more than the last where the
/// clock is behind it. So they differ even when the last one is lost, as when somebody deletes the
/// file. `None` when there is none left.
pub(super) fn after(last: u64, now: SystemTime) -> Option<u64> {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let clock = u64::try_from(since.as_micros()).unwrap_or(0);
    Some(last.checked_add(1)?.max(clock))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn revisions_grow_whatever_the_clock_says() {
        let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        assert_eq!(after(0, now), Some(1_700_000_000_000_000));
        assert_eq!(
            after(1_700_000_000_000_000, now),
            Some(1_700_000_000_000_001)
        );
        assert_eq!(after(7, UNIX_EPOCH - Duration::from_secs(1)), Some(8));
        assert_eq!(after(u64::MAX, now), None);
    }
}
