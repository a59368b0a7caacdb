//! Pooling: who may collect the lots of others, and from how far.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::error::{Issue, did_you_mean};
use crate::id::CooperativeIx;
use crate::market::{Market, Place};
use crate::units::{Kg, Km};

/// What may be a hub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HubKind {
    /// Unions of cooperatives: those of that kind, and those that [`Pooling::unions`] names.
    Unions,
    /// All other cooperatives and cooperative groups.
    Cooperatives,
    /// The depots of [`Pooling::depots`].
    Depots,
}

impl HubKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Unions, Self::Cooperatives, Self::Depots];

    /// The name in documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unions => "unions",
            Self::Cooperatives => "cooperatives",
            Self::Depots => "depots",
        }
    }
}

/// A union and its members, who pool at it whatever the distance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Union {
    /// Id of the union among the market's cooperatives.
    pub union: String,
    /// Ids of its members among the market's cooperatives.
    pub members: Vec<String>,
}

/// A depot: a hub that is nobody's home.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Depot {
    /// Unique among depots; 1 … 128 bytes without control characters.
    pub id: String,
    /// Where it is.
    pub place: Place,
    /// Most that all its pools together may pass on; no limit where absent.
    #[serde(rename = "capacity_kg", skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Kg>,
}

/// How small lots may be pooled: the table `[pooling]` of a policy.
///
/// ```
/// use lienket::{Depot, Kg, Km, Place, Pooling};
/// let depot = Depot { id: "kho-son-la".into(), place: Place::id("vn/son-la"), capacity: Some(Kg(100_000)) };
/// let pooling = Pooling { radius: Km(40.0), depots: vec![depot], ..Pooling::default() };
/// assert!(pooling.issues().is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pooling {
    /// Members lie within this of their hub: great circle × `road_factor`; 0 or more.
    #[serde(rename = "pool_radius_km")]
    pub radius: Km,
    /// Most members of one pool, 2 or more; no limit where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_members: Option<u32>,
    /// What may be a hub; at least one.
    pub hubs: BTreeSet<HubKind>,
    /// Unions whose members pool at them whatever the distance.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unions: Vec<Union>,
    /// Depots.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub depots: Vec<Depot>,
}

impl Default for Pooling {
    fn default() -> Self {
        Self {
            radius: Km(30.0),
            max_members: None,
            hubs: BTreeSet::from(HubKind::ALL),
            unions: Vec::new(),
            depots: Vec::new(),
        }
    }
}

/// Largest mass of a document.
const MOST_KG: i64 = 1_000_000_000_000;

