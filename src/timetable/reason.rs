//! Why meetings are held, why others are not, and how good a timetable is: from the bookings, whoever made them.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::hosted::{Hosted, Party, too_near};
use super::problem::Problem;
use super::venue::{Meetings, Mode};
use super::wanted::{Pair, Want, Wish, meets_somewhere, pair_of};
use super::{Booking, LeastSlots, Quality, Spot, Subject, Why};
use crate::id::{CooperativeIx, DemandIx, EnterpriseIx, OfferIx};
use crate::plan::{Language, Plan};

/// Why a meeting is not held; the first that applies, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// Of participants only: no other party could trade with them.
    NoCandidate,
    /// Of participants only: they could trade, and the venue wants no meeting of theirs (the plan links them to nobody).
    NotWanted,
    /// An exclusion of the market or the venue.
    Excluded,
    /// One of them is online and there is no room online, or both are on site and there is no table.
    NoPlace,
    /// There is no slot in which both are there.
    NoCommonSlot,
    /// The cooperative has as many meetings as it may.
    CooperativeLimit,
    /// The enterprise has as many meetings as it may.
    EnterpriseLimit,
    /// In every slot in which both are there, one of them meets somebody else, or would have too little time between.
    Occupied,
    /// Where both are free, every place is taken.
    Full,
    /// There is a slot and a place for it: the bookings are not the ones of [`Timetable::schedule`](super::Timetable::schedule).
    Possible,
}

impl Missed {
    /// The code in documents.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoCandidate => "no_candidate",
            Self::NotWanted => "not_wanted",
            Self::Excluded => "excluded",
            Self::NoPlace => "no_place",
            Self::NoCommonSlot => "no_common_slot",
            Self::CooperativeLimit => "cooperative_limit",
            Self::EnterpriseLimit => "enterprise_limit",
            Self::Occupied => "occupied",
            Self::Full => "full",
            Self::Possible => "possible",
        }
    }

    /// The reason in words.
    #[must_use]
    pub fn in_words(self, language: Language) -> &'static str {
        let (english, vietnamese) = match self {
            Self::NoCandidate => ("no other party could trade with them", "không có đối tác nào phù hợp"),
            Self::NotWanted => ("the plan links them to nobody", "phương án không kết nối với ai"),
            Self::Excluded => ("these two must not meet", "hai bên thuộc diện không gặp nhau"),
            Self::NoPlace => {
                ("no table, or no room online, for this meeting", "không có bàn hoặc phòng trực tuyến")
            }
            Self::NoCommonSlot => ("never there at the same time", "không có khung giờ chung"),
            Self::CooperativeLimit => {
                ("the cooperative has all the meetings it may have", "hợp tác xã đã đủ số cuộc gặp cho phép")
            }
            Self::EnterpriseLimit => {
                ("the enterprise has all the meetings it may have", "doanh nghiệp đã đủ số cuộc gặp cho phép")
            }
            Self::Occupied => (
                "one of the two meets others whenever both are there",
                "một trong hai bên đã có hẹn trong mọi khung giờ chung",
            ),
            Self::Full => ("every place is taken when both are free", "hết chỗ khi cả hai bên cùng rảnh"),
            Self::Possible => ("there is still a slot and a place for it", "vẫn còn khung giờ và chỗ trống"),
        };
        match language {
            Language::English => english,
            Language::Vietnamese => vietnamese,
        }
    }
}

/// A wanted meeting that is not held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MissedMeeting {
    /// Who sells.
    pub cooperative: CooperativeIx,
    /// Who buys.
    pub enterprise: EnterpriseIx,
    /// The reason.
    pub reason: Missed,
}

/// A participant without a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WithoutMeeting {
    /// Who.
    pub party: Party,
    /// The reason: that of the wanted meeting which was worth most.
    pub reason: Missed,
}

/// Why each booking is held; `None` where nobody asked for it.
pub(super) fn why(bookings: &[Booking], wants: &[Want], hosted: &Hosted) -> Vec<Option<Why>> {
    let mut promised: BTreeMap<Pair, usize> = BTreeMap::new();
    for appointment in &hosted.appointments {
        *promised.entry(pair_of(appointment)).or_default() += 1;
    }
    let mut held = BTreeSet::new();
    let reason = |booking: &Booking| {
        let pair = (booking.cooperative, booking.enterprise);
        if let Some(left) = promised.get_mut(&pair).filter(|left| **left > 0) {
            *left -= 1;
            return Some(Why::Appointment);
        }
        let want = wants.binary_search_by_key(&pair, |want| want.pair).ok()?;
        held.insert(pair).then_some(wants[want].why)
    };
    bookings.iter().map(reason).collect()
}

