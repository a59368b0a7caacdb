//! A market being read: parts so far, faults so far, and at the end either a market or every fault.

use super::entries::Entry;
use super::fields::{At, missing_field};
use super::node::Node;
use super::values::Value;
use crate::error::{Error, Issue};
use crate::market::{CatalogueAdditions, Market, MarketParts};
use crate::units::Date;

/// The format of market documents.
pub(super) const FORMAT: &str = "lienket/market@1";

/// Lists of a document, and what validation says where an id of theirs is not found.
const REFERRED: [(&str, &str); 7] = [
    ("/cooperatives", "unknown_cooperative"),
    ("/enterprises", "unknown_enterprise"),
    ("/offers", "unknown_offer"),
    ("/demands", "unknown_demand"),
    ("/catalogue/products", "unknown_product"),
    ("/catalogue/standards", "unknown_standard"),
    ("/catalogue/places", "unknown_place"),
];

/// A market being read.
pub(super) struct Draft {
    pub(super) parts: MarketParts,
    pub(super) issues: Vec<Issue>,
    /// Pointers of lists whose ids could not be read, so that references to them say nothing.
    pub(super) lost: Vec<&'static str>,
}

impl Draft {
    pub(super) fn new() -> Self {
        // A day so early that no certificate has expired, until the document's own is read.
        let as_of = Date::new(0, 1, 1).expect("the calendar begins on this day");
        Self { parts: MarketParts::new(as_of), issues: Vec::new(), lost: Vec::new() }
    }

    /// The field `format`.
    pub(super) fn format(&mut self, node: Node) {
        check_format(node, FORMAT, &mut self.issues);
    }

    /// The field `as_of`.
    pub(super) fn as_of(&mut self, node: Node) {
        if let Some(day) = Date::of(node, &At::ROOT.field("as_of"), &mut self.issues) {
            self.parts.as_of = day;
        }
    }

    /// The field `catalogue`.
    pub(super) fn catalogue(&mut self, node: Node) {
        self.parts.catalogue = CatalogueAdditions::read(node, &At::ROOT.field("catalogue"), &mut self.issues);
    }

    pub(super) fn missing(&mut self, field: &str) {
        self.issues.push(missing_field(field, &At::ROOT.field(field)));
    }

    /// Builds the market, or gives every fault: those of reading, then those of validation that are not
    /// mere consequences. `show` puts each where its reader will look for it, or drops what is said already.
    pub(super) fn finish(self, show: impl Fn(Issue) -> Option<Issue>) -> Result<Market, Error> {
        let Self { parts, issues, mut lost } = self;
        let faulty = |pointer: &str| {
            issues.iter().any(|issue| issue.pointer == pointer && issue.code != "duplicate_key")
        };
        let catalogue = faulty("/catalogue");
        lost.extend(
            REFERRED
                .map(|(pointer, _)| pointer)
                .iter()
                .filter(|pointer| faulty(pointer) || catalogue && pointer.starts_with("/catalogue")),
        );
        let some_volume = issues.iter().any(|issue| issue.pointer.starts_with("/offers/"));
        let consequence = |issue: &Issue| {
            REFERRED.iter().any(|(list, code)| issue.code == *code && lost.contains(list))
                // Added up from volumes of which some are fillers.
                || some_volume && issue.code == "certificate_overoffered"
        };
        // A repeated key leaves a value behind that can still be checked.
        let (repeated, read): (Vec<_>, Vec<_>) =
            issues.into_iter().partition(|issue| issue.code == "duplicate_key");
        match Market::build_after(parts, read) {
            Ok(market) if repeated.is_empty() => Ok(market.with_warnings(show)),
            Ok(market) => {
                let issues = repeated.into_iter().chain(market.warnings().iter().cloned());
                Err(Error::Faults(issues.filter_map(show).collect()))
            }
            Err(Error::Faults(found)) => {
                let issues = repeated.into_iter().chain(found).filter(|issue| !consequence(issue));
                Err(Error::Faults(issues.filter_map(show).collect()))
            }
            Err(other) => Err(other),
        }
    }
}

/// A `format` that is not the one expected is a fault.
pub(super) fn check_format(node: Node, format: &str, issues: &mut Vec<Issue>) {
    let at = At::ROOT;
    let at = at.field("format");
    let Some(found) = String::of(node, &at, issues) else { return };
    if found == format {
        return;
    }
    let (kind, _) = format.split_once('@').unwrap_or((format, ""));
    let help = match found.split_once('@') {
        Some((other, _)) if other == kind => {
            format!("Use a version of the program that reads it, or rewrite it as `{format}`.")
        }
        Some((other, _)) if other.starts_with("lienket/") => {
            format!("This is another kind of document; give one that begins with `{format}`.")
        }
        _ => format!("Write `{format}`."),
    };
    let message = format!("the format read here is `{format}`");
    issues.push(Issue::error("wrong_format", at.to_string(), message, help).found(found));
}
