//! Certified volumes: how much may be sold under a certificate that is limited to a volume.
//!
//! For each standard a pair requires: if an uncapped certificate serves, the pair relies on none; else on
//! the serving one with the largest volume (ties: later end, then standard, then earlier start).

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::error::Issue;
use crate::id::{CooperativeIx, DemandIx, OfferIx};
use crate::linkage::rules::Judge;
use crate::market::{Certificate, Market, Signed};
use crate::units::{Date, Kg};

/// A capped certificate and the candidates that rely on it.
#[derive(Clone, Debug)]
pub(crate) struct CertifiedVolume {
    pub(crate) cooperative: CooperativeIx,
    /// Position among the cooperative's certificates.
    pub(crate) certificate: usize,
    /// What contracts on candidate pairs leave of its volume.
    pub(crate) free: i64,
    /// Positions of the relying candidates.
    pub(crate) edges: Vec<usize>,
}

/// Certificates that a pair relies on, by position among the cooperative's; each once.
pub(crate) fn relied_on(judge: &Judge, offer: OfferIx, demand: DemandIx) -> Vec<usize> {
    let market = judge.market();
    let certificates = &market.cooperative(market.cooperative_of(offer)).certificates;
    if certificates.iter().all(|certificate| certificate.volume.is_none()) {
        return Vec::new();
    }
    let days = judge.days(judge.shared(offer, demand).unwrap_or(None));
    let mut relied: Vec<usize> = Vec::new();
    for &standard in judge.holdings.requires(demand) {
        let serving = judge.serving(offer, demand, standard, days).map(|h| h.certificate as usize);
        let best = serving.min_by_key(|&position| preference(&certificates[position], position));
        relied.extend(best.filter(|&position| certificates[position].volume.is_some()));
    }
    relied.sort_unstable();
    relied.dedup();
    relied
}

/// Smallest is relied on first: uncapped, then large, then late, then by standard and start.
fn preference(certificate: &Certificate, position: usize) -> impl Ord + '_ {
    let volume = certificate.volume.map_or(i64::MAX, |volume| volume.0);
    let until = certificate.valid_until.map_or(i32::MAX, Date::number);
    (Reverse(volume), Reverse(until), &certificate.standard, certificate.valid_from, position)
}

/// Every capped certificate that candidates rely on, and the contracts that overrun one.
pub(crate) fn certified_volumes(
    judge: &Judge,
    candidates: impl Iterator<Item = (OfferIx, DemandIx)>,
    edge_of: impl Fn(OfferIx, DemandIx) -> Option<usize>,
) -> (Vec<CertifiedVolume>, Vec<Issue>) {
    let market = judge.market();
    if !market.numbers().capped {
        return (Vec::new(), Vec::new());
    }
    let mut relying: BTreeMap<(CooperativeIx, usize), Vec<usize>> = BTreeMap::new();
    for (edge, (offer, demand)) in candidates.enumerate() {
        for certificate in relied_on(judge, offer, demand) {
            relying.entry((market.cooperative_of(offer), certificate)).or_default().push(edge);
        }
    }
    let mut issues = Vec::new();
    let mut volumes: Vec<CertifiedVolume> = relying
        .into_iter()
        .map(|((cooperative, certificate), edges)| {
            let volume = market.cooperative(cooperative).certificates[certificate].volume;
            let free = volume.map_or(i64::MAX, |Kg(kg)| kg);
            CertifiedVolume { cooperative, certificate, free, edges }
        })
        .collect();
    for (position, contract) in market.signed().iter().enumerate() {
        let Some(edge) = edge_of(contract.offer, contract.demand) else { continue };
        for volume in &mut volumes {
            if volume.edges.binary_search(&edge).is_err() {
                continue;
            }
            let before = volume.free;
            volume.free -= contract.volume.0;
            if volume.free < 0 && before >= 0 {
                issues.push(overrun(market, position, contract, volume));
            }
        }
    }
    (volumes, issues)
}

fn overrun(market: &Market, position: usize, contract: &Signed, volume: &CertifiedVolume) -> Issue {
    let held = &market.cooperative(volume.cooperative).certificates[volume.certificate];
    let (offer, demand) = (&market.offer(contract.offer).id, &market.demand(contract.demand).id);
    let message = format!(
        "with the contract of `{offer}` with `{demand}` the contracts that rely on the certificate `{}` of `{}` exceed its {}",
        held.standard,
        market.cooperative(volume.cooperative).id,
        held.volume.unwrap_or_default(),
    );
    let pointer = market.contract_pointer(position);
    let help = "Lower the contract, or correct the certified volume.";
    Issue::error("contract_over_certificate", pointer, message, help).found(contract.volume.0)
}
