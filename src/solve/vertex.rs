//! A tree from a flow, at no loss.
//!
//! **Problem.** Given a feasible flow, find one that is worth as much or more and uses, neither empty nor full, the
//! arcs of a forest alone; and hang that on the root as a strongly feasible tree, from which the simplex may start.
//!
//! **Method.** The arcs that carry something, disposal arcs among them, are added one by one to a forest in which
//! every node knows what it hangs on. An arc between two trees joins them: one is turned so that its end comes to
//! be its top. An arc within a tree closes a cycle. As much as possible goes round it, in the direction that gains
//! (in one of them none is lost), until an arc of it is empty or full; those that are leave the forest, and what
//! they held together stands apart. At last what does not hang together with the root is hung on it by the disposal
//! arc of a row, which is empty but leads upwards and has room. All other arcs of the forest carry flow, so the tree
//! is strongly feasible.
//!
//! **Complexity.** For every arc the depth of its ends.
//!
//! **Reference.** From feasible to basic solutions: Megiddo, *On finding primal- and dual-optimal bases*, ORSA
//! Journal on Computing 3 (1991).

use super::layout::Worth;
use super::network::{NONE, Network, UNLIMITED};
use super::transport::number;
use super::tree::Tree;

/// A strongly feasible tree for a feasible flow of (row's node, column's node, units), each edge once, and which
/// member arcs outside of it are full. Where edges have no capacities only.
pub(super) fn tree<V: Worth>(network: &Network<V>, flow: &[(u32, u32, i64)]) -> (Tree, Vec<bool>) {
    let mut forest = Forest {
        network,
        above: vec![Link { parent: NONE, units: 0, worth: 0 }; network.nodes()],
        full: vec![false; network.nodes()],
        seen: vec![NONE; network.nodes()],
    };
    for (at, arc) in (0..).zip(carrying(network, flow)) {
        forest.add(&arc, at);
    }
    forest.hang_on_root();
    (forest.tree(), forest.full)
}

/// An arc that carries something.
struct Carrying {
    from: u32,
    to: u32,
    units: i64,
    worth: i64,
}

/// All of a network that carry something: edges, member arcs, disposal arcs.
fn carrying<V: Worth>(network: &Network<V>, flow: &[(u32, u32, i64)]) -> Vec<Carrying> {
    let mut through = vec![0; network.nodes()];
    let mut arcs = Vec::with_capacity(network.nodes() + flow.len());
    for &(row, column, units) in flow.iter().filter(|(.., units)| *units > 0) {
        through[row as usize] += units;
        through[column as usize] += units;
        let worth = network.value_of(row, column).expect("flow is on edges");
        arcs.push(Carrying { from: row, to: column, units, worth });
    }
    let mut join = |u: u32, v: u32, units: i64| {
        if units > 0 {
            arcs.push(Carrying { from: u.min(v), to: u.max(v), units, worth: 0 });
        }
    };
    for (u, &group) in (0..).zip(&network.group).filter(|(_, group)| **group != NONE) {
        join(u, group, through[u as usize]);
        through[group as usize] += through[u as usize];
    }
    for u in (0..number(network.nodes())).filter(|&u| u != network.root) {
        if network.group[u as usize] == NONE {
            join(u, network.root, network.capacity[u as usize] - through[u as usize]);
        }
    }
    arcs
}

/// The arc from a node to what it hangs on, [`NONE`] where it is the top of its tree.
#[derive(Clone, Copy)]
struct Link {
    parent: u32,
    units: i64,
    worth: i64,
}

struct Forest<'network, 'layout, V> {
    network: &'network Network<'layout, V>,
    above: Vec<Link>,
    /// By row or column: whether its member arc is full.
    full: Vec<bool>,
    /// The last arc for which each node was seen.
    seen: Vec<u32>,
}

