//! Quotas drawn at random, and an independent check of what is proven of a flow that keeps them.

use super::check::{feasible, rows, worth};
use super::transports::Dice;
use lienket::solve::{Cap, Members, Quotafied, Quotas, Side, Transport};

/// Which quotas to draw.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish {
    pub(crate) sides: usize,
    /// Floors below what could be had, in percent of a wild guess.
    pub(crate) mild: i64,
    pub(crate) cap: bool,
    pub(crate) link: bool,
}

pub(crate) fn draw(transport: &Transport, wish: Wish, seed: u64) -> Quotas {
    let mut dice = Dice(seed);
    let units: i64 = transport.row_capacity.iter().sum::<i64>().min(transport.column_capacity.iter().sum());
    let sides = (0..wish.sides).map(|_| side(transport, &mut dice, units * wish.mild / 100));
    let sides = sides.collect();
    let cap = wish.cap.then(|| Cap {
        part: 1 + dice.below(3),
        of: 4,
        column_group_base: transport.column_group_capacity.iter().map(|_| dice.below(3)).collect(),
        base: 0,
    });
    let cap = cap.map(|cap| Cap { base: cap.column_group_base.iter().sum::<i64>() + dice.below(4), ..cap });
    let link = if wish.link {
        transport.row_group_capacity.iter().map(|_| dice.percent(80)).collect()
    } else {
        Vec::new()
    };
    Quotas { sides, cap, link }
}

fn side(transport: &Transport, dice: &mut Dice, most: i64) -> Side {
    let mut some = |count: usize| (0..count).map(|_| dice.percent(50)).collect::<Vec<bool>>();
    let (of_rows, of_columns) = (some(transport.row_capacity.len()), some(transport.column_capacity.len()));
    match dice.below(4) {
        0 => Side { members: Members::Rows(of_rows), inside: 1, outside: 0, least: dice.below(most + 1) },
        1 => {
            let (part, of) = [(1, 2), (1, 3), (2, 3), (1, 5), (123, 1000)][dice.index(5)];
            Side {
                members: Members::Rows(of_rows),
                inside: of - part,
                outside: -part,
                least: dice.below(3) - 1,
            }
        }
        2 => {
            let (part, of) = [(1, 2), (1, 3), (2, 3)][dice.index(3)];
            Side { members: Members::Columns(of_columns), inside: part - of, outside: part, least: 0 }
        }
        _ => {
            Side { members: Members::Columns(of_columns), inside: 1, outside: 0, least: dice.below(most + 1) }
        }
    }
}

/// What a unit on an edge counts for a side.
fn count(side: &Side, row: usize, column: usize) -> i128 {
    let member = match &side.members {
        Members::Rows(members) => members[row],
        Members::Columns(members) => members[column],
    };
    i128::from(if member { side.inside } else { side.outside })
}

/// What a flow reaches of a side.
pub(crate) fn reached(transport: &Transport, side: &Side, flow: &[i64]) -> i128 {
    let row_of = rows(transport);
    (0..flow.len())
        .map(|edge| count(side, row_of[edge], transport.column[edge] as usize) * i128::from(flow[edge]))
        .sum()
}

/// Row groups that want a unit and have one.
pub(crate) fn links(transport: &Transport, link: &[bool], flow: &[i64]) -> i64 {
    let row_of = rows(transport);
    let has = |group: usize| {
        (0..flow.len()).any(|edge| flow[edge] > 0 && transport.row_group[row_of[edge]] as usize == group)
    };
    let groups = link.iter().enumerate().filter(|&(group, &wants)| wants && has(group));
    i64::try_from(groups.count()).expect("few")
}

/// By column group: whether what it had is above the cap, whatever flows.
fn exempt(transport: &Transport, cap: &Cap) -> Vec<bool> {
    let all: i64 = transport.row_capacity.iter().sum::<i64>().min(transport.column_capacity.iter().sum());
    cap.column_group_base.iter().map(|base| cap.of * base > cap.part * (cap.base + all)).collect()
}

/// Whether every column group keeps the cap, or cannot and gets nothing.
pub(crate) fn within_cap(transport: &Transport, cap: &Cap, flow: &[i64]) -> bool {
    let total: i64 = cap.base + flow.iter().sum::<i64>();
    exempt(transport, cap).into_iter().enumerate().all(|(group, exempt)| {
        let into = |edge: &usize| transport.column_group[transport.column[*edge] as usize] as usize == group;
        let units: i64 = (0..flow.len()).filter(into).map(|edge| flow[edge]).sum();
        if exempt { units == 0 } else { cap.of * (cap.column_group_base[group] + units) <= cap.part * total }
    })
}

