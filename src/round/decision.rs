//! What people decide about pairs of a plan, and what is wrong with it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Movable, Round, Standing, signed};
use crate::error::{Error, Issue};
use crate::id::{DemandIx, OfferIx};
use crate::market::Market;
use crate::units::{Date, Kg};

/// What was decided about a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DecisionKind {
    /// Those concerned agree: just so much stays, by default what the plan has.
    Accepted,
    /// One of them does not want it: the pair is linked no more.
    Declined,
    /// It is signed: just so much stays.
    Signed,
    /// The organiser puts it in, candidate or not: just so much.
    Forced,
    /// The organiser rules it out.
    Forbidden,
    /// What was decided before counts no longer; the pair is open again.
    Reopened,
}

impl DecisionKind {
    /// Every kind with its code in documents.
    pub const CODES: &'static [(&'static str, Self)] = &[
        ("accepted", Self::Accepted),
        ("declined", Self::Declined),
        ("signed", Self::Signed),
        ("forced", Self::Forced),
        ("forbidden", Self::Forbidden),
        ("reopened", Self::Reopened),
    ];

    /// The code in documents.
    #[must_use]
    pub fn code(self) -> &'static str {
        Self::CODES[self as usize].0
    }

    /// How a pair stands by it; `None` where it does not.
    #[must_use]
    pub fn standing(self) -> Option<Standing> {
        match self {
            Self::Accepted => Some(Standing::Accepted),
            Self::Signed => Some(Standing::Signed),
            Self::Forced => Some(Standing::Forced),
            Self::Declined | Self::Forbidden | Self::Reopened => None,
        }
    }
}

impl Serialize for DecisionKind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// A decision about a pair, with who took it and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Decision {
    /// Id of the offer.
    pub offer: String,
    /// Id of the demand.
    pub demand: String,
    /// What was decided.
    pub kind: DecisionKind,
    /// How much: required of what is signed or forced, optional of what is accepted (then what the plan has), absent
    /// from the others. 1 … 10^12 kg, a contract of the market on the pair included.
    #[serde(rename = "volume_kg", skip_serializing_if = "Option::is_none")]
    pub volume: Option<Kg>,
    /// Who decided: 1 to 1,024 bytes without control characters.
    pub by: String,
    /// Why, likewise.
    pub reason: String,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<Date>,
}

impl Decision {
    /// A decision about a pair.
    pub fn new(
        offer: impl Into<String>,
        demand: impl Into<String>,
        kind: DecisionKind,
        by: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        let (offer, demand, by, reason) = (offer.into(), demand.into(), by.into(), reason.into());
        Self { offer, demand, kind, volume: None, by, reason, on: None }
    }

    /// With a volume.
    #[must_use]
    pub fn volume(self, volume: Kg) -> Self {
        Self { volume: Some(volume), ..self }
    }

    /// With a day.
    #[must_use]
    pub fn on(self, day: Date) -> Self {
        Self { on: Some(day), ..self }
    }
}

/// Decisions taken together, about one plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decisions {
    /// In any order, one a pair.
    pub list: Vec<Decision>,
    /// From now on these may move; `None` leaves it as it was.
    pub movable: Option<Movable>,
}

impl From<Vec<Decision>> for Decisions {
    fn from(list: Vec<Decision>) -> Self {
        Self { list, movable: None }
    }
}

/// A decision in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Logged {
    /// The round whose plan it is about.
    pub round: u32,
    /// The decision, its volume filled in.
    #[serde(flatten)]
    pub decision: Decision,
}

impl Logged {
    /// Whether it is in force as long as nothing later is decided.
    pub(crate) fn holds(&self) -> bool {
        self.decision.kind != DecisionKind::Reopened
    }

    /// Whether it is about a pair.
    #[cfg(feature = "json")]
    pub(crate) fn is_about(&self, market: &Market, offer: OfferIx, demand: DemandIx) -> bool {
        self.decision.offer == market.offer(offer).id && self.decision.demand == market.demand(demand).id
    }

    /// Whether it keeps a pair from standing as it did in a round's plan.
    pub(super) fn touches(&self, round: u32) -> bool {
        self.round >= round || self.holds()
    }
}

/// Everything wrong with a log up to a round.
#[cfg(feature = "json")]
pub(crate) fn log_issues(market: &Market, number: u32, log: &[Logged]) -> Vec<Issue> {
    let decisions: Vec<Decision> = log.iter().map(|logged| logged.decision.clone()).collect();
    let mut found = issues(market, None, &decisions);
    let key =
        |logged: &'_ Logged| (logged.round, logged.decision.offer.clone(), logged.decision.demand.clone());
    for (i, logged) in log.iter().enumerate() {
        if !(1..number).contains(&logged.round) {
            let message = format!("decisions are about rounds 1 to {}", number.saturating_sub(1));
            let at = format!("/decisions/{i}/round");
            found.push(Issue::error("out_of_range", at, message, "Correct the round.").found(logged.round));
        }
        if i > 0 && key(&log[i - 1]) >= key(logged) {
            let message = "the log is sorted by round, offer and demand, with one decision a pair in a round";
            let help = "A round's document is written by `lienket round`; use it as it was.";
            found.push(Issue::error("not_in_order", format!("/decisions/{i}"), message, help));
        }
    }
    if number == 0 {
        let help = "A round's document is written by `lienket round`; use it as it was.";
        found.push(Issue::error("out_of_range", "/round", "rounds are counted from 1", help).found(number));
    }
    found
}

