//! From no meeting to a timetable: construction, ejection chains, fewer slots, fewer gaps.
//!
//! **Goal**, in this order: the least weight without a slot (a participant without any meeting weighs more than any
//! meeting), the fewest slots, the fewest gaps (slots between two meetings of a participant on one day in which they have none), gaps
//! spread over participants (their squares).
//!
//! 1. *Construct*: the most constrained meetings first (fewest slots in which both are there, then the busiest participants),
//!    by [`Colouring::insert`] into as few slots as the bound `max(Δ, ⌈E / R⌉)` allows, the earliest first; further slots open
//!    only for what found no place. Without absences, promises and buffers nothing is left, and the bound is met: that is the theorem.
//! 2. *Eject*: what is left throws out what stands in its way and weighs least, times how often it was itself left
//!    over (Nagata and Bräysy, 2009); the best timetable seen is kept.
//! 3. *Close*: a slot is emptied where all of its meetings find another.
//! 4. *Compact*: two slots exchange a path of meetings. Of all participants on it only those at its two ends have other
//!    slots than before, so the change of gaps takes two looks. Exchanges that make nothing worse are taken.
//!
//! Deciding whether all meetings fit is NP-complete with absences (Even, Itai and Shamir, 1976), so steps 2 to 4 end at a fixed amount of
//! work, counted in meetings looked at: the same timetable on every machine. What the bound proves is in `Bounds`.

use std::collections::VecDeque;

use super::colouring::Colouring;
use super::problem::{Meeting, NONE, Problem};

/// Work of each step: this much, and so much for every meeting.
const WORK: (u64, u64) = (200_000, 300);

/// A slot, or [`NONE`], for every meeting.
pub(super) fn timetable(problem: &Problem) -> Vec<u32> {
    let mut search =
        Search { colouring: Colouring::new(problem), problem, held: vec![0; problem.parties.len()] };
    let left = search.construct();
    search.eject(left);
    search.close();
    search.compact();
    search.colouring.slot
}

struct Search<'a> {
    problem: &'a Problem,
    colouring: Colouring<'a>,
    /// Meetings of each participant that have a slot; kept by `eject` only.
    held: Vec<u32>,
}

