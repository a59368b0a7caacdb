//! The timetable as the search sees it: integers only.

use super::hosted::{Hosted, Party, too_near};
use super::venue::Mode;
use super::wanted::{HEAVIEST, Wish};

/// No meeting, or no slot.
pub(super) const NONE: u32 = u32::MAX;

/// A meeting to schedule.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meeting {
    /// The participants: a cooperative, an enterprise.
    pub(super) ends: [usize; 2],
    /// 0 on site, 1 online.
    pub(super) kind: usize,
    pub(super) weight: i64,
    /// The slot it must have, or [`NONE`].
    pub(super) fixed: u32,
}

/// An instance: which meetings, which slots, who is free when.
pub(super) struct Problem {
    pub(super) slots: usize,
    /// First slot of the day of each slot, and the one after its last.
    pub(super) day: Vec<(usize, usize)>,
    /// Slots that exclude each slot for the same participant, itself among them: the first, and the one after the
    /// last.
    pub(super) near: Vec<(usize, usize)>,
    /// Participants: cooperatives first.
    pub(super) parties: Vec<Party>,
    /// Whether a participant can meet in a slot, by participant and slot.
    pub(super) free: Vec<bool>,
    /// Places in each slot, by kind.
    pub(super) places: [u32; 2],
    /// In the order of the wishes.
    pub(super) meetings: Vec<Meeting>,
    /// What a participant without any meeting costs.
    pub(super) bonus: i64,
}

impl Problem {
    pub(super) fn of(wishes: &[Wish], hosted: &Hosted) -> Self {
        let mut parties: Vec<Party> = wishes.iter().flat_map(|wish| Hosted::parties(wish.pair)).collect();
        parties.sort_unstable();
        parties.dedup();
        let slots = &hosted.slots;
        let at = |party: Party| parties.binary_search(&party).expect("every party of a wish");
        let meetings = wishes.iter().map(|wish| Meeting {
            ends: Hosted::parties(wish.pair).map(at),
            kind: usize::from(hosted.mode(wish.pair) == Mode::Online),
            weight: wish.weight,
            fixed: wish.slot.unwrap_or(NONE),
        });
        let bounds = |s: usize, same: &dyn Fn(usize) -> bool| {
            let first = (0..s).rev().take_while(|t| same(*t)).last().unwrap_or(s);
            (first, (s..slots.len()).take_while(|t| same(*t)).count() + s)
        };
        let buffer = hosted.venue.buffer_minutes;
        let free = parties.iter().flat_map(|party| slots.iter().map(|slot| hosted.can(*party, *slot)));
        Self {
            slots: slots.len(),
            day: (0..slots.len()).map(|s| bounds(s, &|t| slots[t].day == slots[s].day)).collect(),
            near: (0..slots.len())
                .map(|s| bounds(s, &|t| t == s || too_near(slots[t], slots[s], buffer)))
                .collect(),
            free: free.collect(),
            places: [hosted.venue.tables, hosted.venue.rooms],
            meetings: meetings.collect(),
            bonus: HEAVIEST * 32 * (i64::try_from(parties.len()).unwrap_or(i64::MAX) + 1).min(1 << 20),
            parties,
        }
    }

    /// Whether both participants of a meeting are there in a slot.
    pub(super) fn allows(&self, meeting: usize, slot: usize) -> bool {
        let Meeting { ends: [u, v], fixed, .. } = self.meetings[meeting];
        (fixed == NONE || fixed as usize == slot)
            && self.free[u * self.slots + slot]
            && self.free[v * self.slots + slot]
    }

    /// Meetings of each participant.
    pub(super) fn degrees(&self) -> Vec<u32> {
        let mut degrees = vec![0; self.parties.len()];
        for meeting in &self.meetings {
            for end in meeting.ends {
                degrees[end] += 1;
            }
        }
        degrees
    }

    /// Meetings of each kind.
    pub(super) fn kinds(&self) -> [u32; 2] {
        let mut kinds = [0; 2];
        for meeting in &self.meetings {
            kinds[meeting.kind] += 1;
        }
        kinds
    }

    /// Slots that no timetable of all these meetings can do without: `max(Δ, ⌈E / R⌉)`, `E` and `R` by kind.
    pub(super) fn least_slots(&self) -> u32 {
        let mut least = self.degrees().into_iter().max().unwrap_or(0);
        for (meetings, places) in self.kinds().into_iter().zip(self.places) {
            if places > 0 {
                least = least.max(meetings.div_ceil(places));
            }
        }
        least
    }

    /// The most meetings that each participant can have: a matching of partners with slots in which both are there.
    /// O(meetings × slots × degree) by augmenting paths; an upper bound, since partners have others to meet.
    pub(super) fn most_meetings(&self) -> Vec<u32> {
        let mut own: Vec<Vec<usize>> = vec![Vec::new(); self.parties.len()];
        for (m, meeting) in self.meetings.iter().enumerate() {
            for end in meeting.ends {
                own[end].push(m);
            }
        }
        let whole =
            |party: usize| self.free[party * self.slots..(party + 1) * self.slots].iter().all(|free| *free);
        let whole: Vec<bool> = (0..self.parties.len()).map(whole).collect();
        let most = |(party, list): (usize, &Vec<usize>)| {
            let plain = |m: &usize| {
                self.meetings[*m].fixed == NONE && self.meetings[*m].ends.iter().all(|end| whole[*end])
            };
            if whole[party] && list.iter().all(plain) {
                return list.len().min(self.slots);
            }
            let mut holder = vec![NONE; self.slots];
            list.iter()
                .filter(|m| {
                    let mut seen = vec![false; self.slots];
                    self.augment(**m, &mut holder, &mut seen)
                })
                .count()
        };
        own.iter().enumerate().map(|item| u32::try_from(most(item)).unwrap_or(NONE)).collect()
    }

    /// Depth is bounded by the slots, at most a thousand.
    fn augment(&self, meeting: usize, holder: &mut [u32], seen: &mut [bool]) -> bool {
        for slot in 0..self.slots {
            if seen[slot] || !self.allows(meeting, slot) {
                continue;
            }
            seen[slot] = true;
            if holder[slot] == NONE || self.augment(holder[slot] as usize, holder, seen) {
                holder[slot] = u32::try_from(meeting).expect("fewer than 2^32 meetings");
                return true;
            }
        }
        false
    }
}
