//! Volumes on a market from the contract of documents: what is feasible, what it is worth, and the best there
//! is, by trying every kilogram.

use std::collections::BTreeMap;
use std::hash::Hasher;

use super::straightforward::Straightforward;
use lienket::solve::Transport;
use lienket::{MarketParts, Objective, Policy};
use siphasher::sip::SipHasher24;

/// Objective value: for `volume` kg, then score; else the value, then 0.
pub(crate) type Worth = (i128, i128);

/// Positions of a cooperative and of a certificate of its own.
type CertificateAt = (usize, usize);

/// A candidate pair that the objective has a use for.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) offer: usize,
    pub(crate) demand: usize,
    pub(crate) worth: Worth,
    lot: i64,
    signed: i64,
    relies: Vec<CertificateAt>,
}

/// A market as pairs and what contracts leave free.
#[derive(Debug)]
pub(crate) struct Volumes<'a> {
    parts: &'a MarketParts,
    pub(crate) pairs: Vec<Pair>,
    /// By offer, demand, cooperative and enterprise.
    free: [Vec<i64>; 4],
    cooperative: Vec<usize>,
    enterprise: Vec<usize>,
    /// Contracts on pairs that are none of `pairs`.
    elsewhere: Vec<(usize, usize, i64, Vec<CertificateAt>)>,
}

/// New kilograms by pair that are still free, by offer, demand, cooperative and enterprise.
type Free = [Vec<i64>; 4];

const UNLIMITED: i64 = 1 << 50;

impl<'a> Volumes<'a> {
    pub(crate) fn of(parts: &'a MarketParts, policy: &Policy) -> Self {
        let plain = Straightforward::of(parts, policy);
        let cooperative: Vec<usize> = (0..parts.offers.len()).map(|o| plain.cooperative(o)).collect();
        let enterprise: Vec<usize> = (0..parts.demands.len()).map(|d| plain.enterprise(d)).collect();
        let mut volumes = Self {
            parts,
            pairs: Vec::new(),
            free: [
                parts.offers.iter().map(|o| o.volume.0).collect(),
                parts.demands.iter().map(|d| d.volume.0).collect(),
                parts.cooperatives.iter().map(|c| c.capacity.map_or(UNLIMITED, |kg| kg.0)).collect(),
                parts.enterprises.iter().map(|e| e.capacity.map_or(UNLIMITED, |kg| kg.0)).collect(),
            ],
            cooperative,
            enterprise,
            elsewhere: Vec::new(),
        };
        for offer in 0..parts.offers.len() {
            for demand in 0..parts.demands.len() {
                let signed = volumes.signed(offer, demand);
                for (kind, node) in volumes.nodes(offer, demand).into_iter().enumerate() {
                    volumes.free[kind][node] -= signed;
                }
                let scores = plain.judge(offer, demand).ok();
                let relied =
                    || plain.relied_on(offer, demand).into_iter().map(|i| (volumes.cooperative[offer], i));
                let relies = scores.map_or_else(Vec::new, |_| relied().collect());
                let score = scores.map(|scores| i128::from(scores.joint));
                let worth = match policy.objective {
                    Objective::Score => score.map(|score| (score, 0)),
                    Objective::Volume => score.map(|score| (1, score)),
                    Objective::Welfare => {
                        let gain = score.and(plain.gain(offer, demand)).filter(|gain| *gain > 0);
                        gain.map(|gain| (i128::from(gain), 0))
                    }
                };
                let lot = parts.offers[offer].min_lot.0.max(parts.demands[demand].min_lot.0);
                // A barred pair with a contract gets no more.
                let settled = signed > 0 && volumes.barred(offer, demand);
                match worth.filter(|_| !settled) {
                    Some(worth) => volumes.pairs.push(Pair { offer, demand, worth, lot, signed, relies }),
                    None if signed > 0 => volumes.elsewhere.push((offer, demand, signed, relies)),
                    None => {}
                }
            }
        }
        volumes
    }

    fn signed(&self, offer: usize, demand: usize) -> i64 {
        let ids = (&self.parts.offers[offer].id, &self.parts.demands[demand].id);
        self.parts.contracts.iter().filter(|c| (&c.offer, &c.demand) == ids).map(|c| c.volume.0).sum()
    }

    fn barred(&self, offer: usize, demand: usize) -> bool {
        let ids = (&self.parts.offers[offer].id, &self.parts.demands[demand].id);
        self.parts.barred.iter().any(|b| (&b.offer, &b.demand) == ids)
    }

    fn nodes(&self, offer: usize, demand: usize) -> [usize; 4] {
        [offer, demand, self.cooperative[offer], self.enterprise[demand]]
    }

    /// What new kilograms by pair are worth.
    pub(crate) fn worth(&self, new: &[i64]) -> Worth {
        let each = self.pairs.iter().zip(new).map(|(pair, kg)| (pair.worth, i128::from(*kg)));
        each.fold((0, 0), |sum, (worth, kg)| (sum.0 + worth.0 * kg, sum.1 + worth.1 * kg))
    }

    /// What new kilograms by pair break of volumes and capacities.
    pub(crate) fn broken_capacities(&self, new: &[i64]) -> Vec<String> {
        let mut left: Free = self.free.clone();
        for (pair, kg) in self.pairs.iter().zip(new) {
            for (kind, node) in self.nodes(pair.offer, pair.demand).into_iter().enumerate() {
                left[kind][node] -= kg;
            }
        }
        let over = left.iter().enumerate().flat_map(|(kind, left)| {
            left.iter()
                .enumerate()
                .filter(|(_, kg)| **kg < 0)
                .map(move |(i, kg)| format!("node {i} of kind {kind}: {kg}"))
        });
        over.chain(new.iter().filter(|kg| **kg < 0).map(|kg| format!("{kg} kg"))).collect()
    }

