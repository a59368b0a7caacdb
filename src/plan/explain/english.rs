//! Explanations in English.

use crate::linkage::{PoolStop, Rule};
use crate::plan::explain::prose::Words;
use crate::plan::explain::{Held, Missing, Outcome, PoolStanding, Remedy, Rival, Shortcoming};
use crate::plan::reason::Reason;
use crate::policy::Criterion;
use crate::units::grouped;
use crate::{AcceptanceKind, CertificateStatus, Date, Kg, VndPerKg};

pub(super) const WORDS: Words = Words {
    outcome,
    pool,
    remedy,
    reason,
    rule,
    criterion,
    kind,
    thousands: ',',
    point: '.',
    of: "of",
    offer: "Offer",
    demand: "demand",
    distance: "Distance",
    scores: ["score", "cooperative", "enterprise"],
    pools: "Pool",
    rules: "Rules",
    passed: "passed",
    criteria: "Criteria (weight × value = contribution: cooperative's view, enterprise's view)",
    certificates: "Certificates",
    required: "required",
    preferred: "preferred",
    held: "held as",
    until: "until",
    accepted: "accepted for",
    matched: "matched",
    left: "left",
    links: "Links",
    contract: "of it by contract",
    funnel: "How its pairs ended",
    near: "Nearest to a link",
};

fn kg(kg: Kg) -> String {
    format!("{} kg", grouped(kg.0.into(), ','))
}

fn vnd(price: VndPerKg) -> String {
    format!("{} VND/kg", grouped(price.0.into(), ','))
}

fn rivals(rivals: &[Rival]) -> String {
    if rivals.is_empty() {
        return "others".to_owned();
    }
    let list = rivals.iter().take(5).map(|r| {
        let score = r.score.map_or_else(String::new, |score| format!(", score {score}"));
        format!("`{}` → `{}` ({}{score})", r.offer, r.demand, kg(r.volume_kg))
    });
    let more = if rivals.len() > 5 { format!(" and {} more", rivals.len() - 5) } else { String::new() };
    list.collect::<Vec<_>>().join(", ") + &more
}

fn short(missing: Missing) -> String {
    match missing {
        Missing::MicroScore(micro) => {
            format!("; short by {}.{:06} of score", micro / 1_000_000, micro % 1_000_000)
        }
        Missing::Kilograms(kg) => {
            format!("; each kg of it would cost {} kg elsewhere", grouped(kg.into(), ','))
        }
        Missing::VndPerKg(price) => format!("; short by {}", vnd(VndPerKg(price))),
    }
}

fn pool(standing: &PoolStanding) -> String {
    match standing {
        PoolStanding::Through {
            hub,
            collection_km,
            trunk_km,
            pool_kg,
            lot_kg,
            critical,
            better_alone,
            ..
        } => {
            let critical = if *critical { "; without it the pool falls below the lot" } else { "" };
            let alone = if *better_alone == Some(true) { "; on its own it would do better" } else { "" };
            format!(
                "through the hub `{hub}` ({collection_km:.1} km to it, {trunk_km:.1} km from it), a pool of {} for a lot of {}{critical}{alone}",
                kg(*pool_kg),
                kg(*lot_kg)
            )
        }
        PoolStanding::Possible => "it could take part, and does not in this plan".to_owned(),
        PoolStanding::Stopped { by } => match by {
            PoolStop::Rule(stopped) => format!("no: stopped by {}", rule(*stopped)),
            PoolStop::PoolRadius => {
                "no: within the radius of no hub is enough for the lot with it".to_owned()
            }
            PoolStop::LeftOut => "no: other hubs of this demand were looked at".to_owned(),
            PoolStop::NoLot => "no: the demand has no lot to be reached together".to_owned(),
        },
    }
}

fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Linked { volume_kg, contract_kg } if contract_kg.0 == 0 => {
            format!("linked, {}", kg(*volume_kg))
        }
        Outcome::Linked { volume_kg, contract_kg } => {
            format!("linked, {}, of it {} by contract", kg(*volume_kg), kg(*contract_kg))
        }
        Outcome::Stopped { rule: stopped, only } => {
            let only = if *only { "only this rule stops it" } else { "other rules stop it too" };
            format!("not linked: stopped by {} ({only})", rule(*stopped))
        }
        Outcome::OutCompeted { missing, rivals: list, ask_at_most } => {
            let lever = ask_at_most
                .map_or_else(String::new, |ask| format!("; an ask of {} or less would win", vnd(ask)));
            format!(
                "not linked: out-competed by {}{}{lever}",
                rivals(list),
                missing.map_or_else(String::new, short)
            )
        }
        Outcome::Tie { rivals: list } => {
            format!("not linked: of equal merit with {}; the published tie rule decided", rivals(list))
        }
        Outcome::Capacity { full } => format!("not linked: the {full} has nothing left to trade"),
        Outcome::Lot { room_kg, lot_kg } => {
            format!("not linked: only {} are free, less than the lot of {}", kg(*room_kg), kg(*lot_kg))
        }
        Outcome::PartnerLimit { full, limit } => {
            let partners = match (*full, limit) {
                ("demand", 1) => "supplier",
                ("demand", _) => "suppliers",
                (_, 1) => "buyer",
                _ => "buyers",
            };
            format!("not linked: the {full} has the {limit} {partners} it may have")
        }
        Outcome::AllOrNothing { volume_kg } => {
            format!(
                "not linked: the demand wants all of its {} or nothing, and was not filled in this plan",
                kg(*volume_kg)
            )
        }
        Outcome::CertifiedVolume { standard, room_kg, .. } if room_kg.0 <= 0 => {
            format!("not linked: the volume certified under `{standard}` is sold out")
        }
        Outcome::CertifiedVolume { standard, room_kg, lot_kg } => format!(
            "not linked: only {} are left under `{standard}`, less than the lot of {}",
            kg(*room_kg),
            kg(*lot_kg)
        ),
        Outcome::NoGain => {
            "not linked: no gain in VND (a price is missing, or freight eats the margin)".to_owned()
        }
        Outcome::Policy => "not linked: the mechanism left it aside though there was room".to_owned(),
    }
}

