//! Edge colouring with room in every colour: slots are colours, meetings edges of a bipartite multigraph.
//!
//! **Problem.** Give meetings slots so that nobody has two in one slot and no slot more than `R` meetings (by kind:
//! tables on site, rooms online).
//!
//! **Theorem.** Without absences, promised times and buffers, `k` slots are enough exactly where `k ≥ max(Δ, ⌈E / R⌉)`,
//! `Δ` the most meetings of one participant: a bipartite multigraph has a proper colouring with `Δ` colours (Kőnig,
//! 1916), and with any `k ≥ Δ` colours one whose classes differ by at most one (de Werra, 1971; `McDiarmid`, 1972).
//!
//! **Method.** The proof itself. Meeting `uv` takes a slot free at both; else `a` is free at `u` and `b` at `v`, and the
//! path from `v` whose meetings alternate between `a` and `b` changes the two: it cannot end in `u`, so that `a` becomes free at
//! both. A slot with too many meetings gives one up to a slot with room: among the components of the two slots together,
//! some path has one meeting more in the fuller slot, and changes the two. Where absences, promised times, buffers or both kinds of place
//! constrain, each exchange is checked first, and one that is not allowed is passed over: then it is a heuristic.
//!
//! **Invariant.** Between moves: nobody in two places (buffers included), nobody where they are absent, no slot over its
//! room, promised times kept.
//!
//! **Complexity.** A meeting: O(slots) directly, O(participants) for each exchange. No limit on work is needed beyond
//! the pairs of slots, which [`Colouring::insert`] tries at most [`TRIES`] of.

use super::problem::{Meeting, NONE, Problem};

/// Pairs of slots tried for one meeting.
const TRIES: usize = 600;

/// A partial timetable.
pub(super) struct Colouring<'a> {
    pub(super) problem: &'a Problem,
    /// The meeting of each participant in each slot.
    at: Vec<u32>,
    /// The slot of each meeting.
    pub(super) slot: Vec<u32>,
    /// Meetings in each slot, by kind.
    pub(super) count: Vec<[u32; 2]>,
    /// Slots that may be used.
    pub(super) open: Vec<bool>,
    /// Work done, in meetings looked at.
    pub(super) work: u64,
}

/// What two slots exchange: a component of the meetings in either.
pub(super) struct Exchange {
    pub(super) slots: [usize; 2],
    pub(super) meetings: Vec<u32>,
    /// Participants who have a meeting in one of the two only, with the slot it is in now; none for a cycle.
    pub(super) ends: Vec<(usize, usize)>,
    /// By how much the meetings in the second slot grow, by kind.
    grows: [i64; 2],
}

fn index(meeting: usize) -> u32 {
    u32::try_from(meeting).expect("fewer than 2^32 meetings")
}

impl<'a> Colouring<'a> {
    pub(super) fn new(problem: &'a Problem) -> Self {
        Self {
            problem,
            at: vec![NONE; problem.parties.len() * problem.slots],
            slot: vec![NONE; problem.meetings.len()],
            count: vec![[0; 2]; problem.slots],
            open: vec![false; problem.slots],
            work: 0,
        }
    }

    /// The meeting of a participant in a slot, or [`NONE`].
    pub(super) fn at(&self, party: usize, slot: usize) -> u32 {
        self.at[party * self.problem.slots + slot]
    }

    pub(super) fn place(&mut self, meeting: usize, slot: usize) {
        let Meeting { ends, kind, .. } = self.problem.meetings[meeting];
        for end in ends {
            self.at[end * self.problem.slots + slot] = index(meeting);
        }
        self.slot[meeting] = index(slot);
        self.count[slot][kind] += 1;
    }

    pub(super) fn lift(&mut self, meeting: usize) {
        let Meeting { ends, kind, .. } = self.problem.meetings[meeting];
        let slot = self.slot[meeting] as usize;
        for end in ends {
            self.at[end * self.problem.slots + slot] = NONE;
        }
        self.slot[meeting] = NONE;
        self.count[slot][kind] -= 1;
    }

