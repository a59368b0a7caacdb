//! Quotas: what some cooperatives get at least.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::error::{Issue, nearest};
use crate::id::{CooperativeIx, OfferIx};
use crate::market::{Cooperative, Market, Place};
use crate::units::Kg;

/// The smallest share: shares count in millionths.
pub(super) const MICRO: f64 = 1e-6;
/// What a share must be.
pub(super) const SHARE: &str = "a share must be from 0.000001 to 1";

/// A share from 0 to 1 in millionths.
#[expect(clippy::cast_possible_truncation, reason = "at most a million")]
pub(crate) fn micro(share: f64) -> i64 {
    (share * 1e6).round() as i64
}

/// ⌊share · kg⌋, the share in millionths.
#[expect(clippy::cast_possible_truncation, reason = "a share is from 0 to 1")]
pub(crate) fn share_of(share: f64, kg: i64) -> i64 {
    (i128::from(kg) * i128::from(micro(share)) / 1_000_000) as i64
}

/// Which cooperatives a quota is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotaGroup {
    /// Those with this tag.
    Tag(String),
    /// Those at this place of the catalogue.
    Place(String),
}

impl QuotaGroup {
    /// The tag, or the id of the place.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Tag(name) | Self::Place(name) => name,
        }
    }

    /// The field of the document it stands in.
    fn field(&self) -> &'static str {
        match self {
            Self::Tag(_) => "tag",
            Self::Place(_) => "place",
        }
    }

    /// Whether a cooperative belongs to it.
    #[must_use]
    pub fn holds(&self, cooperative: &Cooperative) -> bool {
        match (self, &cooperative.place) {
            (Self::Tag(tag), _) => cooperative.tags.contains(tag),
            (Self::Place(id), Place::Id(place)) => id == place,
            (Self::Place(_), Place::Point { .. }) => false,
        }
    }
}

/// How much it gets at least.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub enum Floor {
    /// This share of all kilograms matched, contracts included; in (0, 1], in millionths.
    #[serde(rename = "min_share")]
    Share(f64),
    /// So many kilograms, contracts included; 1 or more.
    #[serde(rename = "min_kg")]
    Kg(Kg),
}

/// What some cooperatives get at least, together. Groups may overlap.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Quota {
    /// Which cooperatives.
    #[serde(flatten)]
    pub of: QuotaGroup,
    /// How much.
    #[serde(flatten)]
    pub least: Floor,
}

/// Faults of quotas that can be told without a market.
pub(super) fn issues(quotas: &[Quota], issues: &mut Vec<Issue>) {
    let mut seen = BTreeSet::new();
    for (i, quota) in quotas.iter().enumerate() {
        let at = |field: &str| format!("/quotas/{i}/{field}");
        if quota.of.name().is_empty() {
            let help = "Name the tag or the place that the quota is for.";
            issues.push(Issue::error("empty_text", at(quota.of.field()), "the name is empty", help));
        } else if !seen.insert(&quota.of) {
            let message = "there is a quota for this group already";
            let help = "Keep one of them.";
            issues.push(Issue::error("repeated", at(quota.of.field()), message, help).found(quota.of.name()));
        }
        if let Floor::Kg(kg) = quota.least
            && kg < Kg::ONE
        {
            let help = "Correct it, or leave the quota out.";
            let message = "this must be a whole number of kilograms, 1 or more";
            issues.push(Issue::error("out_of_range", at("min_kg"), message, help).found(kg.0));
        }
    }
}

/// Faults of quotas in a market: groups that nobody is in, floors above what a group offers, shares of groups
/// that have nobody in common and add up to more than everything.
pub(crate) fn issues_in(quotas: &[Quota], market: &Market) -> Vec<Issue> {
    let mut issues = Vec::new();
    let members = |quota: &Quota| -> Vec<CooperativeIx> {
        let all = market.cooperatives().iter().enumerate();
        all.filter(|(_, c)| quota.of.holds(c)).map(|(i, _)| CooperativeIx::at(i)).collect()
    };
    let groups: Vec<Vec<CooperativeIx>> = quotas.iter().map(members).collect();
    for (i, (quota, group)) in quotas.iter().zip(&groups).enumerate() {
        if group.is_empty() {
            issues.push(nobody(i, quota, market));
            continue;
        }
        let offered: i128 = market
            .offers()
            .iter()
            .enumerate()
            .filter(|(o, _)| group.binary_search(&market.cooperative_of(OfferIx::at(*o))).is_ok())
            .map(|(_, offer)| i128::from(offer.volume.0))
            .sum();
        if let Floor::Kg(kg) = quota.least
            && i128::from(kg.0) > offered
        {
            let message = format!("the cooperatives it is for offer {offered} kg, less than that");
            let help = "Lower the floor to what they offer, or leave the quota out.";
            issues.push(
                Issue::error("floor_above_supply", format!("/quotas/{i}/min_kg"), message, help).found(kg.0),
            );
        }
    }
    let mut apart = true;
    let mut met = BTreeSet::new();
    let mut sum = 0.0;
    for (quota, group) in quotas.iter().zip(&groups) {
        if let Floor::Share(share) = quota.least {
            sum += share;
            apart &= group.iter().all(|cooperative| met.insert(*cooperative));
        }
    }
    if apart && sum > 1.0 + MICRO / 2.0 {
        let message = "the shares are for different cooperatives and add up to more than everything";
        let help = "Lower them to a sum of at most 1.";
        let found = format!("{sum:.6}");
        issues.push(Issue::error("quotas_above_one", "/quotas", message, help).found(found));
    }
    issues
}

/// A group that nobody is in, and whom it might have meant.
fn nobody(i: usize, quota: &Quota, market: &Market) -> Issue {
    let pointer = format!("/quotas/{i}/{}", quota.of.field());
    let known: BTreeSet<&str> = match &quota.of {
        QuotaGroup::Tag(_) => {
            market.cooperatives().iter().flat_map(|c| &c.tags).map(String::as_str).collect()
        }
        QuotaGroup::Place(_) => market
            .cooperatives()
            .iter()
            .filter_map(|c| match &c.place {
                Place::Id(id) => Some(id.as_str()),
                Place::Point { .. } => None,
            })
            .collect(),
    };
    let (code, message) = match &quota.of {
        QuotaGroup::Tag(_) => ("unknown_tag", "no cooperative of the market has this tag"),
        QuotaGroup::Place(_) => ("nobody_there", "no cooperative of the market is at this place"),
    };
    let help = nearest(quota.of.name(), known).map_or_else(
        || "Correct it, or leave the quota out.".to_owned(),
        |near| format!("Did you mean `{near}`?"),
    );
    Issue::error(code, pointer, message, help).found(quota.of.name())
}