impl<V: Worth> Forest<'_, '_, V> {
    /// Adds an arc, which is the `at`-th.
    fn add(&mut self, arc: &Carrying, at: u32) {
        let capacity = self.network.member_capacity(arc.from, arc.to).unwrap_or(UNLIMITED);
        if arc.units == capacity {
            self.fill(arc.from, arc.to);
            return;
        }
        let mut u = arc.from;
        while u != NONE {
            self.seen[u as usize] = at;
            u = self.above[u as usize].parent;
        }
        let mut join = arc.to;
        while join != NONE && self.seen[join as usize] != at {
            join = self.above[join as usize].parent;
        }
        if join == NONE {
            self.hang(arc.to, arc.from, arc.units, arc.worth);
            return;
        }
        // The links of the cycle, and whether more on the arc is more on them: it goes up from `to`, down to `from`.
        let mut cycle: Vec<(u32, bool)> = Vec::new();
        for (end, up) in [(arc.to, true), (arc.from, false)] {
            let mut u = end;
            while u != join {
                let parent = self.above[u as usize].parent;
                cycle.push((u, (u < parent) == up));
                u = parent;
            }
        }
        let gain = |&(u, with): &(u32, bool)| {
            let worth = self.above[u as usize].worth;
            if with { worth } else { -worth }
        };
        let more = arc.worth + cycle.iter().map(gain).sum::<i64>() > 0;
        let room = |&(u, with): &(u32, bool)| {
            if with == more { self.room(u) } else { self.above[u as usize].units }
        };
        let own = if more { capacity - arc.units } else { arc.units };
        let units = cycle.iter().map(room).min().unwrap_or(own).min(own);
        for (u, with) in cycle {
            self.above[u as usize].units += if with == more { units } else { -units };
            let Link { parent, units, .. } = self.above[u as usize];
            if self.room(u) == 0 {
                self.fill(u, parent);
            } else if units > 0 {
                continue;
            }
            self.above[u as usize].parent = NONE;
        }
        let units = if more { arc.units + units } else { arc.units - units };
        if units == capacity {
            self.fill(arc.from, arc.to);
        } else if units > 0 {
            self.hang(arc.to, arc.from, units, arc.worth);
        }
    }

    /// What more the link above a node could carry.
    fn room(&self, u: u32) -> i64 {
        let Link { parent, units, .. } = self.above[u as usize];
        self.network.member_capacity(u, parent).unwrap_or(UNLIMITED) - units
    }

    /// Notes that a member arc is full.
    fn fill(&mut self, u: u32, v: u32) {
        let member = if self.network.group[u as usize] == v { u } else { v };
        self.full[member as usize] = true;
    }

    /// Hangs the tree of node `u`, by that node, on another.
    fn hang(&mut self, u: u32, parent: u32, units: i64, worth: i64) {
        let (mut u, mut link) = (u, Link { parent, units, worth });
        while u != NONE {
            let old = std::mem::replace(&mut self.above[u as usize], link);
            link = Link { parent: u, ..old };
            u = old.parent;
        }
    }

    /// Makes one tree of all.
    fn hang_on_root(&mut self) {
        let root = self.network.root;
        self.hang(root, NONE, 0, 0);
        // Those who are known to hang on the root.
        let mut settled = vec![false; self.above.len()];
        settled[root as usize] = true;
        // Row groups and rows come first; what is left then are columns without flow, which go to their group, and
        // groups of columns that are used up by full member arcs: of these one comes in.
        for u in (0..number(self.above.len())).filter(|&u| u != root) {
            let mut path = Vec::new();
            let mut v = u;
            while v != NONE && !settled[v as usize] {
                path.push(v);
                v = self.above[v as usize].parent;
            }
            if v == NONE {
                path = vec![u];
                match self.full_member(u) {
                    Some(member) => {
                        self.full[member as usize] = false;
                        self.hang(u, member, self.network.capacity[member as usize], 0);
                    }
                    None => self.hang(u, self.network.first_place(u), 0, 0),
                }
            }
            for v in path {
                settled[v as usize] = true;
            }
        }
    }

    /// A column whose member arc is full, if `u` is its group.
    fn full_member(&self, u: u32) -> Option<u32> {
        let network = self.network;
        let mut columns = network.root + 1..network.first_column_group;
        let full = |&c: &u32| network.group[c as usize] == u && self.full[c as usize];
        if u < network.first_column_group { None } else { columns.find(full) }
    }

    fn tree(&self) -> Tree {
        let root = self.network.root;
        let nodes = self.above.len();
        let mut below = vec![0_u32; nodes];
        let nodes_below_root = (0..number(nodes)).filter(|&u| u != root);
        for u in nodes_below_root.clone() {
            below[self.above[u as usize].parent as usize] += 1;
        }
        let mut upwards: Vec<u32> = nodes_below_root.filter(|&u| below[u as usize] == 0).collect();
        let mut next = 0;
        while next < upwards.len() {
            let parent = self.above[upwards[next] as usize].parent;
            next += 1;
            below[parent as usize] -= 1;
            if below[parent as usize] == 0 && parent != root {
                upwards.push(parent);
            }
        }
        let mut tree = Tree::root_alone(nodes, root);
        let arcs = upwards.iter().map(|&u| {
            let link = self.above[u as usize];
            let (units, room) = (link.units, self.room(u));
            let (up, down) = if u < link.parent { (room, units) } else { (units, room) };
            debug_assert!(up > 0, "strongly feasible");
            (u, link.parent, if self.network.is_edge(u, link.parent) { 0 } else { NONE }, up, down)
        });
        tree.hang(root, arcs);
        tree
    }
}
