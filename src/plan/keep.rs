//! How much of an earlier plan can stay.
//!
//! **Problem.** Given pairs that stood with so many kilograms, and a market whose contracts may have taken what they
//! stood on: choose `0 ≤ x ≤ standing` on these pairs, within every limit of the market, with the largest total.
//!
//! **Method.** Mostly everything fits, which one check shows. Else it is the market's own network with the standing
//! pairs as its only edges, a kilogram worth 1 on each: its optimum is exact and unique by the published tie rule.
//! Where lots, numbers of partners or certified volumes stand in the way, the search within limits takes over:
//! exact on small clusters, the best found beyond.
//!
//! All-or-nothing is left aside: whether a demand can be filled again is known only when the rest is assigned.

use super::network;
use crate::error::Error;
use crate::id::{DemandIx, OfferIx};
use crate::linkage::Linkage;
use crate::plan::mechanisms::{failed, used};
use crate::solve::{self, Effort, Limits, Transport};
use crate::units::Kg;
use crate::watch::{Progress, Stage, Watch};

/// The most kilograms of standing volumes (contracts not counted; at most one a pair, sorted) that fit beside the
/// market's contracts. Pairs of which nothing can stay are left out.
pub(crate) fn kept(
    linkage: &Linkage,
    standing: &[(OfferIx, DemandIx, Kg)],
    watch: Watch,
) -> Result<Vec<(OfferIx, DemandIx, Kg)>, Error> {
    let all = network::transport(linkage);
    let limits = Limits { column_whole: Vec::new(), ..network::limits(linkage, &all) };
    let (transport, edges) = only(&all, &with_contracts(linkage, standing));
    let limits = limits.of_edges(&edges, all.edges());
    let limits = Limits { column_whole: vec![false; transport.columns()], ..limits };
    let pair = |edge: usize| (OfferIx::at(row_of(&transport, edge)), DemandIx(transport.column[edge]));
    let told = |flow: Vec<(usize, i64)>| {
        let stays = |(edge, kg)| {
            let (offer, demand) = pair(edge);
            (offer, demand, Kg(kg))
        };
        flow.into_iter().map(stays).collect()
    };
    let everything = transport.edge_capacity.clone().unwrap_or_default();
    if solve::violations(&transport, &everything, &limits).map_err(failed)?.is_empty() {
        return Ok(told(used(&everything)));
    }
    let optimum = solve::optimum(&transport).map_err(failed)?;
    let dense = transport.dense(&optimum.flow);
    if solve::violations(&transport, &dense, &limits).map_err(failed)?.is_empty() {
        return Ok(told(optimum.flow));
    }
    let watch = |done, total| watch(Progress { stage: Stage::Search, done, total });
    let effort = Effort(linkage.policy().effort);
    let found = solve::within_limits(&transport, &limits, &optimum, effort, &watch).map_err(failed)?;
    Ok(told(found.flow))
}

/// The standing pairs, and with nothing of their own those of contracts alone: they are partners already.
fn with_contracts(linkage: &Linkage, standing: &[(OfferIx, DemandIx, Kg)]) -> Vec<(OfferIx, DemandIx, Kg)> {
    let mut all = standing.to_vec();
    let signed = linkage.market().signed().iter().map(|contract| (contract.offer, contract.demand));
    let stands =
        |pair: &(OfferIx, DemandIx)| standing.binary_search_by_key(pair, |&(o, d, _)| (o, d)).is_ok();
    all.extend(signed.filter(|pair| !stands(pair)).map(|(offer, demand)| (offer, demand, Kg(0))));
    all.sort_unstable();
    all
}

/// The network with the standing pairs as its only edges, and which edge each of them was.
fn only(all: &Transport, standing: &[(OfferIx, DemandIx, Kg)]) -> (Transport, Vec<usize>) {
    let mut edges = Vec::with_capacity(standing.len());
    let mut capacity = Vec::with_capacity(standing.len());
    let (mut row_start, mut column) = (vec![0], Vec::with_capacity(standing.len()));
    let mut rest = standing.iter().peekable();
    for row in 0..all.rows() {
        let own = all.row_start[row]..all.row_start[row + 1];
        while let Some(&(_, demand, kg)) = rest.next_if(|(offer, ..)| offer.index() == row) {
            // What is no edge any more (a rule, a price) cannot stay.
            if let Ok(at) = all.column[own.clone()].binary_search(&demand.0) {
                let edge = own.start + at;
                let most = all.edge_capacity.as_ref().map_or(i64::MAX, |most| most[edge]);
                edges.push(edge);
                column.push(demand.0);
                capacity.push(kg.0.min(most));
            }
        }
        row_start.push(edges.len());
    }
    let value = vec![1; edges.len()];
    let transport = Transport { row_start, column, value, edge_capacity: Some(capacity), ..all.clone() };
    (transport, edges)
}

fn row_of(transport: &Transport, edge: usize) -> usize {
    transport.row_start.partition_point(|&start| start <= edge) - 1
}
