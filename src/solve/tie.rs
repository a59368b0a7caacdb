//! The tie number of an edge: which of several optimal flows is *the* result.
//!
//! **Problem.** Optima are rarely unique when scores are coarse. Which one a simplex method ends in depends
//! on the order of the input, and with it who trades with whom. The choice must depend on the participants
//! alone, be published, and favour nobody.
//!
//! **Rule.** Among the flows of greatest value take the one of greatest `Σ tie(e) · flow(e)`, where
//!
//! ```text
//! x    = row_key ^ rotate_left(column_key, 32)
//! x    = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9      (modulo 2^64)
//! x    = (x ^ (x >> 27)) * 0x94D049BB133111EB
//! x    =  x ^ (x >> 31)
//! tie  = max(1, x >> (64 - bits))                  bits = 40 up to 4,194,303 nodes
//! ```
//!
//! The three middle lines are the finaliser of `SplitMix64` (Steele, Lea, Flood, *Fast splittable
//! pseudorandom number generators*, OOPSLA 2014; the constants are Stafford's variant 13). The lower bound
//! of 1 makes an edge of value 0 preferable to disposal, so that it is used when it is free.
//!
//! **Why it is enough.** Two optimal flows differ by alternating cycles and paths of value 0; both survive
//! the second objective only if such a cycle has ties that cancel exactly, which for independent hashes
//! happens with probability about 2⁻⁴⁰ for each cycle.
//!
//! **What it cannot do.** Equal keys give equal ties: rows that share a key (and columns that share one) are
//! told apart only by their position in the input.

/// Bits of the tie numbers in a network of `nodes` nodes (root included): 40, or fewer where
/// `(nodes + 1) · 2^bits` would exceed `2^62`.
pub(super) fn bits(nodes: usize) -> u32 {
    let width = usize::BITS - nodes.leading_zeros(); // nodes + 1 <= 2^width
    40.min(62_u32.saturating_sub(width)).max(1)
}

/// The tie number of the edge between a row and a column, in `1 ..= 2^bits - 1`.
pub(super) fn number(row_key: u64, column_key: u64, bits: u32) -> i64 {
    let mut x = row_key ^ column_key.rotate_left(32);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^= x >> 31;
    (x >> (64 - bits)).max(1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::{bits, number};

    #[test]
    fn the_published_numbers_do_not_change() {
        // Computed from the text above with Python's integers.
        assert_eq!(number(1, 2, 40), 855_437_570_914);
        assert_eq!(number(u64::MAX, 0x0123_4567_89AB_CDEF, 40), 976_729_794_985);
        assert_eq!(number(0, 0, 40), 1);
    }

    #[test]
    fn ties_never_overflow_a_potential() {
        assert_eq!(bits(4_194_303), 40);
        assert_eq!(bits(4_194_304), 39);
        for nodes in [1_usize, 1000, 4_194_303, 4_194_304, 4_294_967_295] {
            assert!((nodes as u128 + 1) << bits(nodes) <= 1 << 62);
        }
    }
}
