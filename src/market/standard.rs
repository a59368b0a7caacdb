//! Standards, and which certificate is taken for which standard.
//!
//! An acceptance says that a certificate for one standard is taken where another is asked. Acceptances
//! chain: `fssc22000 → iso22000 → haccp → attp`. Each link is dated, so a chain is in force only while
//! all of its links are.

use serde::Serialize;

use crate::id::StandardIx;
use crate::units::{Date, Window};

/// Why one standard is taken for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AcceptanceKind {
    /// A legal text says so.
    Legal,
    /// The scheme contains the other's requirements.
    Technical,
    /// Buyers usually take it; counts only where the policy or the demand says so.
    Market,
}

/// One link: a certificate for `holds` is taken where `for` is asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Acceptance {
    /// Id of the standard that is held.
    pub holds: String,
    /// Id of the standard that is asked for.
    #[serde(rename = "for")]
    pub asked: String,
    /// Why.
    pub kind: AcceptanceKind,
    /// First day; since ever where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// Last day; without end where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// The text or habit it rests on; only in the built-in catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
}

/// Days in force, by number; both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: i32,
    pub(crate) until: i32,
}

impl Span {
    pub(crate) const ALWAYS: Self = Self { from: i32::MIN, until: i32::MAX };

    pub(crate) fn of(from: Option<Date>, until: Option<Date>) -> Self {
        Self { from: from.map_or(i32::MIN, Date::number), until: until.map_or(i32::MAX, Date::number) }
    }

    pub(crate) fn and(self, other: Self) -> Option<Self> {
        let both = Self { from: self.from.max(other.from), until: self.until.min(other.until) };
        (both.from <= both.until).then_some(both)
    }

    pub(crate) fn contains(self, other: Self) -> bool {
        self.from <= other.from && other.until <= self.until
    }
}

impl From<Window> for Span {
    fn from(window: Window) -> Self {
        Self { from: window.from.number(), until: window.to.number() }
    }
}

/// One way from a standard that is held to one that is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    /// The standard this chain satisfies.
    pub(crate) asked: StandardIx,
    /// When all of its links are in force.
    pub(crate) span: Span,
    /// Positions of the links in the catalogue's acceptances, held to asked; empty for the standard itself.
    pub(crate) links: Vec<u32>,
}

/// For every standard, what holding it satisfies under the admitted kinds of acceptance.
#[derive(Debug)]
pub(crate) struct Closure {
    chains: Vec<Vec<Chain>>,
}

/// A link with its standards looked up.
pub(crate) struct Link {
    pub(crate) holds: StandardIx,
    pub(crate) asked: StandardIx,
    pub(crate) kind: AcceptanceKind,
    pub(crate) span: Span,
}

impl Closure {
    /// Follows every chain of admitted links, keeping for each pair the spans not contained in others.
    ///
    /// Breadth first, so that the shortest chain is kept among equals. A span can only shrink along a
    /// chain and is dropped where a kept one contains it, which bounds the work by the number of links
    /// times the number of distinct spans.
    pub(crate) fn build(standards: usize, links: &[Link], admitted: impl Fn(AcceptanceKind) -> bool) -> Self {
        let mut from: Vec<Vec<(u32, &Link)>> = vec![Vec::new(); standards];
        for (position, link) in (0..).zip(links) {
            if admitted(link.kind) {
                from[link.holds.index()].push((position, link));
            }
        }
        let chains = (0..standards)
            .map(|held| {
                let own = Chain { asked: StandardIx::at(held), span: Span::ALWAYS, links: Vec::new() };
                let mut kept = vec![own];
                let mut next = 0;
                while next < kept.len() {
                    let chain = kept[next].clone();
                    next += 1;
                    for &(position, link) in &from[chain.asked.index()] {
                        let Some(span) = chain.span.and(link.span) else { continue };
                        if kept.iter().any(|k| k.asked == link.asked && k.span.contains(span)) {
                            continue;
                        }
                        let mut links = chain.links.clone();
                        links.push(position);
                        kept.push(Chain { asked: link.asked, span, links });
                    }
                }
                kept
            })
            .collect();
        Self { chains }
    }

    /// What holding a standard satisfies, itself first.
    pub(crate) fn of(&self, held: StandardIx) -> &[Chain] {
        &self.chains[held.index()]
    }
}