/// Whether everything that is said of a flow is so, and its prices and multipliers prove the bound.
pub(crate) fn proves(transport: &Transport, quotas: &Quotas, found: &Quotafied) -> Result<(), String> {
    let mut flow = vec![0; transport.column.len()];
    for &(edge, units) in &found.flow {
        flow[edge] = units;
    }
    feasible(transport, &flow)?;
    let same = |what: &str, said: i128, is: i128| {
        if said == is { Ok(()) } else { Err(format!("{what}: {said} is said, {is} is so")) }
    };
    same("value", found.value, worth(transport, &flow))?;
    for (k, side) in quotas.sides.iter().enumerate() {
        let is = reached(transport, side, &flow);
        same("reached", found.reached[k], is)?;
        same("short", found.short[k], (i128::from(found.least[k]) - is).max(0))?;
        let lowered = found.unreachable.iter().any(|unreachable| unreachable.side == k);
        if found.least[k] != side.least && !(lowered && found.least[k] < side.least) {
            return Err(format!("side {k} is held to {}", found.least[k]));
        }
    }
    same("links", found.links.into(), links(transport, &quotas.link, &flow).into())?;
    let held = quotas.cap.as_ref().is_none_or(|cap| within_cap(transport, cap, &flow));
    if held != (found.cap_excess == 0) {
        return Err(format!("an excess of {} is said", found.cap_excess));
    }
    let proven = bound(transport, quotas, found)?;
    // What capacities of edges cost is rounded to grains by the kernel, and not here.
    if transport.edge_capacity.is_some() && proven <= found.bound {
        Ok(())
    } else {
        same("bound", found.bound, proven)
    }
}

/// The bound that prices and multipliers prove.
fn bound(transport: &Transport, quotas: &Quotas, found: &Quotafied) -> Result<i128, String> {
    let wide = |list: &[i64]| list.iter().map(|&number| i128::from(number)).collect::<Vec<i128>>();
    let (row, column) = (wide(&found.row_price), wide(&found.column_price));
    let (row_group, column_group) = (wide(&found.row_group_price), wide(&found.column_group_price));
    let (multiplier, cap_price) = (wide(&found.multipliers), wide(&found.cap_price));
    let mut link = wide(&found.link_price);
    let bonus = i128::from(found.link_bonus);
    link.resize(row_group.len(), 0);
    let lists = [&row, &column, &row_group, &column_group, &multiplier, &cap_price, &link];
    if lists.iter().any(|list| list.iter().any(|&price| price < 0)) {
        return Err("a price is negative".to_owned());
    }
    let mut total = 0;
    for (prices, capacities) in
        [(&row, wide(&transport.row_capacity)), (&column, wide(&transport.column_capacity))]
    {
        total += prices.iter().zip(capacities).map(|(price, units)| price * units).sum::<i128>();
    }
    let mut limits = transport.column_group_capacity.clone();
    for (limit, exempt) in limits.iter_mut().zip(quotas.cap.iter().flat_map(|cap| exempt(transport, cap))) {
        *limit = if exempt { Some(0) } else { *limit };
    }
    for (prices, capacities) in [(&row_group, &transport.row_group_capacity), (&column_group, &limits)] {
        for (&price, capacity) in prices.iter().zip(capacities) {
            match capacity {
                Some(units) => total += price * i128::from(*units),
                None if price != 0 => return Err("a price without a limit".to_owned()),
                None => {}
            }
        }
    }
    let mut premium = 0;
    if let Some(cap) = &quotas.cap {
        if exempt(transport, cap).iter().zip(&cap_price).any(|(&exempt, &price)| exempt && price != 0) {
            return Err("the cap of an exempt group has a price".to_owned());
        }
        let prices: i128 = cap_price.iter().sum();
        let (part, of, base) = (i128::from(cap.part), i128::from(cap.of), i128::from(cap.base));
        premium = (part * prices + of - 1) / of;
        total += (part * prices * base + of - 1) / of;
        let bases = cap_price.iter().zip(&cap.column_group_base);
        total -= bases.map(|(price, &base)| price * i128::from(base)).sum::<i128>();
    }
    total -= multiplier.iter().zip(&found.least).map(|(m, &least)| m * i128::from(least)).sum::<i128>();
    if found.link_proof.is_some() {
        for (group, &wants) in quotas.link.iter().enumerate() {
            let rows = (0..transport.row_group.len()).filter(|&r| transport.row_group[r] as usize == group);
            let units: i64 = rows.map(|r| transport.row_capacity[r]).sum();
            let can = units.min(transport.row_group_capacity[group].unwrap_or(i64::MAX)) > 0;
            if link[group] > bonus || (link[group] > 0 && !wants) {
                return Err(format!("the link of group {group} is worth {}", link[group]));
            }
            total += if wants && can { bonus - link[group] } else { 0 };
        }
        total -= bonus * i128::from(found.links);
    }
    for (edge, &r) in rows(transport).iter().enumerate() {
        let c = transport.column[edge] as usize;
        let (g, h) = (transport.row_group[r] as usize, transport.column_group[c] as usize);
        let mut worth = i128::from(found.scale) * i128::from(transport.value[edge]) + premium + link[g];
        worth += quotas.sides.iter().zip(&multiplier).map(|(side, m)| m * count(side, r, c)).sum::<i128>();
        let paid = row[r] + column[c] + row_group[g] + column_group[h] + cap_price.get(h).unwrap_or(&0);
        if worth > paid {
            match &transport.edge_capacity {
                Some(capacity) => total += (worth - paid) * i128::from(capacity[edge]),
                None => return Err(format!("edge {edge} is worth {worth} and paid {paid}")),
            }
        }
    }
    Ok(total.div_euclid(i128::from(found.scale)))
}