/// Everything wrong with decisions: about a round's plan, or (without one) in a log, where volumes are filled in and a
/// pair may come again in another round.
pub(crate) fn issues(market: &Market, round: Option<&Round>, list: &[Decision]) -> Vec<Issue> {
    let mut issues = Vec::new();
    let mut first: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (i, decision) in list.iter().enumerate() {
        let at = |field: &str| format!("/decisions/{i}/{field}");
        let offer = market.find_offer(&decision.offer);
        let demand = market.find_demand(&decision.demand);
        let pair = match (&offer, &demand) {
            (Ok(offer), Ok(demand)) => Some((*offer, *demand)),
            _ => None,
        };
        unknown(&mut issues, "unknown_offer", at("offer"), &decision.offer, offer.err());
        unknown(&mut issues, "unknown_demand", at("demand"), &decision.demand, demand.err());
        for (field, text) in [("by", &decision.by), ("reason", &decision.reason)] {
            if text.is_empty() || text.len() > 1024 || text.chars().any(char::is_control) {
                let message = format!("`{field}` is 1 to 1024 bytes without control characters");
                let help = "Say who decided, and why: it stays in the log.";
                issues.push(Issue::error("bad_text", at(field), message, help).found(text));
            }
        }
        volume(&mut issues, decision, round, &at);
        if let Some(pair) = pair {
            against_contract(&mut issues, market, decision, pair, &at);
            if let Some(round) = round {
                let decided = round.in_effect_on(pair).is_some_and(Logged::holds);
                if decision.kind == DecisionKind::Reopened && !decided {
                    let message = "nothing is decided about this pair";
                    issues.push(Issue::error("nothing_decided", at("kind"), message, "Leave it out."));
                }
                if decision.kind.standing().is_some() && round.plan.via(pair.0, pair.1).is_some() {
                    let message = "this pair delivers through a pool, which its kilograms would leave";
                    let help = "Leave it open: pools are formed anew in every round. Or sign it in the market, before the rounds.";
                    let found = decision.kind.code();
                    issues.push(Issue::error("through_pool", at("kind"), message, help).found(found));
                }
            }
        }
        if round.is_none() {
            continue;
        }
        match first.get(&(&decision.offer, &decision.demand)) {
            None => drop(first.insert((&decision.offer, &decision.demand), i)),
            Some(&first) => {
                let other = list[first].kind.code();
                let code = if list[first].kind == decision.kind {
                    "repeated_decision"
                } else {
                    "contradictory_decision"
                };
                let message = format!("/decisions/{first} is about the same pair and says `{other}`");
                let help = "Write one decision a pair: the one that holds.";
                issues.push(
                    Issue::error(code, format!("/decisions/{i}"), message, help).found(decision.kind.code()),
                );
            }
        }
    }
    issues
}

fn unknown(issues: &mut Vec<Issue>, code: &'static str, at: String, id: &str, error: Option<Error>) {
    if let Some(error) = error {
        issues.push(Issue::error(code, at, error.to_string(), "Correct the id.").found(id));
    }
}

/// A volume where the kind has one, and none where it has none.
fn volume(issues: &mut Vec<Issue>, decision: &Decision, round: Option<&Round>, at: &impl Fn(&str) -> String) {
    let kind = decision.kind.code();
    match (decision.kind.standing(), decision.volume) {
        (Some(_), Some(Kg(1..=1_000_000_000_000))) | (None, None) => {}
        (Some(_), Some(kg)) => {
            let message = "a volume is from 1 to 10^12 kg";
            let help = "Write whole kilograms.";
            issues.push(Issue::error("out_of_range", at("volume_kg"), message, help).found(kg.0));
        }
        (None, Some(kg)) => {
            let message = format!("what is {kind} has no volume");
            let help = "Leave it out; where part of it holds, write `accepted` with that part.";
            issues.push(Issue::error("unexpected_volume", at("volume_kg"), message, help).found(kg.0));
        }
        (Some(_), None) => {
            let planned = round.and_then(|round| round.planned(decision));
            if decision.kind != DecisionKind::Accepted || planned.is_none() {
                let message = match decision.kind {
                    DecisionKind::Accepted => {
                        "the plan has nothing for this pair, so nobody knows how much".to_owned()
                    }
                    _ => format!("what is {kind} needs a volume"),
                };
                let help = "Write the kilograms as `volume_kg`.";
                issues.push(Issue::error("missing_volume", at("volume_kg"), message, help));
            }
        }
    }
}

/// A contract of the market is no proposal: it can be added to, not undone.
fn against_contract(
    issues: &mut Vec<Issue>,
    market: &Market,
    decision: &Decision,
    pair: (OfferIx, DemandIx),
    at: &impl Fn(&str) -> String,
) {
    let contract = signed(market, pair);
    let help = "A contract is changed in the market, before the rounds.";
    match decision.kind {
        DecisionKind::Declined | DecisionKind::Forbidden if contract > Kg(0) => {
            let message = format!("the market has a contract over {contract} on this pair");
            issues.push(Issue::error("has_contract", at("kind"), message, help).found(decision.kind.code()));
        }
        _ => {
            if let Some(kg) = decision.volume.filter(|kg| *kg < contract) {
                let message =
                    format!("the market has a contract over {contract} on this pair, which counts in");
                issues.push(Issue::error("below_contract", at("volume_kg"), message, help).found(kg.0));
            }
        }
    }
}
