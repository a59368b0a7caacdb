//! The pace of a block search: how many arcs are priced before a pivot, and among which nodes.
//!
//! **Block.** Small blocks win where pivots are cheap (scores that fall with distance), large ones where the
//! tree is deep and a pivot moves thousands of nodes (random values, supply = demand). So the block follows the
//! work: every [`WINDOW`](Pace::WINDOW) pivots it grows (up to a 512th of the edges) if touching nodes cost more
//! than pricing arcs, and shrinks if it cost less than a quarter.
//!
//! **List.** Near an optimum it is known which nodes can have an arc that gains (`core`); only they are gone round.
//!
//! All of it counts work, not time: the pivots are the same on every machine.

/// Where the search stands and how many arcs it looks at before a pivot.
#[derive(Debug)]
pub(super) struct Pace {
    /// The next node, or its place in the list.
    pub(super) cursor: usize,
    pub(super) block: usize,
    /// The only nodes to be gone round, if there are such.
    pub(super) list: Option<List>,
    least: usize,
    most: usize,
    /// Work since the last look: pivots, arcs priced, nodes touched by pivots.
    pivots: usize,
    priced: usize,
    touched: usize,
}

impl Pace {
    /// Pivots from one look at the work to the next.
    const WINDOW: usize = 32;
    /// Touching a node counts as pricing so many arcs: it jumps in memory, pricing streams.
    const TOUCH: usize = 14;

    /// The pace for a menu of `edges` edges.
    pub(super) fn new(edges: usize) -> Pace {
        let least = 320;
        let most = (edges / 512).max(least);
        Pace { cursor: 0, block: least, list: None, least, most, pivots: 0, priced: 0, touched: 0 }
    }

    /// The pace among the nodes of a list.
    pub(super) fn among(edges: usize, list: List) -> Pace {
        Pace { list: Some(list), ..Pace::new(edges) }
    }

    /// Notes that arcs were priced.
    pub(super) fn looked(&mut self, arcs: usize) {
        self.priced += arcs;
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

/// Nodes, each at most once.
#[derive(Debug)]
pub(super) struct List {
    pub(super) nodes: Vec<u32>,
    listed: Vec<bool>,
}

impl List {
    /// Some of so many nodes.
    pub(super) fn of(nodes: Vec<u32>, all: usize) -> List {
        let mut listed = vec![false; all];
        for &u in &nodes {
            listed[u as usize] = true;
        }
        List { nodes, listed }
    }

    pub(super) fn add(&mut self, u: u32) {
        if !std::mem::replace(&mut self.listed[u as usize], true) {
            self.nodes.push(u);
        }
    }

    /// Takes off the node at a place, where the last one comes to stand.
    pub(super) fn strike(&mut self, place: usize) {
        let u = self.nodes.swap_remove(place);
        self.listed[u as usize] = false;
    }
}
