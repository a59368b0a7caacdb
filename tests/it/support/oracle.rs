//! Successive longest paths on a plain graph: another algorithm for the same canonical optimum, and the
//! prices as residual distances. Slow, simple, and without a line of `src/solve`.

use super::check::rows;
use lienket::solve::Transport;

/// Value, then tie.
type Gain = (i128, i128);

struct Arc {
    to: usize,
    room: i128,
    gain: Gain,
}

/// Arc `2k` and its reverse `2k + 1`.
#[derive(Default)]
struct Graph {
    arcs: Vec<Arc>,
    out: Vec<Vec<usize>>,
}

impl Graph {
    fn new(nodes: usize) -> Graph {
        Graph { arcs: Vec::new(), out: vec![Vec::new(); nodes] }
    }

    /// Adds an arc that carries `flow` already.
    fn add(&mut self, from: usize, to: usize, capacity: i128, flow: i128, gain: Gain) -> usize {
        let at = self.arcs.len();
        self.arcs.push(Arc { to, room: capacity - flow, gain });
        self.arcs.push(Arc { to: from, room: flow, gain: (-gain.0, -gain.1) });
        self.out[from].push(at);
        self.out[to].push(at + 1);
        at
    }

    /// Greatest gains of residual walks from `source`, by Bellman and Ford, and the last arc of each.
    fn longest(&self, source: usize) -> Vec<Option<(Gain, usize)>> {
        let mut best: Vec<Option<(Gain, usize)>> = vec![None; self.out.len()];
        best[source] = Some(((0, 0), usize::MAX));
        for round in 0.. {
            let mut changed = false;
            for from in 0..self.out.len() {
                let Some((so_far, _)) = best[from] else { continue };
                for &at in &self.out[from] {
                    let arc = &self.arcs[at];
                    let gain = (so_far.0 + arc.gain.0, so_far.1 + arc.gain.1);
                    if arc.room > 0 && best[arc.to].is_none_or(|(known, _)| gain > known) {
                        best[arc.to] = Some((gain, at));
                        changed = true;
                    }
                }
            }
            if !changed {
                return best;
            }
            assert!(round <= self.out.len(), "a residual cycle gains: the flow is not optimal");
        }
        best
    }
}

fn tie(row_key: u64, column_key: u64) -> i128 {
    let mut x = row_key ^ column_key.rotate_left(32);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^= x >> 31;
    i128::from((x >> 24).max(1))
}

const MUCH: i128 = 1 << 100;

/// The canonical optimum.
pub(crate) fn optimum(transport: &Transport) -> Vec<i64> {
    let (n, m) = (transport.row_capacity.len(), transport.column_capacity.len());
    let (row_groups, column_groups) =
        (transport.row_group_capacity.len(), transport.column_group_capacity.len());
    let (source, sink) = (0, 1);
    let row_group = |group: usize| 2 + group;
    let row = |index: usize| 2 + row_groups + index;
    let column = |index: usize| 2 + row_groups + n + index;
    let column_group = |group: usize| 2 + row_groups + n + m + group;
    let mut graph = Graph::new(2 + row_groups + n + m + column_groups);
    for (group, capacity) in transport.row_group_capacity.iter().enumerate() {
        graph.add(source, row_group(group), capacity.map_or(MUCH, i128::from), 0, (0, 0));
    }
    for (group, capacity) in transport.column_group_capacity.iter().enumerate() {
        graph.add(column_group(group), sink, capacity.map_or(MUCH, i128::from), 0, (0, 0));
    }
    for (index, &capacity) in transport.row_capacity.iter().enumerate() {
        graph.add(row_group(transport.row_group[index] as usize), row(index), capacity.into(), 0, (0, 0));
    }
    for (index, &capacity) in transport.column_capacity.iter().enumerate() {
        let group = transport.column_group[index] as usize;
        graph.add(column(index), column_group(group), capacity.into(), 0, (0, 0));
    }
    let mut edges = Vec::new();
    for (edge, r) in rows(transport).into_iter().enumerate() {
        let c = transport.column[edge] as usize;
        let capacity = transport.edge_capacity.as_ref().map_or(MUCH, |capacity| capacity[edge].into());
        let gain = (transport.value[edge].into(), tie(transport.row_key[r], transport.column_key[c]));
        edges.push(graph.add(row(r), column(c), capacity, 0, gain));
    }
    loop {
        let best = graph.longest(source);
        let Some((gain, _)) = best[sink] else { break };
        if gain <= (0, 0) {
            break;
        }
        let mut path = Vec::new();
        let mut node = sink;
        while node != source {
            let at = best[node].expect("on the path").1;
            path.push(at);
            node = graph.arcs[at ^ 1].to;
        }
        let amount = path.iter().map(|&at| graph.arcs[at].room).min().expect("not empty");
        for at in path {
            graph.arcs[at].room -= amount;
            graph.arcs[at ^ 1].room += amount;
        }
    }
    edges.iter().map(|&at| i64::try_from(graph.arcs[at ^ 1].room).expect("within capacities")).collect()
}

/// Row, column, row group and column group prices.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Prices(pub(crate) Vec<i64>, pub(crate) Vec<i64>, pub(crate) Vec<i64>, pub(crate) Vec<i64>);

