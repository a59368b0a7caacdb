//! The independent check of an answer: nothing here is shared with what finds it, and all sums are in 128
//! bits. Linear in the size of the network.

use super::{Flow, FlowNetwork, FlowStatus, Infeasible};

/// Checks that an answer is right: an optimal flow by its bounds, balances, total and reduced costs; an
/// infeasible network by its witness; an unbounded one by its flow and its cycle.
///
/// # Errors
/// The first thing that is wrong, in words.
///
/// # Examples
/// ```
/// use lienket::solve::{Flow, FlowArc, FlowNetwork, FlowStatus, check_flow};
///
/// let arcs = vec![FlowArc { from: 0, to: 1, lower: 0, capacity: Some(4), cost: 2 }];
/// let network = FlowNetwork { supply: vec![3, -3], arcs };
/// let claim = |units, cost| Flow {
///     status: FlowStatus::Optimal { flow: vec![units], potential: vec![0, 2], cost },
///     pivots: 0,
/// };
/// assert_eq!(check_flow(&network, &claim(3, 6)), Ok(()));
/// assert!(check_flow(&network, &claim(4, 8)).is_err());
/// ```
pub fn check_flow(network: &FlowNetwork, answer: &Flow) -> Result<(), String> {
    if let Some(at) = network.arcs.iter().position(|arc| node(network, arc.from.max(arc.to)).is_none()) {
        return Err(format!("arc {at} ends in a node that does not exist"));
    }
    match &answer.status {
        FlowStatus::Optimal { flow, potential, cost } => {
            feasible(network, flow)?;
            total(network, flow, *cost)?;
            prices(network, flow, potential)
        }
        FlowStatus::Infeasible(Infeasible::Unbalanced { total }) => {
            let found: i128 = network.supply.iter().map(|&supply| i128::from(supply)).sum();
            expect(found == *total && found != 0, || format!("the supplies add up to {found}, not {total}"))
        }
        FlowStatus::Infeasible(Infeasible::Bounds { arc }) => {
            let crossed = |arc: &super::FlowArc| arc.capacity.is_some_and(|capacity| capacity < arc.lower);
            expect(network.arcs.get(*arc).is_some_and(crossed), || {
                format!("the bounds of arc {arc} do not cross")
            })
        }
        FlowStatus::Infeasible(Infeasible::Cut { nodes, supply, room }) => {
            cut(network, nodes, *supply, *room)
        }
        FlowStatus::Unbounded { flow, cycle } => {
            feasible(network, flow)?;
            ray(network, cycle)
        }
    }
}

fn expect(holds: bool, or: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(or()) }
}

fn node(network: &FlowNetwork, node: u32) -> Option<usize> {
    usize::try_from(node).ok().filter(|&node| node < network.supply.len())
}

/// Bounds and balances.
fn feasible(network: &FlowNetwork, flow: &[i64]) -> Result<(), String> {
    let (arcs, found) = (network.arcs.len(), flow.len());
    expect(found == arcs, || format!("{found} flows on {arcs} arcs"))?;
    let mut left: Vec<i128> = network.supply.iter().map(|&supply| supply.into()).collect();
    for (at, (arc, &units)) in network.arcs.iter().zip(flow).enumerate() {
        let within = units >= arc.lower && arc.capacity.is_none_or(|capacity| units <= capacity);
        expect(within, || format!("arc {at} carries {units}, outside its bounds"))?;
        left[arc.from as usize] -= i128::from(units);
        left[arc.to as usize] += i128::from(units);
    }
    match left.iter().position(|&left| left != 0) {
        Some(at) => Err(format!("node {at} is left with {}", left[at])),
        None => Ok(()),
    }
}

fn total(network: &FlowNetwork, flow: &[i64], cost: i128) -> Result<(), String> {
    let mut found = 0_i128;
    for (arc, &units) in network.arcs.iter().zip(flow) {
        let more = i128::from(arc.cost) * i128::from(units);
        found = found.checked_add(more).ok_or("the cost does not fit in 128 bits")?;
    }
    expect(found == cost, || format!("the flow costs {found}, not {cost}"))
}

/// Reduced costs: no arc with room costs less than nothing, no arc that could give back costs more.
fn prices(network: &FlowNetwork, flow: &[i64], potential: &[i64]) -> Result<(), String> {
    let (nodes, found) = (network.supply.len(), potential.len());
    expect(found == nodes, || format!("{found} potentials on {nodes} nodes"))?;
    let price = |node: u32| i128::from(potential[node as usize]);
    for (at, (arc, &units)) in network.arcs.iter().zip(flow).enumerate() {
        let reduced = i128::from(arc.cost) + price(arc.from) - price(arc.to);
        let empty = units == arc.lower;
        let full = arc.capacity == Some(units);
        expect(reduced >= 0 || full, || format!("arc {at} has room and reduced cost {reduced}"))?;
        expect(reduced <= 0 || empty, || format!("arc {at} carries flow at reduced cost {reduced}"))?;
    }
    Ok(())
}

/// A set of nodes with more supply than can leave it.
fn cut(network: &FlowNetwork, nodes: &[u32], supply: i128, room: i128) -> Result<(), String> {
    let mut inside = vec![false; network.supply.len()];
    let mut found = 0_i128;
    for &name in nodes {
        let at =
            node(network, name).ok_or_else(|| format!("the cut names node {name}, which does not exist"))?;
        expect(!inside[at], || format!("the cut names node {at} twice"))?;
        inside[at] = true;
        found += i128::from(network.supply[at]);
    }
    expect(found == supply, || format!("the nodes of the cut have a net supply of {found}, not {supply}"))?;
    let mut most = 0_i128;
    for (at, arc) in network.arcs.iter().enumerate() {
        let (from, to) = (inside[arc.from as usize], inside[arc.to as usize]);
        if from && !to {
            let capacity = arc.capacity.ok_or_else(|| format!("unlimited arc {at} leaves the cut"))?;
            most += i128::from(capacity);
        } else if to && !from {
            most -= i128::from(arc.lower);
        }
    }
    expect(most == room, || format!("{most} can leave the cut, not {room}"))?;
    expect(supply > room, || format!("a supply of {supply} can leave the cut: {room} can"))
}

/// A closed walk of unlimited arcs that costs less than nothing.
fn ray(network: &FlowNetwork, cycle: &[usize]) -> Result<(), String> {
    let mut cost = 0_i128;
    for (place, &at) in cycle.iter().enumerate() {
        let next = cycle[(place + 1) % cycle.len()];
        let arc =
            network.arcs.get(at).ok_or_else(|| format!("the cycle names arc {at}, which does not exist"))?;
        expect(arc.capacity.is_none(), || format!("arc {at} of the cycle has a capacity"))?;
        expect(network.arcs.get(next).is_some_and(|next| next.from == arc.to), || {
            format!("arc {next} of the cycle does not follow arc {at}")
        })?;
        cost += i128::from(arc.cost);
    }
    expect(cost < 0, || format!("the cycle costs {cost} a round"))
}
