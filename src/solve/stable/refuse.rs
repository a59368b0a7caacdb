//! What a member that stays stable within limits refuses besides: all that would come next, in vain.
//!
//! **Problem.** A row with 300 units left and lots of 500 goes down its whole list, an edge a round. A column that
//! may have two partners turns to the third, the fourth, and so on.
//!
//! **Rule.** Where an edge below its lot is closed, the row that is full and likes none of its open edges less closes
//! all edges it likes no more that would need more units than this one had; the column likewise. Where partners beyond
//! a limit are closed, whoever has the limit closes all edges it likes no more than the best of these. Edges that are
//! open, or have a base, stay.
//!
//! **What it cannot do.** Know that another refusal will bring more units later. What this closes too much is what
//! room left over is filled with in the end.

use super::repair::{Repair, Whose};

impl Repair<'_> {
    /// Refuses what an edge below its lot would lead to.
    pub(super) fn refuse_such_lots(&mut self, edge: usize) {
        let scores = self.scores;
        let (row, column) = (self.row_of[edge] as usize, self.transport.column[edge] as usize);
        let lists = [self.transport.edges_of(row).collect(), self.edges_into(column)];
        let capacities = [self.transport.row_capacity[row], self.transport.column_capacity[column]];
        for ((score, list), capacity) in scores.into_iter().zip(lists).zip(capacities) {
            let open = list.iter().filter(|&&other| self.flow[other] > 0);
            let is_last = open.clone().all(|&other| score[other] >= score[edge]);
            let total: i128 = open.map(|&other| i128::from(self.flow[other])).sum();
            if !is_last || total != i128::from(capacity) {
                continue;
            }
            for other in list {
                let needed = self.limits.lot(other).saturating_sub(self.limits.base(other));
                if self.flow[other] == 0 && score[other] <= score[edge] && needed > self.flow[edge] {
                    self.lower(other, 0);
                }
            }
        }
    }

    /// Refuses what partners beyond a limit, sorted by how much they are liked, would lead to.
    pub(super) fn refuse_such_partners(&mut self, edges: &[usize], too_many: &[usize], whose: Whose) {
        let Some(&best) = too_many.first() else { return };
        let score = self.scores[whose as usize];
        for &edge in edges {
            let new = self.limits.base(edge) == 0 && self.flow[edge] == 0;
            if new && score[edge] <= score[best] {
                self.lower(edge, 0);
            }
        }
    }
}
