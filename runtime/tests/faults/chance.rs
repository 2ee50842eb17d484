//! Chance that follows from the seed.

/// A number that depends on nothing but these (Steele et al., SplitMix64).
pub fn number(seed: u64, what: u64, which: u64) -> u64 {
    let mut state = seed ^ what.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ which.rotate_left(40);
    for _ in 0..3 {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        state ^= state >> 31;
    }
    state
}
