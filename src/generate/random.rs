//! Random numbers that are the same on every platform and for ever.
//!
//! The stream is `ChaCha` with eight rounds (RFC 8439's block function), which is fixed by its definition. What
//! is made of it uses integers, + − × ÷ √, which IEEE 754 fixes to the bit, and logarithm, exponential and
//! cosine of the pinned pure-Rust `libm`. Normal numbers come from Box and Muller's formula: `rand_distr`
//! promises its values only within a minor version, and takes exponentials from the platform.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What a stream of numbers is for. Each has its own, so that a change to one leaves the others as they were.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Ground = 1,
    Goods = 2,
    Cooperatives = 3,
    Enterprises = 4,
    Offers = 5,
    Demands = 6,
    Between = 7,
    Density = 8,
}

/// A stream of random numbers.
pub(super) struct Random(ChaCha8Rng);

impl Random {
    pub(super) fn new(seed: u64, purpose: Purpose) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..23].copy_from_slice(b"lienket market@");
        let mut stream = ChaCha8Rng::from_seed(key);
        stream.set_stream(purpose as u64);
        Self(stream)
    }

    /// Uniform in [0, 1), a multiple of 2^−53.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
    pub(super) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform in low … high.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Uniform in 0 … n − 1, for n > 0.
    #[expect(clippy::cast_possible_truncation, reason = "below n, which is a usize")]
    pub(super) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.0.next_u64()) * n as u128) >> 64) as usize
    }

    /// A number of days in 0 … n − 1.
    pub(super) fn days(&mut self, n: i32) -> i32 {
        i32::try_from(self.below(usize::try_from(n.max(1)).unwrap_or(1))).unwrap_or(0)
    }

    pub(super) fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// Mean 0, variance 1.
    pub(super) fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.unit()));
        radius * libm::cos(2.0 * std::f64::consts::PI * self.unit())
    }

    /// The exponential of a normal number.
    pub(super) fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        median * libm::exp(sigma * self.normal())
    }

    pub(super) fn one_of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// Draws positions in proportion to their weights, by bisection.
pub(super) struct Weighted(Vec<f64>);

impl Weighted {
    /// Of weights ≥ 0 that are not all zero.
    pub(super) fn of(weights: impl Iterator<Item = f64>) -> Self {
        let mut sum = 0.0;
        Self(
            weights
                .map(|weight| {
                    sum += weight;
                    sum
                })
                .collect(),
        )
    }

    pub(super) fn draw(&self, random: &mut Random) -> usize {
        let total = self.0.last().copied().unwrap_or(0.0);
        let at = random.unit() * total;
        self.0.partition_point(|end| *end <= at).min(self.0.len() - 1)
    }
}

/// A count as a number to calculate with.
#[expect(clippy::cast_precision_loss, reason = "counts here are at most 10^7")]
pub(super) fn real(count: usize) -> f64 {
    count as f64
}

/// The nearest multiple of a step, at least one step.
#[expect(clippy::cast_possible_truncation, reason = "volumes and prices are far below 2^53")]
pub(super) fn multiple(value: f64, step: i64) -> i64 {
    #[expect(clippy::cast_precision_loss, reason = "steps are small")]
    let steps = (value / step as f64).round() as i64;
    steps.max(1).saturating_mul(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_stays_as_it_is() {
        let mut random = Random::new(7, Purpose::Ground);
        let drawn: Vec<u64> = (0..3).map(|_| random.0.next_u64()).collect();
        assert_eq!(drawn, [2_808_003_099_218_498_030, 8_793_536_810_281_496_461, 5_585_634_837_989_680_822]);
    }

    #[test]
    fn draws_have_their_shapes() {
        let mut random = Random::new(1, Purpose::Offers);
        let n = 20_000;
        let (mut sum, mut squares, mut counts) = (0.0, 0.0, [0_usize; 3]);
        let weighted = Weighted::of([1.0, 0.0, 3.0].into_iter());
        for _ in 0..n {
            let x = random.normal();
            sum += x;
            squares += x * x;
            counts[weighted.draw(&mut random)] += 1;
            assert!(random.below(3) < 3);
            assert!((0.0..1.0).contains(&random.unit()));
        }
        assert!((sum / real(n)).abs() < 0.03);
        assert!((squares / real(n) - 1.0).abs() < 0.05);
        assert_eq!(counts[1], 0);
        assert!((real(counts[2]) / real(n) - 0.75).abs() < 0.02);
    }

    #[test]
    fn multiples_are_at_least_one_step() {
        assert_eq!(multiple(1234.0, 100), 1200);
        assert_eq!(multiple(0.2, 10), 10);
        assert_eq!(multiple(f64::INFINITY, 1), i64::MAX);
    }
}