/// What each booking is about.
pub(super) fn subjects(plan: &Plan, bookings: &[Booking], why: &[Why]) -> Vec<Vec<Subject>> {
    let market = plan.market();
    let mut traded: BTreeMap<Pair, Vec<Subject>> = BTreeMap::new();
    for a in plan.allocations() {
        let pair = (market.cooperative_of(a.offer), market.enterprise_of(a.demand));
        let subject = Subject { offer: a.offer, demand: a.demand, volume: Some(a.volume) };
        traded.entry(pair).or_default().push(subject);
    }
    let of = |(booking, why): (&Booking, &Why)| {
        let own = traded.get(&(booking.cooperative, booking.enterprise)).cloned();
        own.unwrap_or_else(|| match *why {
            Why::Candidate { offer, demand } => vec![Subject { offer, demand, volume: None }],
            _ => Vec::new(),
        })
    };
    bookings.iter().zip(why).map(of).collect()
}

/// Bookings by participant and by slot.
struct Diary<'a> {
    hosted: &'a Hosted<'a>,
    slots_of: BTreeMap<Party, Vec<u32>>,
    taken: BTreeMap<(u32, Mode), u32>,
}

impl<'a> Diary<'a> {
    fn of(bookings: &[Booking], hosted: &'a Hosted<'a>) -> Self {
        let mut diary = Self { hosted, slots_of: BTreeMap::new(), taken: BTreeMap::new() };
        for booking in bookings {
            let pair = (booking.cooperative, booking.enterprise);
            for party in Hosted::parties(pair) {
                diary.slots_of.entry(party).or_default().push(booking.slot);
            }
            *diary.taken.entry((booking.slot, hosted.mode(pair))).or_default() += 1;
        }
        diary
    }

    fn slots(&self, party: Party) -> &[u32] {
        self.slots_of.get(&party).map_or(&[], Vec::as_slice)
    }

    fn reason(&self, pair: Pair) -> Missed {
        let hosted = self.hosted;
        let mode = hosted.mode(pair);
        let parties = Hosted::parties(pair);
        let full =
            |party: Party| hosted.most(party).is_some_and(|most| self.slots(party).len() >= most as usize);
        if hosted.exclusions.contains(&pair) {
            return Missed::Excluded;
        }
        if hosted.places(mode) == 0 {
            return Missed::NoPlace;
        }
        if !meets_somewhere(pair, hosted) {
            return Missed::NoCommonSlot;
        }
        if full(parties[0]) {
            return Missed::CooperativeLimit;
        }
        if full(parties[1]) {
            return Missed::EnterpriseLimit;
        }
        let mut reason = Missed::Occupied;
        for (&slot, index) in hosted.slots.iter().zip(0..) {
            let free = |party: &Party| {
                let buffer = hosted.venue.buffer_minutes;
                let busy =
                    |other: &u32| *other == index || too_near(hosted.slots[*other as usize], slot, buffer);
                hosted.can(*party, slot) && !self.slots(*party).iter().any(busy)
            };
            if parties.iter().all(free) {
                if self.taken.get(&(index, mode)).copied().unwrap_or(0) < hosted.places(mode) {
                    return Missed::Possible;
                }
                reason = Missed::Full;
            }
        }
        reason
    }
}

/// Wanted meetings that are not held, and participants without any.
pub(super) fn missing(
    plan: &Plan,
    bookings: &[Booking],
    wants: &[Want],
    wishes: &[Wish],
    hosted: &Hosted,
) -> (Vec<MissedMeeting>, Vec<WithoutMeeting>) {
    let diary = Diary::of(bookings, hosted);
    let mut held: BTreeMap<Pair, usize> = BTreeMap::new();
    for booking in bookings {
        *held.entry((booking.cooperative, booking.enterprise)).or_default() += 1;
    }
    let chosen = wishes.iter().map(|wish| wish.pair);
    let mut wanted: Vec<Pair> = match hosted.venue.meetings {
        Meetings::Candidates => chosen.collect(),
        _ => hosted.appointments.iter().map(pair_of).chain(wants.iter().map(|want| want.pair)).collect(),
    };
    wanted.sort_unstable();
    wanted.retain(|pair| match held.get_mut(pair) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    });
    let missed = wanted.into_iter().map(|pair| {
        let (cooperative, enterprise) = pair;
        MissedMeeting { cooperative, enterprise, reason: diary.reason(pair) }
    });
    (missed.collect(), without(plan, &diary, wants))
}

