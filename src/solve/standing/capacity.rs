//! Capacities that change in the living network: the tree stays strongly feasible and nearly optimal.
//!
//! **Problem.** With another capacity the flow no longer fits the tree: units are too many or missing at one node.
//!
//! **Method.** Let units that the tree does not yet know of stand on an arc outside of it: a row's new units on its
//! disposal arc, a column's on its own; a full member arc is wider and not yet filled; and where a capacity falls, a
//! *loan* takes the part of what is no longer there: an arc with just these units, each at a penalty of more than any
//! path is worth. Sending the units round through the tree is then a pivot like any other, with the same choice of
//! the arc that blocks, so that the tree stays strongly feasible. Mostly the tree takes them all and nothing else
//! changes. Where it does not the arc enters the tree with the rest, and if it is a loan the penalty in the potentials
//! drives it out again: at the optimum it carries nothing, and it cannot stay, since every node that may carry flow
//! has a better path to the root.
//!
//! **Coming and going.** A column that can take nothing has no place in a strongly feasible tree. Its capacity falls to
//! 0 as any other; then nothing is left that hangs on it, and it is taken down. One that comes back is hung where it
//! would stand before anything was traded. Rows may stay with capacity 0.
//!
//! **Complexity.** A cycle of the tree for each change, and the pivots that follow.

use super::super::error::SolveError;
use super::super::network::{NONE, UNLIMITED};
use super::super::transport::Transport;
use super::super::tree::{Cycle, Tree};
use super::live::{LOAN, Live};
use super::pair::Pair;

impl Live {
    /// Gives a node another capacity; columns and column groups that can take nothing are taken down, others hung.
    pub(super) fn set_capacity(
        &mut self,
        transport: &Transport,
        u: u32,
        capacity: i64,
        alive: bool,
    ) -> Result<(), SolveError> {
        if !self.hangs(u) {
            self.capacity[u as usize] = capacity;
            if alive {
                self.plant(u);
            }
            return Ok(());
        }
        let old = std::mem::replace(&mut self.capacity[u as usize], capacity);
        if self.group[u as usize] != NONE {
            self.widen_member(u, old, capacity);
        } else if capacity > old {
            self.supply_more(u, capacity - old);
        } else if capacity < old {
            self.supply_less(u, old - capacity);
        }
        if self.loan {
            self.run(transport)?;
        }
        if !alive {
            let members = if self.is_column(u) { Vec::new() } else { self.members_of(u).to_vec() };
            let all = members.into_iter().chain([u]).filter(|&u| self.hangs(u)).collect::<Vec<u32>>();
            if !all.into_iter().all(|u| self.take_down(u)) {
                return Err(SolveError::PivotLimit { pivots: self.pivots });
            }
        }
        // No loan is left: it would cost more than anything.
        if self.loan { Err(SolveError::PivotLimit { pivots: self.pivots }) } else { Ok(()) }
    }

    /// More units at an outermost node.
    fn supply_more(&mut self, u: u32, units: i64) {
        let (root, arc) = (self.root, *self.tree.arc(u));
        let disposal =
            |units: i64| if u < root { (UNLIMITED - units, units) } else { (units, UNLIMITED - units) };
        if arc.parent == root {
            let (up, down) = disposal(units + if u < root { arc.down } else { arc.up });
            self.tree.replace(u, NONE, up, down);
            return;
        }
        // They stand on the disposal arc, which gives them back.
        let (from, to) = (u.min(root), u.max(root));
        let cycle = self.push(to, from, units);
        if cycle.leaving != NONE {
            let gain = self.gain(from, to, 0);
            self.exchange(&cycle, from, NONE, units, gain);
            let (up, down) = disposal(units - cycle.amount);
            self.tree.replace(u, NONE, up, down);
        }
    }

    /// Fewer units at an outermost node.
    fn supply_less(&mut self, u: u32, units: i64) {
        let (root, arc) = (self.root, *self.tree.arc(u));
        // A loan supplies a row with what it lacks, and takes from a column what it has too much.
        let (from, to) = if u < root { (root, u) } else { (u, root) };
        if arc.parent == root {
            let flow = if u < root { arc.down } else { arc.up };
            if flow > units || flow == units && u < root {
                let rest = flow - units;
                let (up, down) = if u < root { (UNLIMITED - rest, rest) } else { (rest, UNLIMITED - rest) };
                self.tree.replace(u, NONE, up, down);
            } else {
                self.borrow_in_place(u, from, to, units - flow);
            }
            return;
        }
        let cycle = self.push(to, from, units);
        if cycle.leaving != NONE {
            self.borrow(&cycle, from, to, units);
        }
    }

    /// Another capacity of the member arc of `u`.
    fn widen_member(&mut self, u: u32, old: i64, new: i64) {
        let group = self.group[u as usize];
        let (from, to) = (u.min(group), u.max(group));
        let hung = [from, to].into_iter().find(|&end| self.tree.arc(end).parent == from + to - end);
        if let Some(end) = hung {
            // In the tree.
            let arc = *self.tree.arc(end);
            let flow = if end == from { arc.down } else { arc.up };
            if flow < new || flow == new && end == to {
                let (up, down) = if end == from { (new - flow, flow) } else { (flow, new - flow) };
                self.tree.replace(end, NONE, up, down);
            } else {
                self.full[u as usize] = true;
                self.borrow_in_place(end, from, to, flow - new);
            }
        } else if self.full[u as usize] && new > old {
            let cycle = self.push(from, to, new - old);
            if cycle.leaving != NONE {
                self.full[u as usize] = false;
                let gain = self.gain(from, to, 0);
                self.exchange(&cycle, from, NONE, new - old, gain);
                let flow = old + cycle.amount;
                let end = Tree::top(&cycle);
                let (up, down) = if end == from { (new - flow, flow) } else { (flow, new - flow) };
                self.tree.replace(end, NONE, up, down);
            }
        } else if self.full[u as usize] && new < old {
            let cycle = self.push(to, from, old - new);
            if cycle.leaving != NONE {
                self.borrow(&cycle, from, to, old - new);
            }
        }
    }

    /// What a unit on an arc outside the tree gains.
    fn gain(&self, from: u32, to: u32, value: i64) -> Pair {
        Pair { value, tie: 0 } + self.potential.at(to) - self.potential.at(from)
    }

    /// Lets a loan of `units` from `from` to `to`, of which a cycle could take a part, into the tree.
    fn borrow(&mut self, cycle: &Cycle, from: u32, to: u32, units: i64) {
        let gain = self.gain(from, to, -self.penalty());
        self.exchange(cycle, from, LOAN, units, gain);
        self.loan = true;
    }

    /// Puts a loan of `units` from `from` to `to` in the place of the tree arc of `end`, which is one of them.
    fn borrow_in_place(&mut self, end: u32, from: u32, to: u32, units: i64) {
        let gain = self.gain(from, to, -self.penalty());
        let (up, down) = if end == from { (UNLIMITED - units, units) } else { (units, 0) };
        self.tree.replace(end, LOAN, up, down);
        self.shift(end, if end == from { gain } else { -gain });
        self.loan = true;
    }
}