    /// Whether a participant has no meeting in a slot or too near to it, one in the slot `except` aside.
    pub(super) fn fits(&self, party: usize, slot: usize, except: usize) -> bool {
        let (first, last) = self.problem.near[slot];
        (first..last).all(|near| near == except || self.at(party, near) == NONE)
    }

    pub(super) fn has_room(&self, slot: usize, kind: usize) -> bool {
        self.count[slot][kind] < self.problem.places[kind]
    }

    /// Whether a slot is open to a meeting.
    pub(super) fn open_to(&self, meeting: usize, slot: usize) -> bool {
        self.open[slot] && self.problem.allows(meeting, slot)
    }

    /// Puts a meeting into the emptiest slot free at both ends.
    pub(super) fn insert_directly(&mut self, meeting: usize) -> bool {
        let Meeting { ends: [u, v], kind, .. } = self.problem.meetings[meeting];
        let slots = self.problem.slots;
        self.work += slots as u64;
        let free = (0..slots).filter(|&s| {
            self.open_to(meeting, s)
                && self.has_room(s, kind)
                && self.fits(u, s, slots)
                && self.fits(v, s, slots)
        });
        let Some(slot) = free.min_by_key(|&s| (self.count[s][kind], s)) else { return false };
        self.place(meeting, slot);
        true
    }

    /// Puts a meeting into a slot, others changing theirs where they must; everything stays as it was where it cannot.
    pub(super) fn insert(&mut self, meeting: usize) -> bool {
        if self.insert_directly(meeting) {
            return true;
        }
        let Meeting { ends, kind, .. } = self.problem.meetings[meeting];
        let slots = self.problem.slots;
        // Without a free place anywhere, nobody changing slots helps.
        if !(0..slots).any(|slot| self.open[slot] && self.has_room(slot, kind)) {
            return false;
        }
        let mut tries = 0;
        for a in 0..slots {
            if !self.open_to(meeting, a) {
                continue;
            }
            let fits = ends.map(|end| self.fits(end, a, slots));
            // Free at both, but without room: somebody else moves.
            if fits == [true, true] {
                self.place(meeting, a);
                let mut done = Vec::new();
                if self.make_room(a, &mut done) {
                    return true;
                }
                self.undo(done);
                self.lift(meeting);
                continue;
            }
            // Free at one end only: the path from the other.
            let Some(busy) = (0..2).find(|end| fits[1 - end]).map(|end| ends[end]) else { continue };
            if self.at(busy, a) == NONE {
                continue;
            }
            for b in 0..slots {
                if a == b || !self.open[b] || self.at(busy, b) != NONE {
                    continue;
                }
                tries += 1;
                if tries > TRIES {
                    return false;
                }
                let Some(exchange) = self.exchange(busy, a, b) else { continue };
                self.apply(&exchange);
                let mut done = vec![exchange];
                if ends.into_iter().all(|end| self.fits(end, a, slots)) {
                    self.place(meeting, a);
                    if self.make_room(a, &mut done) && self.make_room(b, &mut done) {
                        return true;
                    }
                    self.undo_above(&mut done, 1);
                    self.lift(meeting);
                }
                self.undo(done);
            }
        }
        false
    }

    /// Lets a slot with too many meetings exchange some with slots that have room.
    fn make_room(&mut self, full: usize, done: &mut Vec<Exchange>) -> bool {
        for kind in 0..2 {
            while self.count[full][kind] > self.problem.places[kind] {
                let mut others: Vec<usize> = (0..self.problem.slots)
                    .filter(|&s| self.open[s] && s != full && self.has_room(s, kind))
                    .collect();
                others.sort_by_key(|&s| (self.count[s][kind], s));
                let Some(exchange) = others.into_iter().find_map(|other| self.relief(full, other, kind))
                else {
                    return false;
                };
                self.apply(&exchange);
                done.push(exchange);
            }
        }
        true
    }

