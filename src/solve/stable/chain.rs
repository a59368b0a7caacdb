//! Deferred acceptance along chains: the proposers' best stable flow of one component, whatever the volumes.
//!
//! **Problem.** Proposals of quantities that are accepted, displaced and made again one by one take a number of steps
//! that grows with the volumes: two proposers and two receivers of 10⁹ units are enough to pass a unit to and fro for
//! ever. Along a chain of proposals and displacements as many units move at once as the chain can carry.
//!
//! **Notation.** A *head* is a proposer, or a group of them that binds. Each proposer points at the first edge of its
//! list that is not *closed*. Behind the pointer all is closed for good: what the edge carries may only fall. Beyond it
//! nothing has flow. The *tight set* of an edge is its receiver where that is full, else the receiver's group where
//! that is full.
//!
//! ```text
//! proposal of a head that has a unit to place   the best pointed-at edge of its proposers that have units left, and
//!                                               of the one whose unit was displaced
//! answer of the receiver                        takes it, where there is no tight set
//!                                               refuses it, where the worst unit in the tight set is no worse: closed
//!                                               displaces that worst unit, whose edge is closed
//! ```
//!
//! A chain starts at a head with capacity left and follows displaced units: the head of the displaced unit proposes
//! next. It ends where a unit is taken, where a head has nothing left to propose (the unit comes back to it), or where
//! an edge is proposed that is on the chain already; then only that cycle moves.
//!
//! **Invariant.** On a chain, a receiver, a group, a proposer gains or loses room for at most one unit net. (A
//! displaced unit that occurs again leads to the same proposal, and the cycle begins behind its first occurrence; two
//! proposals of one head that use room of proposers with units left are the same edge.) So at least one unit moves
//! at every augmentation, and as many as the smallest of the rooms and flows: one of them is used up. What precedes
//! that place on the chain is as it would be found again, and is kept.
//!
//! **Complexity.** An edge used up or displaced is closed for good. Room of a receiver or proposer that was used up
//! comes back only with a displacement in a group; no example is known to us with more than two augmentations an
//! edge, and the bound for polymatroids (Iwata, Yokoi 2020) is polynomial in the edges alone. A proposal costs
//! `O(log)`, an augmentation is linear in the chain. Dynamic trees would make it `O(edges · log)` (Dean, Munshi, *Faster
//! algorithms for stable allocation problems*, Algorithmica 58 (2010)).
//!
//! **What it cannot do.** Use more than one thread in a component.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

use super::state::{Answer, End, Held, Link, Proposer, Receiver, Team};
use super::{Market, NONE, Side, StableAllocation};
use crate::solve::transport::number;

/// One component on the way to its stable flow.
pub(super) struct Chains<'a> {
    market: &'a Market<'a>,
    /// The side that proposes, the side that answers.
    from: Side<'a>,
    to: Side<'a>,
    /// Capacities of edges.
    capacity: Option<&'a [i64]>,
    proposers: Vec<Proposer>,
    teams: Vec<Team>,
    receivers: Vec<Receiver>,
    receiver_groups: Vec<Receiver>,
    held: Vec<Held>,
    chain: Vec<Link>,
    augmentations: u64,
    proposals: u64,
}