fn without(plan: &Plan, diary: &Diary, wants: &[Want]) -> Vec<WithoutMeeting> {
    let (market, linkage) = (plan.market(), plan.linkage());
    let mut best: BTreeMap<Party, (i64, Pair)> = BTreeMap::new();
    let promised = diary.hosted.appointments.iter().map(|a| (i64::MAX, pair_of(a)));
    for (weight, pair) in promised.chain(wants.iter().map(|want| (want.weight, want.pair))) {
        for party in Hosted::parties(pair) {
            let entry = best.entry(party).or_insert((weight, pair));
            if weight > entry.0 {
                *entry = (weight, pair);
            }
        }
    }
    let mut parties: BTreeMap<Party, bool> = BTreeMap::new();
    let mut candidate = vec![false; market.demands().len()];
    for o in (0..market.offers().len()).map(OfferIx::at) {
        let row = linkage.row(o);
        *parties.entry(Party::Cooperative(market.cooperative_of(o))).or_default() |= !row.is_empty();
        for demand in &linkage.demands()[row] {
            candidate[*demand as usize] = true;
        }
    }
    for (d, candidate) in candidate.into_iter().enumerate() {
        *parties.entry(Party::Enterprise(market.enterprise_of(DemandIx::at(d)))).or_default() |= candidate;
    }
    for party in best.keys() {
        parties.entry(*party).or_default();
    }
    let reason = |party: Party, candidate: bool| match best.get(&party) {
        Some((_, pair)) => diary.reason(*pair),
        None if candidate => Missed::NotWanted,
        None => Missed::NoCandidate,
    };
    let alone = parties.into_iter().filter(|(party, _)| diary.slots(*party).is_empty());
    alone.map(|(party, candidate)| WithoutMeeting { party, reason: reason(party, candidate) }).collect()
}

/// How good a timetable is.
pub(super) fn quality(bookings: &[Booking], missed: &[MissedMeeting], hosted: &Hosted) -> Quality {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let slots: BTreeSet<u32> = bookings.iter().map(|booking| booking.slot).collect();
    let diary = Diary::of(bookings, hosted);
    let gaps = diary.slots_of.values().map(|slots| {
        let same = |pair: &&[u32]| hosted.slots[pair[0] as usize].day == hosted.slots[pair[1] as usize].day;
        slots.windows(2).filter(same).map(|pair| (pair[1] - pair[0]).saturating_sub(1)).sum::<u32>()
    });
    let gaps: Vec<u32> = gaps.collect();
    let mut at: BTreeMap<(EnterpriseIx, bool), Spot> = BTreeMap::new();
    let mut changes = 0;
    for booking in bookings {
        let online = matches!(booking.spot, Spot::Room(_));
        let before = at.insert((booking.enterprise, online), booking.spot);
        changes += u32::from(before.is_some_and(|before| before != booking.spot));
    }
    Quality {
        meetings: number(bookings.len()),
        missed: number(missed.len()),
        slots: number(slots.len()),
        gaps: gaps.iter().sum(),
        largest_gaps: gaps.into_iter().max().unwrap_or(0),
        table_changes: changes,
    }
}

/// What no timetable of these meetings can do better.
pub(super) fn bounds(problem: &Problem) -> LeastSlots {
    let degrees = problem.degrees();
    let mut short = [0, 0];
    for ((party, degree), most) in problem.parties.iter().zip(&degrees).zip(problem.most_meetings()) {
        short[usize::from(matches!(party, Party::Enterprise(_)))] += degree - most.min(*degree);
    }
    let slots = u32::try_from(problem.slots).unwrap_or(u32::MAX);
    let beyond = problem.kinds().into_iter().zip(problem.places);
    let beyond: u32 =
        beyond.map(|(meetings, places)| meetings.saturating_sub(places.saturating_mul(slots))).sum();
    LeastSlots {
        tried: u32::try_from(problem.meetings.len()).unwrap_or(u32::MAX),
        busiest: degrees.into_iter().max().unwrap_or(0),
        slots: problem.least_slots(),
        missed: short[0].max(short[1]).max(beyond),
    }
}
