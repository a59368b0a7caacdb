//! The largest flow into the groups of a forest, each up to its target.
//!
//! **Method.** Dinic's algorithm (Dinitz, *Algorithm for solution of a problem of maximum flow in a network
//! with power estimation*, Soviet Math. Doklady 1970) from the flow that is there: layers by breadth-first
//! search from the groups below their target, a blocking flow along them, until the sink is out of reach.
//! Then the nodes reached are the source side of the least cut.
//!
//! **Arcs of a node**, in the order in which they are looked at: a supply reaches its columns, its children
//! while they have room, and its parent while it has flow to give back; a demand reaches its parent (or the sink)
//! while it has room, its children while they have flow, and, a column, the supplies that send it units.
//! The search keeps a place in that order for every node, in an explicit stack: no depth is too large.
//!
//! **Complexity.** `O(E)` a phase for layers, `O(paths · length)` for the flow; at most as many phases as nodes, in
//! markets about ten.

use super::forest::{Forest, NONE, Node};
use crate::solve::transport::number;

/// Not reached.
const FAR: u32 = u32::MAX;

/// Where a node's search stands: the arc it looks at.
#[derive(Debug, Clone, Copy)]
enum Arc {
    /// Edge by index.
    Edge(u32),
    /// Child by node.
    Child(u32),
    Parent,
    /// Entry by index.
    Entry(u32),
}

/// A node on the path and how much can come to it.
#[derive(Debug, Clone, Copy)]
struct Step {
    node: u32,
    units: i64,
}

/// The search on one forest; nodes are supplies, then demands.
struct Search<'a> {
    forest: &'a mut Forest,
    supplies: u32,
    layer: Vec<u32>,
    queue: Vec<u32>,
    arc: Vec<Arc>,
    path: Vec<Step>,
}

/// Fills the groups as far as possible; tells which nodes the groups that are not full can still reach, if
/// there are such groups.
pub(super) fn fill(forest: &mut Forest) -> Option<Vec<bool>> {
    let nodes = forest.supplies.len() + forest.demands.len();
    let supplies = number(forest.supplies.len());
    let mut search = Search {
        forest,
        supplies,
        layer: vec![FAR; nodes],
        queue: Vec::with_capacity(nodes),
        arc: Vec::new(),
        path: Vec::new(),
    };
    while let Some(sink) = search.layers() {
        search.block(sink);
        search.forest.tidy();
    }
    let short =
        search.forest.supplies[..search.forest.groups].iter().any(|group| group.flow < group.capacity);
    short.then(|| search.layer.iter().map(|&layer| layer != FAR).collect())
}

