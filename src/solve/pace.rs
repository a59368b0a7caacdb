//! The pace of a block search: how many arcs are priced before a pivot, and among which nodes.
//!
//! **Block.** Small blocks win where pivots are cheap (scores that fall with distance), large ones where the
//! tree is deep and a pivot moves thousands of nodes (random values, supply = demand). So the block follows the
//! work: every [`WINDOW`](Pace::WINDOW) pivots it grows (up to a 512th of the edges) if touching nodes cost more
//! than pricing arcs, and shrinks if it cost less than a quarter.
//!
//! **Few.** Towards the end few nodes have an arc that gains, and going round all of them is mostly in vain. Once
//! most blocks are, the nodes that do have one are listed, and only they are gone round until none is left; then
//! all are looked at for the next list. An empty list proves optimality.
//!
//! All of it counts work, not time: the pivots are the same on every machine.

/// Where the search stands and how many arcs it looks at before a pivot.
#[derive(Debug)]
pub(super) struct Pace {
    /// The next node, or in `list` if there are few.
    pub(super) cursor: usize,
    pub(super) block: usize,
    /// Whether only listed nodes are gone round.
    pub(super) few: bool,
    pub(super) list: Vec<u32>,
    /// Whether an empty list is filled again by a look at all nodes.
    pub(super) refills: bool,
    /// Whether each node is listed, where the list is not filled again.
    listed: Vec<bool>,
    least: usize,
    most: usize,
    /// Work since the last look: pivots, arcs priced, blocks in vain, nodes touched by pivots.
    pivots: usize,
    priced: usize,
    vain: usize,
    touched: usize,
}

impl Pace {
    /// Pivots from one look at the work to the next.
    const WINDOW: usize = 32;
    /// Touching a node counts as pricing so many arcs: it jumps in memory, pricing streams.
    const TOUCH: usize = 8;
    /// Blocks in vain for each pivot from which on few nodes gain.
    const VAIN: usize = 4;

    /// The pace for a menu of `edges` edges.
    pub(super) fn new(edges: usize) -> Pace {
        let least = 192;
        let most = (edges / 512).max(least);
        Pace {
            cursor: 0,
            block: least,
            few: false,
            list: Vec::new(),
            refills: true,
            listed: Vec::new(),
            least,
            most,
            pivots: 0,
            priced: 0,
            vain: 0,
            touched: 0,
        }
    }

    /// The pace among some nodes, the only ones with an arc to gain by.
    pub(super) fn among(edges: usize, nodes: usize, list: Vec<u32>) -> Pace {
        let mut listed = vec![false; nodes];
        for &u in &list {
            listed[u as usize] = true;
        }
        Pace { few: true, list, refills: false, listed, ..Pace::new(edges) }
    }

    /// Lists a node.
    pub(super) fn list(&mut self, u: u32) {
        if !std::mem::replace(&mut self.listed[u as usize], true) {
            self.list.push(u);
        }
    }

    /// Takes the node at the cursor off the list.
    pub(super) fn strike(&mut self) {
        let u = self.list.swap_remove(self.cursor);
        if let Some(listed) = self.listed.get_mut(u as usize) {
            *listed = false;
        }
    }

    /// Notes that arcs were priced, and whether there is one to gain by.
    pub(super) fn looked(&mut self, arcs: usize, found: bool) {
        self.priced += arcs;
        self.vain += usize::from(!found);
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
        if self.vain > Pace::VAIN * Pace::WINDOW && !self.few {
            (self.few, self.cursor) = (true, 0);
        }
        (self.pivots, self.priced, self.vain, self.touched) = (0, 0, 0, 0);
    }
}
