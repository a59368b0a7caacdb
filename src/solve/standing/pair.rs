//! A value with a tie number: both phases of a cold solve (`optimum`) in one number.

use std::ops::{Add, Neg, Sub};

/// A value and a tie number, compared in this order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair {
    pub(super) value: i64,
    pub(super) tie: i64,
}

impl Add for Pair {
    type Output = Pair;
    fn add(self, other: Pair) -> Pair {
        Pair { value: self.value + other.value, tie: self.tie + other.tie }
    }
}

impl Sub for Pair {
    type Output = Pair;
    fn sub(self, other: Pair) -> Pair {
        self + -other
    }
}

impl Neg for Pair {
    type Output = Pair;
    fn neg(self) -> Pair {
        Pair { value: -self.value, tie: -self.tie }
    }
}

/// A potential for every node, values and ties apart: pricing looks at ties only where values are equal.
#[derive(Debug, Default)]
pub(super) struct Potentials {
    pub(super) value: Vec<i64>,
    pub(super) tie: Vec<i64>,
}

impl Potentials {
    pub(super) fn at(&self, u: u32) -> Pair {
        Pair { value: self.value[u as usize], tie: self.tie[u as usize] }
    }

    pub(super) fn set(&mut self, u: u32, pair: Pair) {
        (self.value[u as usize], self.tie[u as usize]) = (pair.value, pair.tie);
    }

    pub(super) fn add(&mut self, u: u32, shift: Pair) {
        self.value[u as usize] += shift.value;
        self.tie[u as usize] += shift.tie;
    }
}