impl Search<'_> {
    /// Sets the layers of all nodes up to the sink; the sink's, unless it is out of reach.
    fn layers(&mut self) -> Option<u32> {
        let Forest { groups, supplies, columns, demands, start, edges, head, entries, .. } = &*self.forest;
        let (layer, queue, first) = (&mut self.layer, &mut self.queue, self.supplies);
        layer.fill(FAR);
        queue.clear();
        for (at, group) in supplies[..*groups].iter().enumerate() {
            if group.flow < group.capacity {
                layer[at] = 0;
                queue.push(number(at));
            }
        }
        let mut next = 0;
        while next < queue.len() {
            let u = queue[next];
            next += 1;
            let above = layer[u as usize] + 1;
            let mut reach = |v: u32| {
                if layer[v as usize] == FAR {
                    layer[v as usize] = above;
                    queue.push(v);
                }
            };
            if u < first {
                let node = &supplies[u as usize];
                for &column in &edges[start[u as usize] as usize..start[u as usize + 1] as usize] {
                    reach(first + column);
                }
                for child in node.first..node.last {
                    if has_room(&supplies[child as usize]) {
                        reach(child);
                    }
                }
                if node.parent != NONE && node.flow > 0 {
                    reach(node.parent);
                }
            } else {
                let at = (u - first) as usize;
                let node = &demands[at];
                if has_room(node) {
                    if node.parent == NONE {
                        return Some(above);
                    }
                    reach(first + node.parent);
                }
                for child in node.first..node.last {
                    if demands[child as usize].flow > 0 {
                        reach(first + child);
                    }
                }
                if at < *columns {
                    let mut entry = head[at];
                    while entry != NONE {
                        let Some(found) = entries.get(entry as usize) else { break };
                        if found.units > 0 {
                            reach(found.supply);
                        }
                        entry = found.next;
                    }
                }
            }
        }
        None
    }

    /// Pushes along the layers until no path of them is left.
    fn block(&mut self, sink: u32) {
        let forest = &*self.forest;
        let supply = (0..forest.supplies.len()).map(|at| Arc::Edge(forest.start[at]));
        self.arc.clear();
        self.arc.extend(supply.chain(forest.demands.iter().map(|_| Arc::Parent)));
        for group in 0..self.forest.groups {
            let node = &self.forest.supplies[group];
            let units = node.capacity - node.flow;
            if units > 0 {
                self.path.clear();
                self.path.push(Step { node: number(group), units });
                self.pour(sink);
            }
        }
    }

    fn pour(&mut self, sink: u32) {
        while let Some(&Step { node, units }) = self.path.last() {
            match self.next_arc(node, sink) {
                Some((v, room)) if v == NONE => {
                    self.push(units.min(room));
                    let open = self.path.iter().take_while(|step| step.units > 0).count();
                    self.path.truncate(open);
                }
                Some((v, room)) => self.path.push(Step { node: v, units: units.min(room) }),
                None => {
                    // A dead end: nobody comes here again.
                    self.layer[node as usize] = FAR - 1;
                    self.path.pop();
                }
            }
        }
    }

    /// The next arc of a node that leads one layer on and has room: where to ([`NONE`] for the sink) and how much.
    fn next_arc(&mut self, u: u32, sink: u32) -> Option<(u32, i64)> {
        let forest = &*self.forest;
        let above = self.layer[u as usize] + 1;
        let leads = |v: u32| above < sink && self.layer[v as usize] == above;
        let first = self.supplies;
        let arc = &mut self.arc[u as usize];
        if u < first {
            let node = &forest.supplies[u as usize];
            loop {
                match *arc {
                    Arc::Edge(edge) if edge < forest.start[u as usize + 1] => {
                        let v = first + forest.edges[edge as usize];
                        if leads(v) {
                            return Some((v, i64::MAX));
                        }
                        *arc = Arc::Edge(edge + 1);
                    }
                    Arc::Edge(_) => *arc = Arc::Child(node.first),
                    Arc::Child(child) if child < node.last => {
                        let below = &forest.supplies[child as usize];
                        if has_room(below) && leads(child) {
                            return Some((child, below.capacity - below.flow));
                        }
                        *arc = Arc::Child(child + 1);
                    }
                    Arc::Child(_) => *arc = Arc::Parent,
                    Arc::Parent => {
                        let leads = node.parent != NONE && node.flow > 0 && leads(node.parent);
                        return leads.then_some((node.parent, node.flow));
                    }
                    Arc::Entry(_) => return None,
                }
            }
        }
        let at = (u - first) as usize;
        let node = &forest.demands[at];
        loop {
            match *arc {
                Arc::Parent => {
                    let room = node.capacity - node.flow;
                    if room > 0 {
                        if node.parent == NONE {
                            if above == sink {
                                return Some((NONE, room));
                            }
                        } else if leads(first + node.parent) {
                            return Some((first + node.parent, room));
                        }
                    }
                    *arc = Arc::Child(node.first);
                }
                Arc::Child(child) if child < node.last => {
                    let flow = forest.demands[child as usize].flow;
                    if flow > 0 && leads(first + child) {
                        return Some((first + child, flow));
                    }
                    *arc = Arc::Child(child + 1);
                }
                Arc::Child(_) => *arc = Arc::Entry(forest.head.get(at).copied().unwrap_or(NONE)),
                Arc::Entry(entry) => {
                    let found = forest.entries.get(entry as usize)?;
                    if found.units > 0 && leads(found.supply) {
                        return Some((found.supply, found.units));
                    }
                    *arc = Arc::Entry(found.next);
                }
                Arc::Edge(_) => return None,
            }
        }
    }

    /// Pushes units along the path and into the sink.
    fn push(&mut self, units: i64) {
        let forest = &mut *self.forest;
        let first = self.supplies;
        for at in 0..self.path.len() {
            let u = self.path[at].node;
            self.path[at].units -= units;
            if at == 0 {
                forest.supplies[u as usize].flow += units;
            }
            let next = self.path.get(at + 1).map_or(NONE, |step| step.node);
            match self.arc[u as usize] {
                Arc::Edge(_) => forest.add(u, next - first, units),
                Arc::Child(child) if u < first => forest.supplies[child as usize].flow += units,
                Arc::Child(child) => forest.demands[child as usize].flow -= units,
                Arc::Parent if u < first => forest.supplies[u as usize].flow -= units,
                Arc::Parent => forest.demands[(u - first) as usize].flow += units,
                Arc::Entry(entry) => forest.entries[entry as usize].units -= units,
            }
        }
    }
}

fn has_room(node: &Node) -> bool {
    node.flow < node.capacity
}