/// The limits of the groups that can bind.
fn binding(capacity: &[i64], group_of: &[u32], limits: &[Option<i64>]) -> Vec<Option<i128>> {
    let limit_of = |group: usize| {
        let members = (0..capacity.len()).filter(|&member| group_of[member] as usize == group);
        let total: i128 = members.map(|member| i128::from(capacity[member])).sum();
        limits[group].map(i128::from).filter(|&limit| limit < total)
    };
    (0..limits.len()).map(limit_of).collect()
}

/// The prices that belong to an optimal flow: gains of the longest residual paths to free disposal.
///
/// Rows and row groups may dispose of what they have; what a column or a column group does not receive,
/// disposal delivers. Groups that cannot bind are no nodes. Columns that can take nothing get the least
/// price that covers.
pub(crate) fn prices(transport: &Transport, flow: &[i64]) -> Prices {
    let (n, m) = (transport.row_capacity.len(), transport.column_capacity.len());
    let (row_groups, column_groups) =
        (transport.row_group_capacity.len(), transport.column_group_capacity.len());
    let mut given = vec![0_i128; n];
    let mut taken = vec![0_i128; m];
    let row_of = rows(transport);
    for (edge, &r) in row_of.iter().enumerate() {
        given[r] += i128::from(flow[edge]);
        taken[transport.column[edge] as usize] += i128::from(flow[edge]);
    }
    let row_limit = binding(&transport.row_capacity, &transport.row_group, &transport.row_group_capacity);
    let column_limit =
        binding(&transport.column_capacity, &transport.column_group, &transport.column_group_capacity);

    // Arcs are added backwards, so that the longest paths from the root are those to it.
    let root = 0;
    let row = |index: usize| 1 + index;
    let column = |index: usize| 1 + n + index;
    let row_group = |group: usize| 1 + n + m + group;
    let column_group = |group: usize| 1 + n + m + row_groups + group;
    let mut graph = Graph::new(1 + n + m + row_groups + column_groups);
    let mut arc = |from: usize, to: usize, capacity: i128, flow: i128, value: i64| {
        graph.add(to, from, capacity, flow, (i128::from(value), 0));
    };
    for (index, &capacity) in transport.row_capacity.iter().enumerate() {
        arc(row(index), root, MUCH, 0, 0);
        let group = transport.row_group[index] as usize;
        if row_limit[group].is_some() {
            arc(row_group(group), row(index), capacity.into(), given[index], 0);
        }
    }
    for (group, limit) in row_limit.iter().enumerate() {
        if limit.is_some() {
            arc(row_group(group), root, MUCH, 0, 0);
        }
    }
    let mut group_taken = vec![0_i128; column_groups];
    for (index, &capacity) in transport.column_capacity.iter().enumerate() {
        let group = transport.column_group[index] as usize;
        group_taken[group] += taken[index];
        if column_limit[group].is_some() {
            arc(column(index), column_group(group), capacity.into(), taken[index], 0);
        } else {
            arc(root, column(index), MUCH, i128::from(capacity) - taken[index], 0);
        }
    }
    for (group, limit) in column_limit.iter().enumerate() {
        if let Some(limit) = limit {
            arc(root, column_group(group), MUCH, limit - group_taken[group], 0);
        }
    }
    let dead = |c: usize| {
        transport.column_capacity[c] == 0 || column_limit[transport.column_group[c] as usize] == Some(0)
    };
    for (edge, &r) in row_of.iter().enumerate() {
        let c = transport.column[edge] as usize;
        if !dead(c) {
            let capacity = transport.edge_capacity.as_ref().map_or(MUCH, |capacity| capacity[edge].into());
            arc(row(r), column(c), capacity, flow[edge].into(), transport.value[edge]);
        }
    }
    let best = graph.longest(root);
    let potential = |node: usize| best[node].map(|(gain, _)| i64::try_from(gain.0).expect("small"));

    let row_group_price: Vec<i64> = (0..row_groups)
        .map(|g| row_limit[g].map_or(0, |_| potential(row_group(g)).expect("disposes")))
        .collect();
    let row_price: Vec<i64> = (0..n)
        .map(|r| {
            (potential(row(r)).expect("disposes") - row_group_price[transport.row_group[r] as usize]).max(0)
        })
        .collect();
    let mut column_group_price: Vec<i64> = (0..column_groups)
        .map(|g| column_limit[g].and(potential(column_group(g))).map_or(0, |p| -p))
        .collect();
    let mut column_price: Vec<i64> = (0..m)
        .map(|c| match potential(column(c)) {
            Some(p) if !dead(c) => (-p - column_group_price[transport.column_group[c] as usize]).max(0),
            _ => 0,
        })
        .collect();
    for (edge, &r) in row_of.iter().enumerate() {
        let c = transport.column[edge] as usize;
        if dead(c) {
            let g = transport.column_group[c] as usize;
            let paid = row_price[r] + row_group_price[transport.row_group[r] as usize];
            if column_limit[g] == Some(0) {
                column_group_price[g] = column_group_price[g].max(transport.value[edge] - paid);
            } else {
                column_price[c] = column_price[c].max(transport.value[edge] - paid - column_group_price[g]);
            }
        }
    }
    Prices(row_price, column_price, row_group_price, column_group_price)
}
