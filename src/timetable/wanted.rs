//! Which meetings are wanted, and which of these are tried.
//!
//! A pair is worth the score of what it would trade times the kilograms: in the plan, all its allocations; among
//! the candidates, the best of them with the smaller of the two volumes. Where limits (a participant's meetings and
//! slots, the places of the whole event) leave no room for all, the meetings to try are a maximum-weight subgraph
//! with bounded degrees: a minimum-cost flow from cooperatives to enterprises, one unit a meeting. The first unit
//! of each participant carries a bonus above anything that an exchange of meetings along a path can be worth, so
//! that first as many participants as possible have a meeting, and then the total is the largest. Exact, by
//! [`min_cost_flow`].

use std::collections::BTreeMap;

use super::Why;
use super::hosted::{Appointed, Hosted, Party};
use super::venue::{Meetings, Mode};
use crate::error::Error;
use crate::id::{CooperativeIx, DemandIx, EnterpriseIx, OfferIx};
use crate::plan::Plan;
use crate::solve::{FlowArc, FlowNetwork, FlowStatus, SolveError, min_cost_flow};

/// Weights are scaled to at most this.
pub(super) const HEAVIEST: i64 = 1 << 20;

pub(super) type Pair = (CooperativeIx, EnterpriseIx);

/// A pair that could meet, with what for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Want {
    pub(super) pair: Pair,
    /// 1 … [`HEAVIEST`].
    pub(super) weight: i64,
    pub(super) why: Why,
}

/// A meeting to try to schedule.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    pub(super) pair: Pair,
    pub(super) weight: i64,
    /// The slot where it is promised.
    pub(super) slot: Option<u32>,
    /// The table where it is promised.
    pub(super) table: Option<u32>,
}

/// Every wanted pair, appointments aside, sorted by pair.
pub(super) fn wants(plan: &Plan, hosted: &Hosted) -> Vec<Want> {
    let mut raw: Vec<(Pair, u128, Why)> = match hosted.venue.meetings {
        Meetings::Plan => of_plan(plan),
        Meetings::Candidates => of_candidates(plan),
        Meetings::Appointments => Vec::new(),
    };
    let promised = |pair: &Pair| hosted.appointments.binary_search_by(|a| pair_of(a).cmp(pair)).is_ok();
    raw.retain(|(pair, ..)| !promised(pair));
    let heaviest = raw.iter().map(|(_, weight, _)| *weight).max().unwrap_or(0);
    let mut shift = 0;
    while heaviest >> shift > u128::from(HEAVIEST.unsigned_abs()) {
        shift += 1;
    }
    let scaled = |weight: u128| i64::try_from((weight >> shift).max(1)).unwrap_or(HEAVIEST);
    raw.into_iter().map(|(pair, weight, why)| Want { pair, weight: scaled(weight), why }).collect()
}

pub(super) fn pair_of(appointment: &Appointed) -> Pair {
    (appointment.cooperative, appointment.enterprise)
}

fn of_plan(plan: &Plan) -> Vec<(Pair, u128, Why)> {
    let market = plan.market();
    let mut pairs: BTreeMap<Pair, (u128, i64)> = BTreeMap::new();
    for a in plan.allocations().iter().filter(|a| a.volume.0 > 0) {
        let pair = (market.cooperative_of(a.offer), market.enterprise_of(a.demand));
        let score = plan.scores(a.offer, a.demand).map_or(0, |scores| scores.score.micro());
        let entry = pairs.entry(pair).or_default();
        entry.0 += u128::from(score) * u128::from(a.volume.0.unsigned_abs());
        entry.1 = entry.1.saturating_add(a.volume.0);
    }
    let why = |kg| Why::Plan { volume: crate::units::Kg(kg) };
    pairs.into_iter().map(|(pair, (weight, kg))| (pair, weight, why(kg))).collect()
}

fn of_candidates(plan: &Plan) -> Vec<(Pair, u128, Why)> {
    let (market, linkage) = (plan.market(), plan.linkage());
    let mut best: Vec<(Pair, u128, OfferIx, DemandIx)> = Vec::with_capacity(linkage.len());
    for offer in (0..market.offers().len()).map(OfferIx::at) {
        for position in linkage.row(offer) {
            let demand = DemandIx::at(linkage.demands()[position] as usize);
            let pair = (market.cooperative_of(offer), market.enterprise_of(demand));
            let kg = market.offer(offer).volume.min(market.demand(demand).volume).0;
            let weight = u128::from(linkage.joint()[position]) * u128::from(kg.unsigned_abs());
            best.push((pair, weight, offer, demand));
        }
    }
    best.sort_unstable_by_key(|(pair, weight, offer, demand)| (*pair, u128::MAX - weight, *offer, *demand));
    best.dedup_by_key(|(pair, ..)| *pair);
    let why = |offer, demand| Why::Candidate { offer, demand };
    best.into_iter().map(|(pair, weight, offer, demand)| (pair, weight, why(offer, demand))).collect()
}

