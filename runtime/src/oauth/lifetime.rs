//! How long tokens serve, and how long failures stand.

use std::time::Duration;

use crate::error::{IdentityProviderError, IdentityProviderReason};

/// A token that lives no longer than this is used once and not kept.
pub(super) const SHORTEST: Duration = Duration::from_secs(4);
/// How long a refusal stands that only other settings can change.
const REFUSED: Duration = Duration::from_secs(60);
/// The bounds of the wait after passing trouble, and of what a provider may ask for.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
const LONGEST_ASKED: Duration = Duration::from_secs(600);

/// How good a token still is, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Freshness {
    /// Used as it is.
    Fresh,
    /// Used, while another is asked for.
    Due,
    /// Not used any more.
    Stale,
}

/// The ages at which a token is renewed (soft) and used no longer (hard).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Windows {
    pub(super) soft: Duration,
    pub(super) hard: Duration,
}

impl Windows {
    /// Nothing is young enough for them.
    pub(super) const CLOSED: Self = Self {
        soft: Duration::ZERO,
        hard: Duration::ZERO,
    };

    /// Margins grow with the lifetime, so that tokens of three minutes are kept as well as those of
    /// an hour. Chance makes renewal up to a tenth earlier, so that a fleet does not ask at once.
    pub(super) fn of(lifetime: Duration, chance: f64) -> Self {
        let seconds = Duration::from_secs;
        let margin = (lifetime / 10).clamp(seconds(2), seconds(30));
        let ahead = (lifetime / 5).clamp(margin * 2, seconds(300));
        let soft = lifetime.saturating_sub(ahead).mul_f64(1.0 - 0.1 * chance);
        Self {
            soft,
            hard: lifetime.saturating_sub(margin),
        }
    }

    /// How good a token of this age is; of one whose age nobody knows, nothing is known.
    pub(super) fn at(self, age: Option<Duration>) -> Freshness {
        match age {
            Some(age) if age < self.soft => Freshness::Fresh,
            Some(age) if age < self.hard => Freshness::Due,
            _ => Freshness::Stale,
        }
    }
}

/// How long a failure stands before the source is asked again.
pub(super) fn cooling(error: &IdentityProviderError, failures: u32, chance: f64) -> Duration {
    if *error.reason() == IdentityProviderReason::LoginRequired {
        // The user may log in at any moment, with another process of a fleet.
        return Duration::ZERO;
    }
    if !error.is_retryable() {
        return REFUSED;
    }
    if let Some(asked) = error.retry_after() {
        return asked.min(LONGEST_ASKED);
    }
    let factor = 1u32
        .checked_shl(failures.saturating_sub(1))
        .unwrap_or(u32::MAX);
    let bound = FIRST_WAIT.saturating_mul(factor).min(LONGEST_WAIT);
    bound.mul_f64(0.5 + 0.5 * chance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_grow_with_the_lifetime() {
        let windows = |seconds| {
            let windows = Windows::of(Duration::from_secs(seconds), 0.0);
            (windows.soft.as_secs(), windows.hard.as_secs())
        };
        assert_eq!(windows(180), (144, 162));
        assert_eq!(windows(300), (240, 270));
        assert_eq!(windows(3600), (3300, 3570));
        assert_eq!(windows(86_400), (86_100, 86_370));
        assert_eq!(windows(5), (1, 3));
        assert_eq!(windows(0), (0, 0));
        let early = Windows::of(Duration::from_secs(180), 1.0);
        assert_eq!(early.soft.as_millis(), 129_600);
    }

    #[test]
    fn cooling_is_bounded() {
        let error = |reason| IdentityProviderError::new("id.example", reason, "");
        let passing = || error(IdentityProviderReason::Unreachable);
        assert_eq!(cooling(&passing(), 1, 1.0), Duration::from_secs(1));
        assert_eq!(cooling(&passing(), 3, 1.0), Duration::from_secs(4));
        assert_eq!(cooling(&passing(), 3, 0.0), Duration::from_secs(2));
        assert_eq!(cooling(&passing(), u32::MAX, 1.0), Duration::from_secs(30));
        let asked = passing().with_retry_after(Duration::from_secs(7));
        assert_eq!(cooling(&asked, 1, 0.5), Duration::from_secs(7));
        let long = passing().with_retry_after(Duration::from_secs(1 << 40));
        assert_eq!(cooling(&long, 1, 0.5), Duration::from_secs(600));
    }

    /// A buffer for all lifetimes, and chance on top of it, make tokens of a few minutes worthless
    /// (openfga/java-sdk 388), or negative ages (IdentityModel.AspNetCore 151).
    #[test]
    fn buffer_and_jitter_never_exceed_the_lifetime() {
        for seconds in (0..=2000).chain([86_400, u64::from(u32::MAX), u64::MAX / 8]) {
            let lifetime = Duration::from_secs(seconds);
            for chance in [0.0, 0.5, 1.0] {
                let Windows { soft, hard } = Windows::of(lifetime, chance);
                assert!(soft <= hard && hard <= lifetime, "{seconds} s");
                if lifetime > SHORTEST {
                    assert!(soft > Duration::ZERO, "{seconds} s");
                    assert!(hard - soft >= Duration::from_secs(2) || seconds < 6);
                }
                if seconds >= 180 {
                    assert!(soft >= lifetime * 7 / 10, "{seconds} s serve too briefly");
                }
            }
        }
    }
}
