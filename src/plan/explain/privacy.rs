//! Who may be told what.
//!
//! | level | is told |
//! |---|---|
//! | public | what was linked and how many were not, for which reasons; no price, no score, nobody's rivals |
//! | organiser | who was left with what, prices asked and offered, scores, rivals |
//! | auditor | the proof too: dual prices, the objective and its bound |
//!
//! What a participant is handed is public but for the participant's own figures. An ask with which a pair would win is
//! left out of it too, and so is how much is missing: both tell what a competitor asks, to him who knows the weights.

use serde::Serialize;

use crate::linkage::Rule;
use crate::plan::explain::{Account, Explanation, Outcome, PairExplanation, PoolStanding, Remedy};

/// Who reads an explanation, a report or a workbook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Privacy {
    /// Anybody, participants among them: no price, no score, nobody's rivals.
    Public,
    /// Who runs the round.
    #[default]
    Organiser,
    /// Who re-checks it: the proof's prices too.
    Auditor,
}

impl Explanation {
    /// The explanation as it may be told at a level. An organiser is told all of it, an auditor no more.
    #[must_use]
    pub fn told_to(self, privacy: Privacy) -> Self {
        if privacy != Privacy::Public {
            return self;
        }
        match self {
            Self::Pair(pair) => Self::Pair(public_pair(pair)),
            Self::Offer(mut offer) => {
                offer.account = public_account(offer.account);
                Self::Offer(offer)
            }
            Self::Demand(mut demand) => {
                demand.account = public_account(demand.account);
                Self::Demand(demand)
            }
        }
    }
}

/// Scores and criteria are left out: the one of price tells how far an ask and a bid are apart.
fn public_pair(mut pair: PairExplanation) -> PairExplanation {
    (pair.score, pair.cooperative_score, pair.enterprise_score) = (None, None, None);
    pair.criteria.clear();
    pair.outcome = public_outcome(pair.outcome);
    if let Some(PoolStanding::Through { better_alone, .. }) = &mut pair.pool {
        *better_alone = None;
    }
    for check in &mut pair.rules {
        check.remedy = check.remedy.take().map(Remedy::without_prices);
    }
    pair
}

fn public_account(mut account: Account) -> Account {
    for link in &mut account.links {
        link.score = None;
    }
    for near in &mut account.near {
        near.outcome = public_outcome(near.outcome.clone());
        near.remedy = near.remedy.take().map(Remedy::without_prices);
    }
    account
}

fn public_outcome(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::OutCompeted { .. } => {
            Outcome::OutCompeted { missing: None, rivals: Vec::new(), ask_at_most: None }
        }
        Outcome::Tie { .. } => Outcome::Tie { rivals: Vec::new() },
        other => other,
    }
}

impl Remedy {
    /// The change without the numbers that tell a price or a score.
    #[must_use]
    pub fn without_prices(self) -> Self {
        match self {
            Self::AgreePrice { .. } => Self::Unspecified { rule: Rule::Price },
            Self::RaiseScore { .. } => Self::Unspecified { rule: Rule::Score },
            other => other,
        }
    }
}
