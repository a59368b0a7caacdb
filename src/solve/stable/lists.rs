//! Preference lists: the edges of every member of the proposing side, the best first.
//!
//! **Method.** Each list is sorted by score alone, then each run of equal scores by tie number: runs are short, and tie
//! numbers are not worth computing for the others. The lists of columns are first laid out by counting. Lists are
//! sorted in parallel. `O(edges · log(longest list))`.

use std::cmp::Reverse;

use rayon::prelude::*;

use super::tie_number;
use crate::solve::transport::{Transport, number};

/// Lists sorted by one task, at least.
const RUN: usize = 64;

/// Edges by member: those of member `m` are `edges[start[m] .. start[m + 1]]`, the best first.
pub(super) struct Lists {
    pub(super) start: Vec<usize>,
    pub(super) edges: Vec<u32>,
}

impl Lists {
    pub(super) fn of_rows(transport: &Transport, score: &[i64], row_of: &[u32]) -> Lists {
        let edges = (0..transport.edges()).map(number).collect();
        Lists { start: transport.row_start.clone(), edges }.sorted(transport, score, row_of)
    }

    pub(super) fn of_columns(transport: &Transport, score: &[i64], row_of: &[u32]) -> Lists {
        // Counted two places ahead and summed up, the starts move to their places while edges are put.
        let mut start = vec![0; transport.columns() + 2];
        for &column in &transport.column {
            start[column as usize + 2] += 1;
        }
        for column in 2..start.len() {
            start[column] += start[column - 1];
        }
        let mut edges = vec![0; transport.edges()];
        for (edge, &column) in transport.column.iter().enumerate() {
            let next = &mut start[column as usize + 1];
            edges[*next] = number(edge);
            *next += 1;
        }
        start.pop();
        Lists { start, edges }.sorted(transport, score, row_of)
    }

    fn sorted(mut self, transport: &Transport, score: &[i64], row_of: &[u32]) -> Lists {
        let mut lists = Vec::with_capacity(self.start.len());
        let mut rest = self.edges.as_mut_slice();
        for bounds in self.start.windows(2) {
            let (list, others) = rest.split_at_mut(bounds[1] - bounds[0]);
            lists.push(list);
            rest = others;
        }
        let tie = |edge: u32| tie_number(transport, row_of[edge as usize], transport.column[edge as usize]);
        lists.into_par_iter().with_min_len(RUN).for_each_init(Vec::new, |keys, list| {
            keys.clear();
            keys.extend(list.iter().map(|&edge| (Reverse(score[edge as usize]), edge)));
            keys.sort_unstable();
            for run in keys.chunk_by_mut(|a, b| a.0 == b.0).filter(|run| run.len() > 1) {
                run.sort_unstable_by_key(|&(_, edge)| (Reverse(tie(edge)), edge));
            }
            for (place, key) in list.iter_mut().zip(keys) {
                *place = key.1;
            }
        });
        self
    }
}