/// The meetings to try: every appointment, and of the wanted pairs those that the limits leave room for.
pub(super) fn wishes(wants: &[Want], hosted: &Hosted) -> Result<Vec<Wish>, Error> {
    let mut wishes: Vec<Wish> = hosted
        .appointments
        .iter()
        // Above all others together is not needed: a promise is above any of them.
        .map(|a| Wish { pair: pair_of(a), weight: 16 * HEAVIEST, slot: a.slot, table: a.table })
        .collect();
    let open: Vec<&Want> = wants
        .iter()
        .filter(|want| !hosted.exclusions.contains(&want.pair))
        .filter(|want| hosted.places(hosted.mode(want.pair)) > 0 && meets_somewhere(want.pair, hosted))
        .collect();
    let limits = Limits::of(&open, hosted);
    let wish = |want: &&Want| Wish { pair: want.pair, weight: want.weight, slot: None, table: None };
    if limits.leave_room_for_all(&open) {
        wishes.extend(open.iter().map(wish));
    } else {
        let chosen = limits.choose(&open)?;
        wishes.extend(open.iter().zip(chosen).filter(|(_, chosen)| *chosen).map(|(want, _)| wish(want)));
    }
    Ok(wishes)
}

/// Whether there is a slot in which both can meet.
pub(super) fn meets_somewhere(pair: Pair, hosted: &Hosted) -> bool {
    let parties = Hosted::parties(pair);
    if parties.iter().all(|party| !hosted.attendance.contains_key(party)) {
        return !hosted.slots.is_empty();
    }
    hosted.slots.iter().any(|&slot| parties.iter().all(|party| hosted.can(*party, slot)))
}

/// How many meetings each participant, and the event, has room for beside the appointments.
struct Limits {
    /// By participant: the room left, and whether an appointment is there already.
    parties: BTreeMap<Party, (i64, bool)>,
    places: i64,
}

impl Limits {
    fn of(open: &[&Want], hosted: &Hosted) -> Self {
        let mut parties: BTreeMap<Party, (i64, bool)> = BTreeMap::new();
        let mut promised: BTreeMap<Party, i64> = BTreeMap::new();
        for appointment in &hosted.appointments {
            for party in Hosted::parties(pair_of(appointment)) {
                *promised.entry(party).or_default() += 1;
            }
        }
        for party in open.iter().flat_map(|want| Hosted::parties(want.pair)) {
            parties.entry(party).or_insert_with(|| {
                let slots = if hosted.attendance.contains_key(&party) {
                    hosted.slots.iter().filter(|slot| hosted.can(party, **slot)).count()
                } else {
                    hosted.slots.len()
                };
                let slots = i64::try_from(slots).unwrap_or(i64::MAX);
                let most = hosted.most(party).map_or(slots, |most| slots.min(most.into()));
                let promised = promised.get(&party).copied().unwrap_or(0);
                ((most - promised).max(0), promised > 0)
            });
        }
        let modes = [Mode::OnSite, Mode::Online];
        let used = modes.map(|mode| open.iter().any(|want| hosted.mode(want.pair) == mode));
        let each =
            modes.iter().zip(used).filter(|(_, used)| *used).map(|(mode, _)| i64::from(hosted.places(*mode)));
        let slots = i64::try_from(hosted.slots.len()).unwrap_or(i64::MAX);
        let appointed = i64::try_from(hosted.appointments.len()).unwrap_or(i64::MAX);
        // With both modes this is only a bound: the search sees to each.
        let places = if used == [true, true] {
            each.sum::<i64>() * slots
        } else {
            each.sum::<i64>() * slots - appointed
        };
        Self { parties, places: places.max(0) }
    }

    fn leave_room_for_all(&self, open: &[&Want]) -> bool {
        let mut left: BTreeMap<Party, i64> =
            self.parties.iter().map(|(party, (room, _))| (*party, *room)).collect();
        for party in open.iter().flat_map(|want| Hosted::parties(want.pair)) {
            let Some(room) = left.get_mut(&party) else { return false };
            *room -= 1;
            if *room < 0 {
                return false;
            }
        }
        i64::try_from(open.len()).is_ok_and(|open| open <= self.places)
    }

    fn choose(&self, open: &[&Want]) -> Result<Vec<bool>, Error> {
        let parties: Vec<Party> = self.parties.keys().copied().collect();
        let node = |party: Party| {
            let position = parties.binary_search(&party).expect("every party has limits");
            u32::try_from(position + 2).expect("fewer than 2^32 parties")
        };
        let count = i64::try_from(parties.len()).unwrap_or(i64::MAX);
        let bonus = HEAVIEST.saturating_mul(count.saturating_add(1));
        let arc = |from, to, most, cost| FlowArc { from, to, lower: 0, capacity: Some(most), cost };
        let mut arcs: Vec<FlowArc> = open
            .iter()
            .map(|want| {
                let [cooperative, enterprise] = Hosted::parties(want.pair);
                arc(node(cooperative), node(enterprise), 1, -want.weight)
            })
            .collect();
        for (&party, &(room, promised)) in &self.parties {
            let mut from_or_to = |most, cost| {
                arcs.push(match party {
                    Party::Cooperative(_) => arc(0, node(party), most, cost),
                    Party::Enterprise(_) => arc(node(party), 1, most, cost),
                });
            };
            let first = i64::from(!promised).min(room);
            from_or_to(first, -bonus);
            from_or_to(room - first, 0);
        }
        arcs.push(arc(1, 0, self.places, 0));
        let network = FlowNetwork { supply: vec![0; parties.len() + 2], arcs };
        match min_cost_flow(&network) {
            Ok(crate::solve::Flow { status: FlowStatus::Optimal { flow, .. }, .. }) => {
                Ok(flow[..open.len()].iter().map(|units| *units > 0).collect())
            }
            Err(error @ SolveError::Overflow { .. }) => Err(Error::Overflow(error.to_string())),
            other => Err(Error::Internal(format!("the choice of meetings has no optimum: {other:?}"))),
        }
    }
}
