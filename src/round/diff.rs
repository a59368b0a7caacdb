//! What changed between two rounds, and why.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Decision, Pair, Round, Standing};
use crate::plan::Reason;
use crate::units::Kg;

/// How a pair moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Movement {
    /// As much as before.
    Kept,
    /// Not linked before.
    New,
    /// Linked no more.
    Gone,
    /// More or less than before.
    Changed,
    /// Decided, and linked neither before nor after.
    Noted,
}

impl Movement {
    /// Every movement, in the order of reports.
    pub const ALL: [Self; 5] = [Self::New, Self::Changed, Self::Gone, Self::Noted, Self::Kept];

    /// The code in documents.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::New => "new",
            Self::Gone => "gone",
            Self::Changed => "changed",
            Self::Noted => "noted",
        }
    }
}

impl Serialize for Movement {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// Why a pair moved, or did not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "because", rename_all = "snake_case")]
pub enum Because {
    /// Somebody decided about this very pair.
    Decided {
        /// The decision.
        decision: Decision,
    },
    /// It stood, and nothing took its place.
    Stood,
    /// What was decided about others takes what it stood on.
    GaveWay {
        /// The others: offer, demand.
        to: Vec<(String, String)>,
    },
    /// It takes what others left.
    Freed {
        /// The others: offer, demand.
        by: Vec<(String, String)>,
    },
    /// The mechanism gives it no more, for this reason.
    Stopped {
        /// A code of `unmatched_offers`.
        reason: Reason,
    },
    /// The mechanism's choice.
    Chosen,
}

impl Because {
    /// The code in documents.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Decided { .. } => "decided",
            Self::Stood => "stood",
            Self::GaveWay { .. } => "gave_way",
            Self::Freed { .. } => "freed",
            Self::Stopped { .. } => "stopped",
            Self::Chosen => "chosen",
        }
    }
}

/// A pair of two plans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// How it moved.
    #[serde(skip)]
    pub movement: Movement,
    /// Id of the offer.
    pub offer: String,
    /// Name of its cooperative.
    pub cooperative: String,
    /// Id of the demand.
    pub demand: String,
    /// Name of its enterprise.
    pub enterprise: String,
    /// Product of the offer.
    pub product: String,
    /// In the plan before.
    #[serde(rename = "before_kg")]
    pub before: Kg,
    /// In the plan after.
    #[serde(rename = "after_kg")]
    pub after: Kg,
    /// Why it stands now; absent where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
    /// Why it moved, or did not.
    #[serde(flatten)]
    pub why: Because,
}

/// Two rounds of one market compared, pair by pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanDiff {
    rounds: [u32; 2],
    changes: Vec<Change>,
}

impl PlanDiff {
    /// Compares a round with a later one of the same market; what was decided is read from the later one's log.
    ///
    /// O(allocations + decisions), and the ledger of the later plan where a pair is linked no more.
    #[must_use]
    pub fn between(before: &Round, after: &Round) -> Self {
        let comparison = Comparison::of(before, after);
        let pairs = comparison.volumes.iter();
        let changes = pairs.map(|(&pair, &volumes)| comparison.change(pair, volumes)).collect();
        Self { rounds: [before.number, after.number], changes }
    }

    /// Numbers of the two rounds.
    #[must_use]
    pub fn rounds(&self) -> [u32; 2] {
        self.rounds
    }

    /// Every pair that trades before or after or was decided, sorted by (offer, demand).
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Those that moved in one way.
    pub fn of(&self, movement: Movement) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(move |change| change.movement == movement)
    }

    /// Kilograms of pairs that stand as they stood, and all kilograms before and after.
    #[must_use]
    pub fn kilograms(&self) -> [Kg; 3] {
        let sum = |of: &dyn Fn(&Change) -> i64| Kg(self.changes.iter().map(of).sum());
        [sum(&|c| c.before.min(c.after).0), sum(&|c| c.before.0), sum(&|c| c.after.0)]
    }
}

/// Two rounds side by side.
struct Comparison<'a> {
    after: &'a Round,
    /// Before and after.
    volumes: BTreeMap<Pair, (Kg, Kg)>,
    decided: BTreeMap<Pair, &'a Decision>,
    standing: BTreeMap<Pair, Standing>,
}

