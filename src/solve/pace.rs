//! The pace of a block search: how many arcs are priced before a pivot.
//!
//! **Rule.** Small blocks win where pivots are cheap (scores that fall with distance), large ones where the
//! tree is deep and a pivot moves thousands of nodes (random values, supply = demand). So the block follows the
//! work: every [`WINDOW`](Pace::WINDOW) pivots it grows (up to a 512th of the edges) if touching nodes cost more
//! than pricing arcs, and shrinks if it cost less than a quarter. It counts work, not time: the pivots are the
//! same on every machine.

/// Where the search stands and how many arcs it looks at before a pivot.
#[derive(Debug)]
pub(super) struct Pace {
    pub(super) cursor: usize,
    pub(super) block: usize,
    least: usize,
    most: usize,
    /// Work since the last look: pivots, arcs priced, nodes touched by pivots.
    pivots: usize,
    pub(super) priced: usize,
    touched: usize,
}

impl Pace {
    /// Pivots from one look at the work to the next.
    const WINDOW: usize = 32;
    /// Touching a node counts as pricing so many arcs: it jumps in memory, pricing streams.
    const TOUCH: usize = 4;

    /// The pace for a menu of `edges` edges.
    pub(super) fn new(edges: usize) -> Pace {
        let least = 128;
        let most = (edges / 512).max(least);
        Pace { cursor: 0, block: least, least, most, pivots: 0, priced: 0, touched: 0 }
    }

    /// Notes a pivot that touched `nodes` nodes, and every so often sets the block anew.
    pub(super) fn note(&mut self, nodes: usize) {
        self.pivots += 1;
        self.touched += nodes;
        if self.pivots < Pace::WINDOW {
            return;
        }
        let touching = Pace::TOUCH * self.touched;
        if touching > self.priced {
            let factor = if touching > 2 * self.priced { 4 } else { 2 };
            self.block = (factor * self.block).min(self.most);
        } else if touching < self.priced / 4 {
            self.block = (self.block / 2).max(self.least);
        }
        (self.pivots, self.priced, self.touched) = (0, 0, 0);
    }
}

