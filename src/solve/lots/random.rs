//! Random numbers of the search: the same on every platform.

/// `SplitMix64` (Steele, Lea, Flood, *Fast splittable pseudorandom number generators*, OOPSLA 2014).
#[derive(Debug, Clone)]
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    }

    /// Uniform in `0 .. count`, for a count of at least 1.
    #[expect(clippy::cast_possible_truncation, reason = "below the count")]
    pub(super) fn below(&mut self, count: usize) -> usize {
        ((u128::from(self.next()) * count as u128) >> 64) as usize
    }

    /// True with a chance of so many in 256.
    pub(super) fn chance(&mut self, of_256: u64) -> bool {
        self.next() >> 56 < of_256
    }

    /// Nearly exponential with mean 1: the logarithm is a parabola between powers of two, so that no platform's
    /// library has a say.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
    pub(super) fn exponential(&mut self) -> f64 {
        let bits = self.next() | 1;
        let zeros = bits.leading_zeros();
        let rest = ((bits << zeros << 1) >> 11) as f64 / (1_u64 << 53) as f64;
        let log2 = rest * (1.344_8 - 0.344_8 * rest);
        std::f64::consts::LN_2 * (f64::from(zeros) + 1.0 - log2)
    }

    /// The list in a random order.
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            list.swap(last, self.below(last + 1));
        }
    }
}
