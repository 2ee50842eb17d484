//! Values that are made up, the same for the same seed.

use ring::hmac;

/// A generator that depends on nothing but its seed and what it is for (SplitMix64).
pub(crate) struct Random(u64);

impl Random {
    /// The generator for one purpose.
    pub(crate) fn new<'a>(seed: u64, purpose: impl IntoIterator<Item = &'a str>) -> Self {
        // FNV-1a: stable on every machine and in every version, unlike the hasher of maps.
        let mut state = 0xcbf2_9ce4_8422_2325 ^ seed;
        for part in purpose {
            for byte in part.bytes().chain([0xff]) {
                state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        Self(state)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a limit; 0 where there is none below it.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next().checked_rem(limit).unwrap_or(0)
    }

    /// A random UUID (RFC 9562, version 4).
    pub(crate) fn uuid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | (low >> 48) & 0x3fff,
            low & 0xffff_ffff_ffff
        )
    }
}

/// Text that nobody guesses who does not know the seed, for secrets that are none.
pub(crate) fn secret(seed: u64, purpose: &str) -> String {
    let tag = hmac::sign(&key(seed), purpose.as_bytes());
    let hex = tag
        .as_ref()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"));
    hex.collect()
}

/// The key that a sandbox signs with.
pub(crate) fn key(seed: u64) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, &seed.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_values() {
        let values = |seed, purpose| {
            let mut random = Random::new(seed, [purpose]);
            (random.next(), random.uuid())
        };
        assert_eq!(values(7, "a"), values(7, "a"));
        assert_ne!(values(7, "a"), values(8, "a"));
        assert_ne!(values(7, "a"), values(7, "b"));
        assert_ne!(secret(7, "a"), secret(8, "a"));
    }
}