impl<'a> Comparison<'a> {
    fn of(before: &Round, after: &'a Round) -> Self {
        let mut volumes: BTreeMap<Pair, (Kg, Kg)> = BTreeMap::new();
        for a in before.plan.allocations() {
            volumes.entry((a.offer, a.demand)).or_default().0 = a.volume;
        }
        for a in after.plan.allocations() {
            volumes.entry((a.offer, a.demand)).or_default().1 = a.volume;
        }
        let new = after.log.partition_point(|logged| logged.round < before.number);
        let fresh = super::in_effect(&after.market, &after.log[new..]);
        let decided: BTreeMap<Pair, &Decision> =
            fresh.into_iter().map(|(pair, logged)| (pair, &logged.decision)).collect();
        for pair in decided.keys() {
            volumes.entry(*pair).or_default();
        }
        let standing =
            after.standings().into_iter().map(|(a, standing)| ((a.offer, a.demand), standing)).collect();
        Self { after, volumes, decided, standing }
    }

    fn change(&self, pair: Pair, (before, after): (Kg, Kg)) -> Change {
        let market = &self.after.market;
        let (offer, demand) = pair;
        let movement = match (before, after) {
            (Kg(0), Kg(0)) => Movement::Noted,
            (Kg(0), _) => Movement::New,
            (_, Kg(0)) => Movement::Gone,
            (before, after) if before == after => Movement::Kept,
            _ => Movement::Changed,
        };
        Change {
            movement,
            offer: market.offer(offer).id.clone(),
            cooperative: market.cooperative(market.cooperative_of(offer)).name_or_id().to_owned(),
            demand: market.demand(demand).id.clone(),
            enterprise: market.enterprise(market.enterprise_of(demand)).name_or_id().to_owned(),
            product: market.offer(offer).product.clone(),
            before,
            after,
            standing: self.standing.get(&pair).copied(),
            why: self.why(pair, before, after),
        }
    }

    fn why(&self, pair: Pair, before: Kg, after: Kg) -> Because {
        if let Some(&decision) = self.decided.get(&pair) {
            return Because::Decided { decision: decision.clone() };
        }
        if before == after {
            return Because::Stood;
        }
        if after > before {
            let left = |pair: &Pair| self.volumes.get(pair).is_some_and(|(before, after)| after < before);
            let by = self.beside(pair, left);
            return if by.is_empty() { Because::Chosen } else { Because::Freed { by } };
        }
        let movable = self.after.movable.lets(&self.after.market, pair);
        let took = |pair: &Pair| {
            self.decided.contains_key(pair)
                && self.volumes.get(pair).is_some_and(|(before, after)| after > before)
        };
        let to = if movable { Vec::new() } else { self.beside(pair, took) };
        if to.is_empty() {
            Because::Stopped { reason: self.after.plan.reason_of(pair.0, pair.1) }
        } else {
            Because::GaveWay { to }
        }
    }

    /// Pairs that draw on what a pair draws on: those of its offer or its demand, or where there are none those of its
    /// cooperative or its enterprise.
    fn beside(&self, (offer, demand): Pair, admits: impl Fn(&Pair) -> bool) -> Vec<(String, String)> {
        let market = &self.after.market;
        let parties = |(o, d): Pair| (market.cooperative_of(o), market.enterprise_of(d));
        let own = parties((offer, demand));
        let pairs: Vec<Pair> =
            self.volumes.keys().copied().filter(|pair| *pair != (offer, demand) && admits(pair)).collect();
        let same = |of: &dyn Fn(&Pair) -> bool| -> BTreeSet<Pair> {
            pairs.iter().copied().filter(|pair| of(pair)).collect()
        };
        let mut found = same(&|pair| pair.0 == offer || pair.1 == demand);
        if found.is_empty() {
            found = same(&|pair| parties(*pair).0 == own.0 || parties(*pair).1 == own.1);
        }
        let ids = |(o, d): Pair| (market.offer(o).id.clone(), market.demand(d).id.clone());
        found.into_iter().map(ids).collect()
    }
}