impl Pooling {
    /// Every fault, pointing into the document `lienket/policy@1`. What only a market can tell (ids of unions and
    /// members, places of the catalogue) is checked where the two meet.
    #[must_use]
    pub fn issues(&self) -> Vec<Issue> {
        let mut issues = Vec::new();
        let mut fault = |code, pointer: String, message: &str, help: &str, found: Option<String>| {
            let issue = Issue::error(code, pointer, message, help);
            issues.push(found.into_iter().fold(issue, Issue::found));
        };
        let default = "Correct it, or leave it out for the default.";
        if !(self.radius.0.is_finite() && self.radius.0 >= 0.0) {
            let found = Some(self.radius.0.to_string());
            let message = "this must be a finite number, 0 or more";
            fault("out_of_range", "/pooling/pool_radius_km".into(), message, default, found);
        }
        if let Some(most) = self.max_members.filter(|most| *most < 2) {
            let help = "Correct it, or leave it out for no limit.";
            let message = "a pool has 2 members or more";
            fault("out_of_range", "/pooling/max_members".into(), message, help, Some(most.to_string()));
        }
        if self.hubs.is_empty() {
            let help = "Name `unions`, `cooperatives` or `depots`, or leave out `[pooling]` for no pools.";
            fault("out_of_range", "/pooling/hubs".into(), "nothing may be a hub", help, None);
        }
        let listed = [(HubKind::Unions, self.unions.len()), (HubKind::Depots, self.depots.len())];
        for (kind, _) in listed.into_iter().filter(|(kind, count)| *count > 0 && !self.hubs.contains(kind)) {
            let pointer = format!("/pooling/{}", kind.name());
            let message = "these are listed, but `hubs` does not name them";
            let help = "Name them in `hubs`, or leave the list out.";
            fault("contradiction", pointer, message, help, None);
        }
        let mut unions = BTreeSet::new();
        for (i, union) in self.unions.iter().enumerate() {
            let pointer = format!("/pooling/unions/{i}");
            if !unions.insert(&union.union) {
                let help = "Write one entry with all the members.";
                let found = Some(union.union.clone());
                fault("duplicate_id", format!("{pointer}/union"), "this union is listed twice", help, found);
            }
            if union.members.is_empty() {
                let help = "Name its members, or leave the union out: it is a hub anyway.";
                fault("empty_list", format!("{pointer}/members"), "this union has no members", help, None);
            }
            let mut members = BTreeSet::new();
            for (j, member) in union.members.iter().enumerate() {
                if !members.insert(member) {
                    let pointer = format!("{pointer}/members/{j}");
                    let message = "this member is named twice";
                    fault("duplicate_id", pointer, message, "Name it once.", Some(member.clone()));
                }
            }
        }
        let mut depots = BTreeSet::new();
        for (i, depot) in self.depots.iter().enumerate() {
            let pointer = format!("/pooling/depots/{i}");
            if depot.id.is_empty() || depot.id.len() > 128 || depot.id.chars().any(char::is_control) {
                let message = "an id has 1 to 128 bytes and no control characters";
                let found = Some(depot.id.clone());
                fault("bad_id", format!("{pointer}/id"), message, "Give it another id.", found);
            }
            if !depots.insert(&depot.id) {
                let found = Some(depot.id.clone());
                let help = "Give each depot an id of its own.";
                fault("duplicate_id", format!("{pointer}/id"), "this depot is listed twice", help, found);
            }
            if let Place::Point { lat, lon } = depot.place
                && !((-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon))
            {
                let message = "latitude is from −90 to 90 and longitude from −180 to 180";
                let found = Some(depot.place.to_string());
                fault("out_of_range", format!("{pointer}/place"), message, "Correct the point.", found);
            }
            if let Some(capacity) = depot.capacity.filter(|kg| !(0..=MOST_KG).contains(&kg.0)) {
                let pointer = format!("{pointer}/capacity_kg");
                let message = "this must be from 0 to 10^12";
                let help = "Correct it, or leave it out for no limit.";
                fault("out_of_range", pointer, message, help, Some(capacity.0.to_string()));
            }
        }
        issues
    }

    /// The same with its lists sorted, so that their order cannot matter.
    #[must_use]
    pub fn canonical(&self) -> Self {
        let mut pooling = self.clone();
        pooling.unions.iter_mut().for_each(|union| union.members.sort());
        pooling.unions.sort();
        pooling.depots.sort_by(|a, b| a.id.cmp(&b.id));
        pooling
    }

    /// Faults that only the market shows: unions, members and places that it does not have.
    pub(crate) fn issues_in(&self, market: &Market) -> Vec<Issue> {
        self.members(market).1
    }

    /// The unions of a policy with their members, by index, and what the market does not have.
    pub(crate) fn members(&self, market: &Market) -> (Vec<(CooperativeIx, Vec<CooperativeIx>)>, Vec<Issue>) {
        let mut issues = Vec::new();
        let mut find = |id: &str, pointer: String| {
            let found = market.cooperatives().binary_search_by(|c| c.id.as_str().cmp(id));
            if found.is_err() {
                let known = market.cooperatives().iter().map(|c| c.id.as_str());
                let hint = did_you_mean(id, known);
                let help =
                    if hint.is_empty() { "Name a cooperative of the market.".to_owned() } else { hint };
                let message = "the market has no such cooperative";
                issues.push(Issue::error("unknown_id", pointer, message, help).found(id));
            }
            found.ok().map(CooperativeIx::at)
        };
        let mut unions = Vec::new();
        for (i, union) in self.unions.iter().enumerate() {
            let pointer = format!("/pooling/unions/{i}");
            let hub = find(&union.union, format!("{pointer}/union"));
            let member = |(j, id): (usize, &String)| find(id, format!("{pointer}/members/{j}"));
            let members: Vec<CooperativeIx> = union.members.iter().enumerate().filter_map(member).collect();
            unions.extend(hub.map(|hub| (hub, members)));
        }
        for (i, depot) in self.depots.iter().enumerate() {
            if let Place::Id(id) = &depot.place
                && market.catalogue().place(id).is_none()
            {
                let known = market.catalogue().places().iter().map(|place| place.id.as_str());
                let hint = did_you_mean(id, known);
                let help = if hint.is_empty() {
                    "Name a place of the catalogue, or a point.".to_owned()
                } else {
                    hint
                };
                let message = "the catalogue has no such place";
                let pointer = format!("/pooling/depots/{i}/place");
                issues.push(Issue::error("unknown_place", pointer, message, help).found(id));
            }
        }
        (unions, issues)
    }
}
