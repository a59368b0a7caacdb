//! A share of the total as a capacity.
//!
//! **Problem.** No column group may take more than `part / of` of all units: `of · (base_h + x_h) <= part · (base + x)`.
//!
//! **Method.** If at least `T` units flow, `⌊part · (base + T) / of⌋ − base_h` is a capacity that is safe. So: find the optimum
//! under the capacities of some `T`, with a premium on every unit; its total is the next `T`, and the premium that every
//! unit deserves is `part / of` of what a unit of all the capacities together is worth. The total shrinks by less each
//! time; it ends where it stands still, or nearly, or after larger steps where that is far ([`Cap::next_total`]).
//!
//! **Groups that had too much before.** Where the base alone is above the share even if all rows gave, or all columns took,
//! what they can, the group takes nothing more and is not held to the cap: its limit is 0 ([`Cap::limits`]). Any other group is held
//! to it, which asks for a total that carries its base.
//!
//! **Bound.** Let `y_h >= 0` be any prices of the capacities and `E = ⌈part · Σ y_h / of⌉`. For every flow within the cap
//!
//! ```text
//! value(x) <= [value + E on every unit − y_h on those into h](x) + ⌈part · base · Σ y_h / of⌉ − Σ y_h · base_h
//! ```
//!
//! since `Σ y_h (base_h + x_h) <= (part / of) Σ y_h · (base + x)`. So the optimum of the bracket over the transport itself,
//! without `T`, bounds the value, and `T` need not be proven.

use super::Cap;
use crate::solve::transport::Transport;

/// Rounds of the fixed point.
pub(super) const ROUNDS: usize = 24;

impl Cap {
    /// The total to try after one of which `now` units came, in a round of them. Where shares leave less each time and the
    /// fixed point is far, it takes larger and larger steps, the last of them to nothing: no group that takes
    /// what the capacities then let through is above the cap.
    pub(crate) fn next_total(now: i128, round: usize) -> i128 {
        let Some(late) = round.checked_sub(ROUNDS / 2) else { return now };
        let step = 6_usize.saturating_sub(late / 2);
        if step == 0 || round + 2 >= ROUNDS { 0 } else { (now - (now >> step) - 1).max(0) }
    }

    /// The units of a group, base included, that are its share of a total, base included.
    fn share(&self, total: i128) -> i128 {
        i128::from(self.part) * total / i128::from(self.of)
    }

    /// By column group: whether its base alone is above any share.
    pub(super) fn exempt(&self, transport: &Transport) -> Vec<bool> {
        let all = |capacity: &[i64]| capacity.iter().map(|&units| i128::from(units)).sum::<i128>();
        let most = all(&transport.row_capacity).min(all(&transport.column_capacity));
        let share = self.share(i128::from(self.base) + most);
        self.column_group_base.iter().map(|&base| i128::from(base) > share).collect()
    }

    /// The limits of column groups, 0 where they are exempt.
    pub(crate) fn limits(&self, transport: &Transport) -> Vec<Option<i64>> {
        let exempt = self.exempt(transport);
        let groups = transport.column_group_capacity.iter().zip(exempt);
        groups.map(|(&limit, exempt)| if exempt { Some(0) } else { limit }).collect()
    }

    /// These limits, and the shares if `total` units flow.
    pub(crate) fn capacities(&self, limits: &[Option<i64>], total: i128) -> Vec<Option<i64>> {
        let share = self.share(i128::from(self.base) + total);
        let groups = limits.iter().zip(&self.column_group_base);
        groups
            .map(|(&limit, &base)| {
                let room = (share - i128::from(base)).max(0);
                let room = i64::try_from(room).unwrap_or(i64::MAX);
                Some(limit.map_or(room, |limit| limit.min(room)))
            })
            .collect()
    }

    /// Units into each column group, and what its share of all is.
    fn taken(&self, transport: &Transport, flow: &[(usize, i64)]) -> (Vec<i128>, i128) {
        let mut units = vec![0_i128; transport.column_group_capacity.len()];
        for &(edge, more) in flow {
            units[transport.column_group[transport.column[edge] as usize] as usize] += i128::from(more);
        }
        let share = self.share(i128::from(self.base) + units.iter().sum::<i128>());
        (units, share)
    }

    /// Whether a column group that takes units is above the cap; one that has too much by its base alone is not asked.
    pub(crate) fn is_overdrawn(&self, transport: &Transport, flow: &[(usize, i64)]) -> bool {
        let (units, share) = self.taken(transport, flow);
        let mut groups = units.iter().zip(&self.column_group_base);
        groups.any(|(&units, &base)| units > 0 && i128::from(base) + units > share)
    }

    /// By how many units, rounded up, the fullest column group is above the cap.
    pub(super) fn excess(&self, transport: &Transport, flow: &[(usize, i64)]) -> i128 {
        let (units, share) = self.taken(transport, flow);
        let groups = units.iter().zip(&self.column_group_base).zip(self.exempt(transport));
        let over = groups.map(
            |((&units, &base), exempt)| {
                if exempt { units } else { i128::from(base) + units - share }
            },
        );
        over.max().unwrap_or(0).max(0)
    }

    /// The premium of every unit that belongs to prices of the capacities.
    pub(super) fn premium(&self, prices: &[i64]) -> i128 {
        rounded_up(i128::from(self.part) * total(prices), self.of.into())
    }

    /// What the bound has beyond the optimum of the bracket.
    pub(super) fn constant(&self, prices: &[i64]) -> i128 {
        let of_all = i128::from(self.part) * i128::from(self.base) * total(prices);
        let of_groups = prices.iter().zip(&self.column_group_base);
        let of_groups: i128 = of_groups.map(|(&price, &base)| i128::from(price) * i128::from(base)).sum();
        rounded_up(of_all, self.of.into()) - of_groups
    }

    /// Of the prices of column groups, those of the cap rather than of a limit of the group's own.
    pub(super) fn prices(limits: &[Option<i64>], capped: &[Option<i64>], prices: &[i64]) -> Vec<i64> {
        let own = limits.iter().zip(capped);
        own.zip(prices).map(|((own, capped), &price)| if own == capped { 0 } else { price }).collect()
    }
}

fn total(prices: &[i64]) -> i128 {
    prices.iter().map(|&price| i128::from(price)).sum()
}

fn rounded_up(number: i128, by: i128) -> i128 {
    (number + by - 1).div_euclid(by)
}
