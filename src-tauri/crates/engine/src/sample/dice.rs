//! Chance that is the same for the same seed: SplitMix64 (Steele, Lea and Flood, 2014).

/// Numbers from a seed and a name, so that one part of a sample does not shift the chances of another.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u32, what: &str) -> Dice {
        let mut state = u64::from(seed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        for byte in what.bytes() {
            state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
        }
        Dice(state)
    }

    /// From 0 up to and without `below`.
    pub(super) fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        usize::try_from(z % u64::try_from(below.max(1)).unwrap_or(1)).unwrap_or_default()
    }
}