impl Search<'_> {
    fn budget(&self) -> u64 {
        WORK.0 + WORK.1 * self.problem.meetings.len() as u64
    }

    /// Gives slots to as many as it can, and says who is left.
    fn construct(&mut self) -> Vec<usize> {
        let problem = self.problem;
        let fixed = |m: &usize| problem.meetings[*m].fixed != NONE;
        let (promised, mut left): (Vec<usize>, Vec<usize>) = (0..problem.meetings.len()).partition(fixed);
        for meeting in promised {
            let slot = problem.meetings[meeting].fixed as usize;
            self.colouring.open[slot] = true;
            self.colouring.place(meeting, slot);
        }
        let degrees = problem.degrees();
        let key = |m: &usize| {
            let slots = (0..problem.slots).filter(|&slot| problem.allows(*m, slot)).count();
            let busy: u32 = problem.meetings[*m].ends.iter().map(|end| degrees[*end]).sum();
            (slots, u32::MAX - busy, *m)
        };
        left.sort_by_cached_key(key);
        let opened = self.colouring.open.iter().filter(|open| **open).count();
        self.open((problem.least_slots() as usize).saturating_sub(opened));
        loop {
            let colouring = &mut self.colouring;
            left.retain(|meeting| !colouring.insert(*meeting));
            if left.is_empty() || self.open(self.need(&left)) == 0 {
                return left;
            }
        }
    }

    /// Opens the next slots; says how many there were.
    fn open(&mut self, most: usize) -> usize {
        let closed = self.colouring.open.iter_mut().filter(|open| !**open);
        closed.take(most).map(|open| *open = true).count()
    }

    /// Slots that some meetings need at least, if they were alone.
    fn need(&self, left: &[usize]) -> usize {
        let mut degrees = vec![0_u32; self.problem.parties.len()];
        let mut kinds = [0_u32; 2];
        for meeting in left {
            let Meeting { ends, kind, .. } = self.problem.meetings[*meeting];
            kinds[kind] += 1;
            for end in ends {
                degrees[end] += 1;
            }
        }
        let full =
            kinds.iter().zip(self.problem.places).map(|(meetings, places)| meetings.div_ceil(places.max(1)));
        full.chain(degrees).max().unwrap_or(1).max(1) as usize
    }

    /// What it costs to leave a meeting out, the others being as they are.
    fn price(&self, meeting: usize) -> i64 {
        let Meeting { ends, weight, .. } = self.problem.meetings[meeting];
        let alone = ends.iter().filter(|end| self.held[**end] <= 1).count();
        weight + if alone == 0 { 0 } else { self.problem.bonus * if alone == 1 { 1 } else { 2 } }
    }

    fn count(&mut self) -> i128 {
        self.held.fill(0);
        let mut cost = 0;
        for (meeting, slot) in self.problem.meetings.iter().zip(&self.colouring.slot) {
            if *slot == NONE {
                cost += i128::from(meeting.weight);
            } else {
                for end in meeting.ends {
                    self.held[end] += 1;
                }
            }
        }
        let alone = self.held.iter().filter(|held| **held == 0).count();
        cost + i128::from(self.problem.bonus) * i128::try_from(alone).unwrap_or(0)
    }

    fn eject(&mut self, mut left: Vec<usize>) {
        if left.is_empty() {
            return;
        }
        left.sort_by_key(|m| (-self.problem.meetings[*m].weight, *m));
        let mut best = (self.count(), self.colouring.slot.clone());
        let mut times = vec![1_i128; self.problem.meetings.len()];
        let mut queue = VecDeque::from(left);
        let end = self.colouring.work + self.budget();
        while let Some(meeting) = queue.pop_front()
            && self.colouring.work < end
        {
            if !self.colouring.insert(meeting) {
                times[meeting] += 1;
                let Some((slot, victims)) = self.victims(meeting, &times) else { continue };
                for victim in victims {
                    self.colouring.lift(victim);
                    queue.push_back(victim);
                }
                self.colouring.place(meeting, slot);
            }
            let cost = self.count();
            self.colouring.work += self.problem.meetings.len() as u64 / 8;
            if cost < best.0 {
                best = (cost, self.colouring.slot.clone());
            }
        }
        self.restore(&best.1);
        let mut left: Vec<usize> = (0..best.1.len()).filter(|m| best.1[*m] == NONE).collect();
        left.sort_by_key(|m| (-self.problem.meetings[*m].weight, *m));
        for meeting in left {
            self.colouring.insert(meeting);
        }
    }

    /// The slot where a meeting throws out the least, and whom.
    fn victims(&mut self, meeting: usize, times: &[i128]) -> Option<(usize, Vec<usize>)> {
        let Meeting { ends, kind, .. } = self.problem.meetings[meeting];
        let problem = self.problem;
        let mut best: Option<(i128, usize, Vec<usize>)> = None;
        for slot in 0..problem.slots {
            if !self.colouring.open_to(meeting, slot) {
                continue;
            }
            let (first, last) = problem.near[slot];
            self.colouring.work += 2 * (last - first) as u64;
            if !self.colouring.has_room(slot, kind) {
                self.colouring.work += problem.parties.len() as u64 / 8;
            }
            let near = ends.iter().flat_map(|end| (first..last).map(|near| self.colouring.at(*end, near)));
            let mut victims: Vec<usize> = near.filter(|m| *m != NONE).map(|m| m as usize).collect();
            victims.sort_unstable();
            victims.dedup();
            let price = |m: usize| i128::from(self.price(m)) * times[m];
            let leaves =
                |m: &&usize| problem.meetings[**m].kind == kind && self.colouring.slot[**m] as usize == slot;
            if !self.colouring.has_room(slot, kind) && !victims.iter().any(|m| leaves(&m)) {
                let here = (0..problem.parties.len()).map(|party| self.colouring.at(party, slot));
                let here = here.filter(|m| *m != NONE).map(|m| m as usize);
                let movable =
                    |m: &usize| problem.meetings[*m].kind == kind && problem.meetings[*m].fixed == NONE;
                let Some(victim) = here.filter(movable).min_by_key(|m| (price(*m), *m)) else { continue };
                victims.push(victim);
            }
            if victims.iter().any(|m| problem.meetings[*m].fixed != NONE) {
                continue;
            }
            let cost = victims.iter().map(|m| price(*m)).sum();
            if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
                best = Some((cost, slot, victims));
            }
        }
        best.map(|(_, slot, victims)| (slot, victims))
    }

    /// Puts every meeting where a timetable has it.
    fn restore(&mut self, slots: &[u32]) {
        for meeting in 0..slots.len() {
            if self.colouring.slot[meeting] != NONE {
                self.colouring.lift(meeting);
            }
        }
        for (meeting, slot) in slots.iter().enumerate().filter(|(_, slot)| **slot != NONE) {
            self.colouring.place(meeting, *slot as usize);
        }
    }

    /// Empties slots whose meetings all find another.
    fn close(&mut self) {
        let problem = self.problem;
        for slot in 0..problem.slots {
            self.colouring.open[slot] = self.colouring.count[slot] != [0; 2];
        }
        let promised: Vec<u32> =
            problem.meetings.iter().map(|m| m.fixed).filter(|fixed| *fixed != NONE).collect();
        let end = self.colouring.work + self.budget();
        let mut used = self.colouring.open.iter().filter(|open| **open).count();
        let mut order: Vec<usize> = (0..problem.slots).filter(|slot| self.colouring.open[*slot]).collect();
        order.sort_by_key(|&slot| (self.colouring.count[slot].iter().sum::<u32>(), problem.slots - slot));
        for slot in order {
            let least = problem.least_slots() as usize;
            if used <= least
                || self.colouring.work >= end
                || promised.iter().any(|fixed| *fixed as usize == slot)
            {
                continue;
            }
            let before = self.colouring.slot.clone();
            let moved: Vec<usize> = (0..before.len()).filter(|m| before[*m] as usize == slot).collect();
            self.colouring.open[slot] = false;
            for meeting in &moved {
                self.colouring.lift(*meeting);
            }
            if moved.iter().all(|meeting| self.colouring.insert(*meeting)) {
                used -= 1;
            } else {
                self.restore(&before);
                self.colouring.open[slot] = true;
            }
        }
    }

    /// Exchanges paths of meetings between slots in use until the work is used up, or nobody has a gap.
    fn compact(&mut self) {
        let end = self.colouring.work + self.budget();
        let parties = self.problem.parties.len();
        let mut gaps: Vec<u32> = (0..parties).map(|party| self.gaps(party, None)).collect();
        let mut random = Random(0x6c69_656e_6b65_7400);
        let used: Vec<usize> = (0..self.problem.slots).filter(|slot| self.colouring.open[*slot]).collect();
        while self.colouring.work < end && gaps.iter().any(|gaps| *gaps > 0) {
            for party in 0..parties {
                if gaps[party] == 0 {
                    continue;
                }
                let own: Vec<usize> =
                    used.iter().copied().filter(|slot| self.colouring.at(party, *slot) != NONE).collect();
                for _ in 0..8 {
                    self.colouring.work += 1 + used.len() as u64 / 8;
                    let (from, to) = (own[random.below(own.len())], used[random.below(used.len())]);
                    if self.colouring.at(party, from) == NONE || self.colouring.at(party, to) != NONE {
                        continue;
                    }
                    self.exchange(party, from, to, &mut gaps);
                }
            }
        }
    }

    /// Exchanges the path that begins with a participant's meeting, if that makes gaps no worse.
    fn exchange(&mut self, party: usize, from: usize, to: usize, gaps: &mut [u32]) {
        if self.gaps(party, Some((from, to))) > gaps[party] {
            return;
        }
        let Some(exchange) = self.colouring.exchange(party, from, to) else { return };
        if !self.colouring.keeps_room(&exchange) {
            return;
        }
        let after: Vec<(usize, u32)> = exchange
            .ends
            .iter()
            .map(|&(end, now)| (end, self.gaps(end, Some((now, from + to - now)))))
            .collect();
        // Gaps first, then their squares.
        let worth = |gaps: u32| (i64::from(gaps) << 32) + i64::from(gaps) * i64::from(gaps);
        let change: i64 = after.iter().map(|&(end, gap)| worth(gap) - worth(gaps[end])).sum();
        if change <= 0 {
            self.colouring.apply(&exchange);
            for (end, gap) in after {
                gaps[end] = gap;
            }
        }
    }

    /// Gaps of a participant, perhaps with a meeting moved from a slot to another.
    fn gaps(&self, party: usize, moved: Option<(usize, usize)>) -> u32 {
        let mut gaps = 0;
        let mut first = 0;
        while first < self.problem.slots {
            let end = self.problem.day[first].1;
            let (mut idle, mut met) = (0, false);
            for slot in first..end {
                let meets = match moved {
                    Some((from, _)) if slot == from => false,
                    Some((_, to)) if slot == to => true,
                    _ => self.colouring.at(party, slot) != NONE,
                };
                if meets {
                    gaps += idle;
                    (idle, met) = (0, true);
                } else if met {
                    idle += 1;
                }
            }
            first = end;
        }
        gaps
    }
}

/// `SplitMix64` (Steele, Lea and Flood, 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        usize::try_from((u128::from(z) * bound as u128) >> 64).unwrap_or(0)
    }
}