fn remedy(remedy: &Remedy) -> String {
    match remedy {
        Remedy::OtherProduct { offered, asked } => {
            format!(
                "`{offered}` is offered; the buyer takes {}",
                asked.iter().map(|p| format!("`{p}`")).collect::<Vec<_>>().join(", ")
            )
        }
        Remedy::LiftExclusion => {
            "the two parties are excluded from each other, or the pair is barred: lift that".to_owned()
        }
        Remedy::ShiftWindow { days, available, needed } => {
            format!(
                "available {available}, needed {needed}: move one by {days} {}",
                if *days == 1 { "day" } else { "days" }
            )
        }
        Remedy::Certify { missing } => missing.iter().map(shortcoming).collect::<Vec<_>>().join("; "),
        Remedy::ShortenDistance { km, counted_km, limit_km } => {
            let over = (km * 1000.0).ceil() / 1000.0;
            format!("{counted_km:.3} km against a limit of {limit_km:.3} km: {over:.3} km too far")
        }
        Remedy::AgreePrice { vnd_per_kg, ask_at_most, bid_at_least } => format!(
            "{} apart: ask {} or less, or bid {} or more",
            vnd(VndPerKg(*vnd_per_kg)),
            vnd(*ask_at_most),
            vnd(*bid_at_least)
        ),
        Remedy::LowerLot { kg: between, lot_kg, volume_kg } => format!(
            "the lot of {} is above the volume of {}: {} between them",
            kg(*lot_kg),
            kg(*volume_kg),
            kg(*between)
        ),
        Remedy::RaiseScore { missing, least } => format!("{missing} below the least score of {least}"),
        Remedy::Unspecified { rule: stopped } => format!("stopped by {}", rule(*stopped)),
    }
}

fn shortcoming(s: &Shortcoming) -> String {
    let Shortcoming { standard, from, until, state } = s;
    let days = if from == until { format!("on {from}") } else { format!("from {from} to {until}") };
    match state {
        Held::Nothing => format!("obtain `{standard}`, in force {days}"),
        Held::PartOfTheDays { held, from: late, until: early } => {
            let taken = if held == standard { String::new() } else { format!(", taken for `{standard}`,") };
            format!(
                "`{held}`{taken} {}: extend it, to be in force {days}",
                ends("begins", "ends", *late, *early)
            )
        }
        Held::AcceptanceLapses { held, from: late, until: early } => format!(
            "`{held}` is taken for `{standard}` on part of the days only ({}): obtain `{standard}` itself, in force {days}",
            ends("from", "until", *late, *early)
        ),
        Held::NotInForce { status } => {
            let status = match status {
                CertificateStatus::Active => "active",
                CertificateStatus::Suspended => "suspended",
                CertificateStatus::Revoked => "revoked",
            };
            format!("`{standard}` is {status}: have it reinstated, in force {days}")
        }
        Held::OtherProducts => {
            format!("`{standard}` is held for other products: extend it to this one, in force {days}")
        }
        Held::NotThisLot => {
            format!("`{standard}` is held but does not cover this lot: certify the lot, in force {days}")
        }
    }
}

/// The end or ends at which a span falls short.
fn ends(begins: &str, ends: &str, late: Option<Date>, early: Option<Date>) -> String {
    match (late, early) {
        (Some(late), Some(early)) => format!("{begins} {late} and {ends} {early}"),
        (Some(late), None) => format!("{begins} {late}"),
        (None, Some(early)) => format!("{ends} {early}"),
        (None, None) => "not on every day".to_owned(),
    }
}

fn reason(why: Reason) -> &'static str {
    match why {
        Reason::Rule(Rule::Product) => "nobody asks for this product, or offers it",
        Reason::Rule(Rule::Excluded) => "the nearest pair is excluded",
        Reason::Rule(Rule::Window) => "the days do not meet",
        Reason::Rule(Rule::Certification) => "a required certificate is missing",
        Reason::Rule(Rule::Distance) => "too far",
        Reason::Rule(Rule::Price) => "the prices do not meet",
        Reason::Rule(Rule::Lot) | Reason::Lot => "the volume is below a minimum lot",
        Reason::Rule(Rule::Score) => "the score is below the least that is linked",
        Reason::NoCounterpart => "the other side of the market is empty",
        Reason::OutCompeted => "others are worth more there",
        Reason::Capacity => "a capacity is used up, or the others have all they want",
        Reason::PartnerLimit => "the number of partners is limited",
        Reason::AllOrNothing => "the demand wants all or nothing and was not filled",
        Reason::CertifiedVolume => "the certified volume is used up",
        Reason::Tie => "equal merit, decided by the published tie rule",
        Reason::Policy => "left aside by the mechanism",
    }
}

fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::Product => "product",
        Rule::Excluded => "exclusion",
        Rule::Window => "days",
        Rule::Certification => "certification",
        Rule::Distance => "distance",
        Rule::Price => "price",
        Rule::Lot => "minimum lot",
        Rule::Score => "least score",
    }
}

fn criterion(criterion: Criterion) -> &'static str {
    criterion.name()
}

fn kind(kind: AcceptanceKind) -> &'static str {
    match kind {
        AcceptanceKind::Legal => "legal",
        AcceptanceKind::Technical => "technical",
        AcceptanceKind::Market => "market habit",
    }
}