impl<'a> Chains<'a> {
    /// A component before the first proposal. `members` are the proposers and their groups that bind, the receivers
    /// and theirs.
    pub(super) fn of(
        market: &'a Market<'a>,
        from: Side<'a>,
        to: Side<'a>,
        members: [&[u32]; 4],
    ) -> Chains<'a> {
        let limit = |side: &Side, group: u32| {
            side.group_capacity[group as usize].expect("a group that binds has a limit")
        };
        let group_of = |side: &Side, member: u32| {
            let group = side.group[member as usize] as usize;
            if side.group_binds[group] { side.group_place[group] } else { NONE }
        };
        let [proposers, teams, receivers, receiver_groups] = members;
        let start = &market.lists.start;
        let proposer = |&member: &u32| Proposer {
            left: from.capacity[member as usize],
            group: group_of(&from, member),
            next: start[member as usize],
            end: start[member as usize + 1],
            held: NONE,
            link: NONE,
            waits: false,
        };
        let receiver = |&member: &u32| Receiver {
            left: to.capacity[member as usize],
            group: group_of(&to, member),
            holds: BinaryHeap::new(),
        };
        let team = |&group: &u32| Team { left: limit(&from, group), waiting: BinaryHeap::new() };
        let receiver_group =
            |&group: &u32| Receiver { left: limit(&to, group), group: NONE, holds: BinaryHeap::new() };
        let mut chains = Chains {
            market,
            capacity: market.transport.edge_capacity.as_deref(),
            proposers: proposers.iter().map(proposer).collect(),
            teams: teams.iter().map(team).collect(),
            receivers: receivers.iter().map(receiver).collect(),
            receiver_groups: receiver_groups.iter().map(receiver_group).collect(),
            from,
            to,
            held: Vec::new(),
            chain: Vec::new(),
            augmentations: 0,
            proposals: 0,
        };
        for proposer in 0..number(chains.proposers.len()) {
            chains.pass_closed(proposer);
            chains.wait(proposer);
        }
        chains
    }

    /// Lets every head place what it can.
    pub(super) fn run(mut self) -> StableAllocation {
        for proposer in 0..number(self.proposers.len()) {
            if self.proposers[proposer as usize].group == NONE {
                self.place(|chains| chains.willing(proposer).filter(|_| chains.left(proposer) > 0));
            }
        }
        for team in 0..number(self.teams.len()) {
            self.place(
                |chains| {
                    if chains.teams[team as usize].left > 0 { chains.best_waiting(team) } else { None }
                },
            );
        }
        let held = self.held.iter().filter(|held| held.units > 0);
        StableAllocation {
            flow: held.map(|held| (held.edge as usize, held.units)).collect(),
            augmentations: self.augmentations,
            proposals: self.proposals,
        }
    }

    /// Chains of one head until it has nothing left to propose or to place.
    fn place(&mut self, first: impl Fn(&mut Self) -> Option<u32>) {
        loop {
            let proposal = match self.chain.last() {
                None => first(self),
                Some(link) => self.next_after(self.held[link.displaced as usize].proposer),
            };
            let Some(proposer) = proposal else {
                if self.chain.is_empty() {
                    return;
                }
                self.augment(End::Returned);
                continue;
            };
            let on_chain = self.proposers[proposer as usize].link;
            if on_chain != NONE {
                self.augment(End::Cycle(on_chain as usize));
                continue;
            }
            match self.answer(proposer) {
                Answer::Takes => self.augment(End::Taken(proposer)),
                Answer::Refuses => self.close(proposer),
                Answer::Displaces(displaced) => {
                    let loser = self.held[displaced as usize].proposer;
                    if self.proposers[loser as usize].held == displaced {
                        self.close(loser);
                    }
                    self.proposers[proposer as usize].link = number(self.chain.len());
                    self.chain.push(Link {
                        proposer,
                        next: self.proposers[proposer as usize].next,
                        receiver: self.receiver(proposer),
                        displaced,
                    });
                }
            }
        }
    }

    fn left(&self, proposer: u32) -> i64 {
        self.proposers[proposer as usize].left
    }

    /// The edge a proposer points at.
    fn edge(&self, proposer: u32) -> u32 {
        self.market.lists.edges[self.proposers[proposer as usize].next]
    }

    /// The receiver of the edge a proposer points at.
    fn receiver(&self, proposer: u32) -> u32 {
        self.to.place[self.to.member[self.edge(proposer) as usize] as usize]
    }

    /// The proposer, if it has something to propose.
    fn willing(&self, proposer: u32) -> Option<u32> {
        let Proposer { next, end, .. } = self.proposers[proposer as usize];
        (next < end).then_some(proposer)
    }

    /// Who proposes for the head of a proposer that has lost a unit.
    fn next_after(&mut self, loser: u32) -> Option<u32> {
        let team = self.proposers[loser as usize].group;
        if team == NONE {
            return self.willing(loser);
        }
        match (self.best_waiting(team), self.willing(loser)) {
            (Some(best), Some(loser)) if best != loser => {
                let rank = |proposer| self.market.rank(self.from.score, self.edge(proposer));
                Some(if rank(best) > rank(loser) { best } else { loser })
            }
            (best, loser) => best.or(loser),
        }
    }

    /// The proposer of a group with units left that points at the best edge.
    fn best_waiting(&mut self, team: u32) -> Option<u32> {
        let Self { market, from, proposers, teams, .. } = self;
        while let Some(mut top) = teams[team as usize].waiting.peek_mut() {
            let ((_, _, Reverse(edge)), best) = *top;
            let proposer = &mut proposers[best as usize];
            if proposer.left == 0 || proposer.next == proposer.end {
                proposer.waits = false;
                PeekMut::pop(top);
                continue;
            }
            let now = market.lists.edges[proposer.next];
            if now == edge {
                return Some(best);
            }
            *top = (market.rank(from.score, now), best);
        }
        None
    }

    /// Puts a proposer with units left on the heap of its group.
    fn wait(&mut self, proposer: u32) {
        let Proposer { left, group, next, end, waits, .. } = self.proposers[proposer as usize];
        if group != NONE && left > 0 && next < end && !waits {
            self.proposers[proposer as usize].waits = true;
            let rank = self.market.rank(self.from.score, self.edge(proposer));
            self.teams[group as usize].waiting.push((rank, proposer));
        }
    }

    /// Closes the edge a proposer points at.
    fn close(&mut self, proposer: u32) {
        let proposer_now = &mut self.proposers[proposer as usize];
        proposer_now.next += 1;
        proposer_now.held = NONE;
        self.pass_closed(proposer);
    }

    /// Moves the pointer past edges that can carry nothing.
    fn pass_closed(&mut self, proposer: u32) {
        let Self { market, capacity, proposers, .. } = self;
        let proposer = &mut proposers[proposer as usize];
        let dead =
            |edge: usize| market.split.any_dead && market.split.dead[market.transport.column[edge] as usize];
        while proposer.next < proposer.end {
            let edge = market.lists.edges[proposer.next] as usize;
            if capacity.is_none_or(|capacity| capacity[edge] > 0) && !dead(edge) {
                break;
            }
            proposer.next += 1;
        }
    }

    /// What the receiver of the edge a proposer points at says to a unit of it.
    fn answer(&mut self, proposer: u32) -> Answer {
        self.proposals += 1;
        let edge = self.edge(proposer);
        let Self { market, to, receivers, receiver_groups, held, .. } = self;
        let receiver = &mut receivers[to.place[to.member[edge as usize] as usize] as usize];
        let tight = if receiver.left == 0 {
            receiver
        } else if receiver.group == NONE {
            return Answer::Takes;
        } else {
            let group = &mut receiver_groups[receiver.group as usize];
            if group.left > 0 {
                return Answer::Takes;
            }
            group
        };
        while let Some(&Reverse((worst, index))) = tight.holds.peek() {
            if held[index as usize].units == 0 {
                tight.holds.pop();
                continue;
            }
            let score = to.score[edge as usize];
            let better = score > worst.0 || (score == worst.0 && market.rank(to.score, edge) > worst);
            return if better { Answer::Displaces(index) } else { Answer::Refuses };
        }
        Answer::Refuses
    }

    /// Moves as many units as the chain can carry, and cuts it where that used something up.
    fn augment(&mut self, end: End) {
        let start = if let End::Cycle(start) = end { start } else { 0 };
        let units = self.carries(start, end);
        debug_assert!(units > 0, "every room on a chain is positive");
        self.augmentations += 1;
        let mut before = self.before(start, end);
        for at in start..self.chain.len() {
            let Link { proposer, receiver, displaced, .. } = self.chain[at];
            self.give(proposer, before, units);
            let loser = &mut self.held[displaced as usize];
            loser.units -= units;
            let place = loser.receiver;
            if place != receiver {
                self.receivers[receiver as usize].left -= units;
                self.receivers[place as usize].left += units;
            }
            before = Some(displaced);
        }
        match end {
            End::Taken(proposer) => {
                self.give(proposer, before, units);
                let receiver = self.receiver(proposer) as usize;
                let group = self.receivers[receiver].group;
                self.receivers[receiver].left -= units;
                if group != NONE {
                    self.receiver_groups[group as usize].left -= units;
                }
                self.close_if_full(proposer);
            }
            End::Returned => {
                let loser = before.map_or(NONE, |displaced| self.held[displaced as usize].proposer);
                let group = self.proposers[loser as usize].group;
                self.take_back(loser, units);
                if group != NONE {
                    self.teams[group as usize].left += units;
                }
            }
            End::Cycle(_) => {}
        }
        for at in start..self.chain.len() {
            self.close_if_full(self.chain[at].proposer);
        }
        // The link before a cycle may share its last displaced unit.
        let mut kept = start.saturating_sub(1);
        while kept < self.chain.len() && self.stands(kept) {
            kept += 1;
        }
        for link in self.chain.drain(kept..) {
            self.proposers[link.proposer as usize].link = NONE;
        }
    }

    /// The displaced unit that a link follows, if any.
    fn before(&self, at: usize, end: End) -> Option<u32> {
        match end {
            End::Cycle(start) if start == at => self.chain.last().map(|link| link.displaced),
            _ => at.checked_sub(1).map(|before| self.chain[before].displaced),
        }
    }

    /// The most units a chain can carry.
    fn carries(&self, start: usize, end: End) -> i64 {
        let mut most = i64::MAX;
        let mut before = self.before(start, end);
        for link in &self.chain[start..] {
            let displaced = &self.held[link.displaced as usize];
            most = most.min(self.places(link.proposer, before)).min(displaced.units);
            if displaced.receiver != link.receiver {
                most = most.min(self.receivers[link.receiver as usize].left);
            }
            before = Some(link.displaced);
        }
        if let End::Taken(proposer) = end {
            let receiver = &self.receivers[self.receiver(proposer) as usize];
            most = most.min(self.places(proposer, before)).min(receiver.left);
            if receiver.group != NONE {
                most = most.min(self.receiver_groups[receiver.group as usize].left);
            }
        }
        most
    }

    /// The most units a proposer can propose where `before` was displaced, or at the start.
    fn places(&self, proposer: u32, before: Option<u32>) -> i64 {
        let Proposer { left, group, .. } = self.proposers[proposer as usize];
        let room = self.room(proposer);
        match before {
            Some(before) if self.held[before as usize].proposer == proposer => room,
            Some(_) => room.min(left),
            None if group == NONE => room.min(left),
            None => room.min(left).min(self.teams[group as usize].left),
        }
    }

    /// Room on the edge a proposer points at.
    fn room(&self, proposer: u32) -> i64 {
        let Some(capacity) = self.capacity else { return i64::MAX };
        let held = self.proposers[proposer as usize].held;
        let units = if held == NONE { 0 } else { self.held[held as usize].units };
        capacity[self.edge(proposer) as usize] - units
    }

    /// Puts units on the edge a proposer points at, from the unit displaced before or from what is left.
    fn give(&mut self, proposer: u32, before: Option<u32>, units: i64) {
        match before.map(|before| self.held[before as usize].proposer) {
            Some(loser) if loser == proposer => {}
            Some(loser) => {
                self.proposers[proposer as usize].left -= units;
                self.take_back(loser, units);
            }
            None => {
                let Proposer { left, group, .. } = &mut self.proposers[proposer as usize];
                *left -= units;
                if *group != NONE {
                    self.teams[*group as usize].left -= units;
                }
            }
        }
        let held = self.proposers[proposer as usize].held;
        if held != NONE {
            self.held[held as usize].units += units;
            return;
        }
        let (edge, receiver, index) = (self.edge(proposer), self.receiver(proposer), number(self.held.len()));
        self.proposers[proposer as usize].held = index;
        self.held.push(Held { edge, proposer, receiver, units });
        let holds = Reverse((self.market.rank(self.to.score, edge), index));
        let receiver = &mut self.receivers[receiver as usize];
        receiver.holds.push(holds);
        if receiver.group != NONE {
            self.receiver_groups[receiver.group as usize].holds.push(holds);
        }
    }

    fn take_back(&mut self, proposer: u32, units: i64) {
        self.proposers[proposer as usize].left += units;
        self.wait(proposer);
    }

    fn close_if_full(&mut self, proposer: u32) {
        if self.willing(proposer).is_some() && self.room(proposer) == 0 {
            self.close(proposer);
        }
    }

    /// Whether a link would be found again.
    fn stands(&self, at: usize) -> bool {
        let link = &self.chain[at];
        let proposer = &self.proposers[link.proposer as usize];
        let displaced = &self.held[link.displaced as usize];
        let can_give = match at.checked_sub(1).map(|before| self.chain[before].displaced) {
            Some(before) if self.held[before as usize].proposer == link.proposer => true,
            Some(_) => proposer.left > 0,
            None => {
                let team = self.teams.get(proposer.group as usize);
                proposer.left > 0 && team.is_none_or(|team| team.left > 0)
            }
        };
        let can_take = displaced.receiver == link.receiver || self.receivers[link.receiver as usize].left > 0;
        proposer.next == link.next && displaced.units > 0 && can_give && can_take
    }
}
