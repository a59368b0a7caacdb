//! First units: as many row groups as possible with at least one, as an ordinary transport.
//!
//! **Problem.** Maximise `Σ v_e x_e + bonus · #{g wanting : x(g) >= 1}`. The bonus is concave in `x(g)`, so it is a network;
//! but one with parallel arcs, which a transport has not.
//!
//! **Transformation.** Let `S_g = min(limit of g, Σ capacity of its rows)`. Every edge of the group's rows is worth the
//! bonus `β` more, and there is one more column, the spare of `g`, of capacity `S_g − 1` and worth `β` to each of the
//! rows. What the group does not send goes to the spare as far as it fits:
//!
//! ```text
//! β · x(g) + β · min(S_g − 1, S_g − x(g)) = β (S_g − 1) + β · min(1, x(g))
//! ```
//!
//! which is the bonus of the first unit and a constant ([`Links::ground`]).
//!
//! **How large a bonus.** Links come first if no alternating path loses `β`. Instead of a bound on paths, which is a
//! million times what is needed, the count itself is proven: `most` is a maximum flow with all limits of wanting groups
//! at 1, its prices (0 or 1) are a cover of rows, columns and groups that no more links than their capacity can pass.
//! A bonus with which that many are linked is large enough, and a point with fewer asks for a larger one.
//!
//! **Prices.** With the spare's price `λ_g <= β`: the rows' and the group's prices together are at least `β − λ_g`, and may
//! be lowered by it. Then every edge satisfies `v_e + λ_g <=` its four prices, and for every flow that links `L` groups
//!
//! ```text
//! Σ v_e x_e <= Σ price · capacity + Σ_g (β − λ_g) − β · L
//! ```
//!
//! (a group with a unit gets `λ_g` of it, one that is linked or not costs `β − λ_g`, and `β` comes back for each link).

use crate::solve::error::SolveError;
use crate::solve::optimum::optimum_near;
use crate::solve::transport::Transport;

/// Row groups that want a first unit and can have one.
#[derive(Debug)]
pub(super) struct Links {
    /// The groups, ascending.
    pub(super) wanting: Vec<u32>,
    /// By group: position among the wanting.
    place: Vec<Option<u32>>,
    /// Most units of each of them.
    most: Vec<i64>,
    /// Tie key of each spare: of the group's rows.
    key: Vec<u64>,
    /// Number of rows in them.
    pub(super) rows: usize,
}

/// No more links are possible, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkProof {
    /// The most row groups, of those that want to be linked, that can be.
    pub most: i64,
    /// Rows that are in the cover: each edge of a wanting row group has its row, its column, or one of their groups in it.
    pub rows: Vec<usize>,
    /// Columns in the cover.
    pub columns: Vec<usize>,
    /// Row groups in the cover, for 1 each.
    pub row_groups: Vec<usize>,
    /// Column groups in the cover.
    pub column_groups: Vec<usize>,
}

impl Links {
    /// Of a transport and, by row group, whether it wants a first unit.
    pub(super) fn of(transport: &Transport, wants: &[bool]) -> Result<Links, SolveError> {
        let groups = transport.row_group_capacity.len();
        let mut most = vec![0_i128; groups];
        let mut count = vec![0_usize; groups];
        for (row, &group) in transport.row_group.iter().enumerate() {
            most[group as usize] += i128::from(transport.row_capacity[row]);
            count[group as usize] += 1;
        }
        let key = group_keys(&transport.row_group, &transport.row_key, groups);
        let mut links =
            Links { wanting: vec![], place: vec![None; groups], most: vec![], key: vec![], rows: 0 };
        for (group, units) in (0_u32..).zip(most) {
            let at = group as usize;
            let units = transport.row_group_capacity[at].map_or(units, |limit| units.min(limit.into()));
            if !wants[at] || units == 0 {
                continue;
            }
            let largest = i128::from(i64::MAX);
            let units = i64::try_from(units).map_err(|_| SolveError::Overflow {
                what: "the units of a row group",
                found: units,
                most: largest,
            })?;
            links.place[at] = Some(crate::solve::transport::number(links.wanting.len()));
            links.wanting.push(group);
            links.most.push(units);
            links.key.push(key[at]);
            links.rows += count[at];
        }
        Ok(links)
    }

    /// The spare of a group, if it wants a first unit.
    pub(super) fn column_of(&self, group: u32) -> Option<usize> {
        self.place[group as usize].map(|place| place as usize)
    }