    /// An exchange that moves one meeting of a kind on balance from a slot to another.
    fn relief(&mut self, full: usize, other: usize, kind: usize) -> Option<Exchange> {
        self.work += self.problem.parties.len() as u64 / 8;
        for party in 0..self.problem.parties.len() {
            // Every component with more in the fuller slot is a path that ends there: begin at its ends.
            if self.at(party, full) == NONE || self.at(party, other) != NONE {
                continue;
            }
            let Some(exchange) = self.exchange(party, full, other) else { continue };
            let fits = |k: usize| {
                let after = i64::from(self.count[other][k]) + exchange.grows[k];
                let shrunk = i64::from(self.count[full][k]) - exchange.grows[k];
                let places = i64::from(self.problem.places[k]);
                after <= places.max(i64::from(self.count[other][k]))
                    && shrunk <= places.max(i64::from(self.count[full][k]))
            };
            if exchange.grows[kind] == 1 && fits(0) && fits(1) {
                return Some(exchange);
            }
        }
        None
    }

    /// The component of a participant in two slots, if all of it may change between them. Numbers in the slots are not
    /// looked at.
    pub(super) fn exchange(&mut self, party: usize, a: usize, b: usize) -> Option<Exchange> {
        let mut meetings = Vec::new();
        let mut ends = Vec::new();
        let mut grows = [0; 2];
        for first in [a, b] {
            let (mut at, mut from) = (party, first);
            loop {
                let meeting = self.at(at, from);
                let to = a + b - from;
                if meeting == NONE {
                    // The walk stops where it has come to by the other slot.
                    if at != party || self.at(party, to) != NONE {
                        ends.push((at, to));
                    }
                    break;
                }
                self.work += 1;
                if !self.open_to(meeting as usize, to) {
                    return None;
                }
                let Meeting { ends: [u, v], kind, .. } = self.problem.meetings[meeting as usize];
                meetings.push(meeting);
                grows[kind] += if to == b { 1 } else { -1 };
                at = if at == u { v } else { u };
                from = to;
                if at == party {
                    // Round a cycle.
                    return self.allowed(Exchange { slots: [a, b], meetings, ends, grows });
                }
            }
        }
        self.allowed(Exchange { slots: [a, b], meetings, ends, grows })
    }

    fn allowed(&self, exchange: Exchange) -> Option<Exchange> {
        let [a, b] = exchange.slots;
        exchange.ends.iter().all(|&(end, now)| self.fits(end, a + b - now, now)).then_some(exchange)
    }

    /// Whether an exchange leaves both slots within their room.
    pub(super) fn keeps_room(&self, exchange: &Exchange) -> bool {
        let [a, b] = exchange.slots;
        (0..2).all(|kind| {
            let places = i64::from(self.problem.places[kind]);
            i64::from(self.count[b][kind]) + exchange.grows[kind] <= places
                && i64::from(self.count[a][kind]) - exchange.grows[kind] <= places
        })
    }

    pub(super) fn apply(&mut self, exchange: &Exchange) {
        let [a, b] = exchange.slots;
        let from: Vec<usize> = exchange.meetings.iter().map(|m| self.slot[*m as usize] as usize).collect();
        for meeting in &exchange.meetings {
            self.lift(*meeting as usize);
        }
        for (meeting, from) in exchange.meetings.iter().zip(from) {
            self.place(*meeting as usize, a + b - from);
        }
    }

    fn undo(&mut self, mut done: Vec<Exchange>) {
        self.undo_above(&mut done, 0);
    }

    /// An exchange is its own inverse.
    fn undo_above(&mut self, done: &mut Vec<Exchange>, keep: usize) {
        while done.len() > keep
            && let Some(exchange) = done.pop()
        {
            self.apply(&exchange);
        }
    }
}