    /// What new kilograms by pair break of lots, partner limits, all-or-nothing demands, certified volumes.
    pub(crate) fn broken_limits(&self, new: &[i64]) -> Vec<String> {
        let mut broken = Vec::new();
        let mut buyers = vec![0_u64; self.parts.offers.len()];
        let mut suppliers = vec![0_u64; self.parts.demands.len()];
        let mut received = vec![0_i64; self.parts.demands.len()];
        let mut gained = vec![0_i64; self.parts.demands.len()];
        let mut sold: BTreeMap<CertificateAt, i64> = BTreeMap::new();
        let mut trade = |offer: usize, demand: usize, kg: i64, relies: &[CertificateAt]| {
            buyers[offer] += u64::from(kg > 0);
            suppliers[demand] += u64::from(kg > 0);
            received[demand] += kg;
            for certificate in relies {
                *sold.entry(*certificate).or_default() += kg;
            }
        };
        for (pair, &kg) in self.pairs.iter().zip(new) {
            if kg > 0 && kg + pair.signed < pair.lot {
                broken.push(format!("lot of {pair:?}"));
            }
            gained[pair.demand] += kg;
            trade(pair.offer, pair.demand, kg + pair.signed, &pair.relies);
        }
        for (offer, demand, kg, relies) in &self.elsewhere {
            trade(*offer, *demand, *kg, relies);
        }
        for (o, offer) in self.parts.offers.iter().enumerate() {
            if offer.max_buyers.is_some_and(|most| buyers[o] > most) {
                broken.push(format!("buyers of {}", offer.id));
            }
        }
        for (d, demand) in self.parts.demands.iter().enumerate() {
            if demand.max_suppliers.is_some_and(|most| suppliers[d] > most) {
                broken.push(format!("suppliers of {}", demand.id));
            }
            if demand.all_or_nothing && gained[d] > 0 && received[d] < demand.volume.0 {
                broken.push(format!("all or nothing of {}", demand.id));
            }
        }
        for ((cooperative, certificate), kg) in sold {
            let cooperative = &self.parts.cooperatives[cooperative];
            if cooperative.certificates[certificate].volume.is_some_and(|most| kg > most.0) {
                broken.push(format!("certificate {certificate} of {}", cooperative.id));
            }
        }
        broken
    }

    /// The most that feasible new kilograms are worth, by trying all of them; with or without the limits.
    pub(crate) fn best(&self, limits: bool) -> Worth {
        let mut best = (0, 0);
        let mut new = vec![0; self.pairs.len()];
        let mut free = self.free.clone();
        self.descend(0, &mut new, &mut free, limits, &mut best);
        best
    }

    fn descend(&self, at: usize, new: &mut [i64], free: &mut Free, limits: bool, best: &mut Worth) {
        if at == new.len() {
            let worth = self.worth(new);
            if worth > *best && (!limits || self.broken_limits(new).is_empty()) {
                *best = worth;
            }
            return;
        }
        let nodes = self.nodes(self.pairs[at].offer, self.pairs[at].demand);
        let room = (0..4).map(|kind| free[kind][nodes[kind]]).min().unwrap_or(0);
        for kg in 0..=room {
            new[at] = kg;
            (0..4).for_each(|kind| free[kind][nodes[kind]] -= kg);
            self.descend(at + 1, new, free, limits, best);
            (0..4).for_each(|kind| free[kind][nodes[kind]] += kg);
        }
        new[at] = 0;
    }

    /// The network for the oracle; with the weight `kg_weight` before scores for `volume`.
    pub(crate) fn transport(&self, kg_weight: i64) -> Transport {
        let limits = |free: &[i64]| free.iter().map(|kg| (*kg < UNLIMITED / 2).then_some(*kg)).collect();
        let group = |groups: &[usize]| groups.iter().map(|g| u32::try_from(*g).expect("small")).collect();
        let mut transport = Transport {
            row_capacity: self.free[0].clone(),
            column_capacity: self.free[1].clone(),
            row_group: group(&self.cooperative),
            column_group: group(&self.enterprise),
            row_group_capacity: limits(&self.free[2]),
            column_group_capacity: limits(&self.free[3]),
            row_start: vec![0],
            row_key: self.parts.offers.iter().map(|offer| tie_key(&offer.id)).collect(),
            column_key: self.parts.demands.iter().map(|demand| tie_key(&demand.id)).collect(),
            row_part: Vec::new(),
            ..Transport::default()
        };
        for offer in 0..self.parts.offers.len() {
            for pair in self.pairs.iter().filter(|pair| pair.offer == offer) {
                let (first, second) = pair.worth;
                let value = if kg_weight > 0 { i128::from(kg_weight) * first + second } else { first };
                transport.column.push(u32::try_from(pair.demand).expect("small"));
                transport.value.push(i64::try_from(value).expect("small"));
            }
            transport.row_start.push(transport.column.len());
        }
        transport
    }

    /// Contracts on pairs that get no new kilograms whatever the mechanism: (offer, demand, kg).
    pub(crate) fn contracts_elsewhere(&self) -> impl Iterator<Item = (usize, usize, i64)> + '_ {
        self.elsewhere.iter().map(|(offer, demand, kg, _)| (*offer, *demand, *kg))
    }

    /// The contract of a pair.
    pub(crate) fn signed_of(&self, pair: usize) -> i64 {
        self.pairs[pair].signed
    }
}

/// The published tie rule: SipHash-2-4 of an id.
fn tie_key(id: &str) -> u64 {
    let mut hasher = SipHasher24::new_with_key(b"lienket tie rule");
    hasher.write(id.as_bytes());
    hasher.finish()
}