    /// Adds the spares as columns, without edges.
    pub(super) fn add_columns(&self, transport: &mut Transport) {
        let group = crate::solve::transport::number(transport.column_group_capacity.len());
        transport.column_group_capacity.push(None);
        for (&most, &key) in self.most.iter().zip(&self.key) {
            transport.column_capacity.push(most - 1);
            transport.column_group.push(group);
            transport.column_key.push(key);
        }
    }

    /// Wanting groups with a unit.
    pub(super) fn linked(&self, transport: &Transport, flow: &[(usize, i64)]) -> usize {
        let mut linked = vec![false; self.wanting.len()];
        for &(edge, _) in flow.iter().filter(|(_, units)| *units > 0) {
            if let Some(place) = self.column_of(transport.row_group[transport.row_of(edge)]) {
                linked[place] = true;
            }
        }
        linked.into_iter().filter(|linked| *linked).count()
    }

    /// What the spares are worth where nothing is linked.
    pub(super) fn ground(&self, bonus: i64) -> i128 {
        self.most.iter().map(|&most| i128::from(most - 1) * i128::from(bonus)).sum()
    }

    /// Prices without the spares, the links' own beside them.
    pub(super) fn taken_apart(
        &self,
        transport: &Transport,
        mut prices: super::problem::Prices,
        bonus: i64,
    ) -> super::problem::Prices {
        prices.column_group.truncate(transport.column_group_capacity.len());
        let mut link = vec![0; transport.row_group_capacity.len()];
        let mut off = vec![0; transport.row_group_capacity.len()];
        for (&group, &spare) in self.wanting.iter().zip(&prices.link) {
            let at = group as usize;
            link[at] = spare.min(bonus);
            let less = bonus - link[at];
            let of_group = less.min(prices.row_group[at]);
            prices.row_group[at] -= of_group;
            off[at] = less - of_group;
        }
        for (price, &group) in prices.row.iter_mut().zip(&transport.row_group) {
            *price = (*price - off[group as usize]).max(0);
        }
        prices.link = link;
        prices
    }

    /// The most groups that can be linked, and the cover that proves it; with these limits of column groups, if given.
    pub(super) fn most(
        &self,
        transport: &Transport,
        limits: Option<&[Option<i64>]>,
        near: &[(usize, i64)],
    ) -> Result<LinkProof, SolveError> {
        let wanting = |row: usize| self.place[transport.row_group[row] as usize].is_some();
        let mut unit = Transport { value: vec![1; transport.edges()], ..transport.clone() };
        for row in (0..transport.rows()).filter(|&row| !wanting(row)) {
            unit.row_capacity[row] = 0;
        }
        if let Some(limits) = limits {
            unit.column_group_capacity = limits.to_vec();
        }
        for &group in &self.wanting {
            unit.row_group_capacity[group as usize] = Some(1);
        }
        let mut begun = vec![false; self.wanting.len()];
        let mut start = Vec::new();
        for &(edge, units) in near.iter().filter(|(_, units)| *units > 0) {
            let place = self.column_of(transport.row_group[transport.row_of(edge)]);
            if place.is_some_and(|place| !std::mem::replace(&mut begun[place], true)) {
                start.push((edge, units.min(1)));
            }
        }
        let found = optimum_near(&unit, &start)?;
        let most = found.flow.iter().map(|(_, units)| units).sum();
        let in_cover = |prices: &[i64]| -> Vec<usize> {
            prices.iter().enumerate().filter(|(_, price)| **price > 0).map(|(at, _)| at).collect()
        };
        // Rows of groups that do not want one have no capacity, and prices that do not matter.
        let rows = in_cover(&found.row_price).into_iter().filter(|&row| wanting(row)).collect();
        Ok(LinkProof {
            most,
            rows,
            columns: in_cover(&found.column_price),
            row_groups: in_cover(&found.row_group_price),
            column_groups: in_cover(&found.column_group_price),
        })
    }
}

/// Keys of groups from those of their members, whatever the order of these.
pub(super) fn group_keys(group: &[u32], key: &[u64], groups: usize) -> Vec<u64> {
    let mut keys = vec![0_u64; groups];
    for (&group, &key) in group.iter().zip(key) {
        let mixed = (key ^ (key >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        keys[group as usize] = keys[group as usize].wrapping_add(mixed ^ (mixed >> 32));
    }
    keys
}
