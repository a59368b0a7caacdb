//! Validation: every fault and every warning of a market, at once.
//!
//! Pointers are those of the document `lienket/market@1`, in the order of the input.

mod catalogue;
mod contracts;
mod parties;
mod trades;
mod warnings;

use std::collections::{HashMap, HashSet};

use crate::error::{Issue, did_you_mean};
use crate::market::catalogue::Catalogue;
use crate::market::product;
use crate::market::{MarketParts, Place};
use crate::units::Kg;

/// Largest volume of an offer, demand, certificate or contract, and largest minimum lot.
pub(super) const MAX_VOLUME: i64 = 1_000_000_000_000;
/// Most offers or demands.
const MAX_ENTRIES: usize = 10_000_000;
/// Total volumes stay below this, so that they are exact in every JSON reader.
const MAX_TOTAL: i128 = 1 << 53;

pub(super) fn issues(parts: &MarketParts, built_in: &Catalogue) -> Vec<Issue> {
    let mut check = Check::new(parts, built_in.clone());
    catalogue::check(&mut check, built_in);
    check.catalogue = built_in.with(&parts.catalogue);
    let (cooperatives, enterprises) = check.both(parties::cooperatives, parties::enterprises);
    let (offers, demands) = check
        .both(|check| trades::offers(check, &cooperatives), |check| trades::demands(check, &enterprises));
    let ids = Ids { cooperatives, enterprises, offers, demands };
    contracts::contracts(&mut check, &ids);
    contracts::pairs(&mut check, &ids);
    warnings::check(&mut check, &ids);
    check.issues
}

/// Position of every id in its list.
type Positions<'a> = HashMap<&'a str, usize>;

struct Ids<'a> {
    cooperatives: Positions<'a>,
    enterprises: Positions<'a>,
    offers: Positions<'a>,
    demands: Positions<'a>,
}

struct Check<'a> {
    parts: &'a MarketParts,
    catalogue: Catalogue,
    issues: Vec<Issue>,
    /// Product paths met so far, with what to do about those that the catalogue does not know: few in a long list.
    unknown_products: HashMap<&'a str, Option<String>>,
}

impl<'a> Check<'a> {
    fn new(parts: &'a MarketParts, catalogue: Catalogue) -> Self {
        Self { parts, issues: Vec::new(), catalogue, unknown_products: HashMap::new() }
    }
}

impl<'a> Check<'a> {
    /// Two checks at once; what the second finds comes after what the first does.
    fn both<A: Send, B: Send>(
        &mut self,
        first: impl FnOnce(&mut Self) -> A + Send,
        second: impl FnOnce(&mut Self) -> B + Send,
    ) -> (A, B) {
        let mut other = Check::new(self.parts, self.catalogue.clone());
        let both = rayon::join(|| first(self), || second(&mut other));
        self.issues.append(&mut other.issues);
        both
    }

    fn push(&mut self, issue: Issue) {
        self.issues.push(issue);
    }

    /// Checks the ids of a list and gives their positions; the first of equal ones counts.
    fn ids(&mut self, list: &str, ids: impl Iterator<Item = &'a str>) -> Positions<'a> {
        let mut positions = HashMap::with_capacity(ids.size_hint().0);
        for (i, id) in ids.enumerate() {
            let pointer = || format!("/{list}/{i}/id");
            self.text("id", id, pointer);
            if let Some(first) = positions.get(id) {
                let message = format!("the id stands at /{list}/{first} already");
                self.push(
                    Issue::error("duplicate_id", pointer(), message, "Give every entry an id of its own.")
                        .found(id),
                );
            } else {
                positions.insert(id, i);
            }
        }
        if positions.len() > MAX_ENTRIES {
            let message = format!("{} entries are more than the {MAX_ENTRIES} allowed", positions.len());
            self.push(Issue::error("too_many", format!("/{list}"), message, "Split the market."));
        }
        positions
    }

    /// A text that names something: not empty, at most 128 bytes, no control characters.
    fn text(&mut self, what: &str, value: &str, pointer: impl Fn() -> String) {
        let fault = if value.is_empty() {
            Some(("empty_text", format!("the {what} is empty")))
        } else if value.len() > 128 {
            Some(("text_too_long", format!("the {what} has {} bytes, more than 128", value.len())))
        } else if value.chars().any(char::is_control) {
            Some(("control_character", format!("the {what} has a control character")))
        } else {
            None
        };
        if let Some((code, message)) = fault {
            let help = "Write 1 to 128 bytes without control characters.";
            self.push(Issue::error(code, pointer(), message, help).found(value));
        }
    }

    /// A name for people: not empty, no control characters, of any length up to 1,024 bytes.
    fn name(&mut self, name: Option<&String>, pointer: impl Fn() -> String) {
        let Some(name) = name else { return };
        if name.is_empty() || name.len() > 1024 || name.chars().any(char::is_control) {
            let message = "a name is 1 to 1024 bytes without control characters";
            let help = "Correct the name, or leave it out: the id then stands for it.";
            self.push(Issue::error("bad_name", pointer(), message, help).found(name));
        }
    }

    /// A list of words: each a text, no repetitions.
    fn words(&mut self, words: &[String], pointer: impl Fn() -> String) {
        let mut seen = HashSet::new();
        for (i, word) in words.iter().enumerate() {
            self.text("word", word, || format!("{}/{i}", pointer()));
            if !seen.insert(word) {
                let help = "Once is enough; it counts once.";
                let at = format!("{}/{i}", pointer());
                self.push(
                    Issue::warning("repeated", at, "this stands in the list already", help).found(word),
                );
            }
        }
    }

    /// A list of standards: words of the catalogue.
    fn standards(&mut self, words: &[String], pointer: impl Fn() -> String) {
        self.words(words, &pointer);
        for (i, id) in words.iter().enumerate() {
            self.standard(id, || format!("{}/{i}", pointer()));
        }
    }

    fn standard(&mut self, id: &str, pointer: impl Fn() -> String) {
        if self.catalogue.standard(id).is_none() {
            let near = did_you_mean(id, self.catalogue.standards().iter().map(|s| s.id.as_str()));
            let help =
                or_else(near, "Use an id of the catalogue, or add the standard under /catalogue/standards.");
            let message = "the catalogue has no such standard";
            self.push(Issue::error("unknown_standard", pointer(), message, help).found(id));
        }
    }

    fn product(&mut self, path: &'a str, pointer: impl Fn() -> String) {
        if !product::is_path(path) {
            let message = "this is not a product path";
            let help = "Write segments of a–z, 0–9, - and _ separated by single slashes, such as fruit/dragon-fruit.";
            self.push(Issue::error("bad_product_path", pointer(), message, help).found(path));
            return;
        }
        let catalogue = &self.catalogue;
        let help = self.unknown_products.entry(path).or_insert_with(|| {
            (!catalogue.knows_product(path)).then(|| {
                let near = did_you_mean(path, catalogue.products().iter().map(|p| p.id.as_str()));
                or_else(near, "It is matched all the same; add it under /catalogue/products to name it.")
            })
        });
        if let Some(help) = help {
            let message = "the catalogue has no such product";
            let issue = Issue::warning("unknown_product", pointer(), message, help.as_str()).found(path);
            self.push(issue);
        }
    }

    fn place(&mut self, place: &Place, pointer: impl Fn() -> String) {
        match place {
            Place::Id(id) if self.catalogue.place(id).is_none() => {
                let help = or_else(
                    self.place_hint(id),
                    "Use an id of the catalogue (vn/… or vn63/…), coordinates, or add it under /catalogue/places.",
                );
                let message = "the catalogue has no such place";
                self.push(Issue::error("unknown_place", pointer(), message, help).found(id));
            }
            Place::Id(_) => {}
            Place::Point { lat, lon } => self.coordinates(*lat, *lon, pointer),
        }
    }

    fn coordinates(&mut self, lat: f64, lon: f64, pointer: impl Fn() -> String) {
        for (name, value, limit) in [("lat", lat, 90.0), ("lon", lon, 180.0)] {
            if !(-limit..=limit).contains(&value) {
                let message = format!("`{name}` must be from −{limit} to {limit} degrees");
                let help = "Check that latitude and longitude are not exchanged.";
                let at = format!("{}/{name}", pointer());
                self.push(Issue::error("out_of_range", at, message, help).found(value));
            }
        }
    }

    fn place_hint(&self, id: &str) -> String {
        use crate::market::place::PlaceMatch;
        let name = id.rsplit('/').next().unwrap_or(id);
        match self.catalogue.find_place(name, None) {
            PlaceMatch::Ambiguous(places) => {
                let ids: Vec<String> = places.iter().map(|p| format!("`{}`", p.id)).collect();
                let dates = "vn/ names the units since 1 July 2025, vn63/ those before";
                format!("Did you mean {}? ({dates})", ids.join(" or "))
            }
            PlaceMatch::One(place) | PlaceMatch::Unknown(Some(place)) => {
                format!("Did you mean `{}`?", place.id)
            }
            PlaceMatch::Unknown(None) => String::new(),
        }
    }

    /// A mass from `least` to 10^12 kg.
    fn mass(&mut self, value: Kg, least: i64, pointer: impl Fn() -> String) {
        if !(least..=MAX_VOLUME).contains(&value.0) {
            let message = format!("a mass here is from {least} to 10^12 kg");
            self.push(
                Issue::error("out_of_range", pointer(), message, "Write whole kilograms.").found(value.0),
            );
        }
    }

    fn at_least(&mut self, value: i128, least: i128, what: &str, pointer: impl Fn() -> String) {
        if value < least {
            let message = format!("{what} must be at least {least}");
            self.push(
                Issue::error("out_of_range", pointer(), message, "Correct it or leave it out.").found(value),
            );
        }
    }

    fn fraction(&mut self, value: f64, what: &str, pointer: impl Fn() -> String) {
        if !(0.0..=1.0).contains(&value) {
            let message = format!("{what} must be from 0 to 1");
            let help = "Write a fraction, such as 0.8 for 80 %.";
            self.push(Issue::error("out_of_range", pointer(), message, help).found(value));
        }
    }

    fn window(&mut self, window: Option<crate::units::Window>, pointer: impl Fn() -> String) {
        if let Some(window) = window.filter(|w| w.from > w.to) {
            let message = format!("the window ends on {} before it begins on {}", window.to, window.from);
            self.push(
                Issue::error("window_reversed", pointer(), message, "Exchange the two days.").found(window),
            );
        }
    }

    /// A reference to an entry of another list.
    fn reference(
        &mut self,
        kind: &str,
        id: &str,
        known: &Positions,
        pointer: impl Fn() -> String,
    ) -> Option<usize> {
        let found = known.get(id).copied();
        if found.is_none() {
            // Linear in the list: only for the first thousand faults.
            let near = (self.issues.len() < 1000).then(|| {
                let mut ids: Vec<&str> = known.keys().copied().collect();
                ids.sort_unstable();
                did_you_mean(id, ids)
            });
            let help = or_else(near.unwrap_or_default(), &format!("Add the {kind} or correct the id."));
            let message = format!("there is no {kind} with this id");
            let code = match kind {
                "cooperative" => "unknown_cooperative",
                "enterprise" => "unknown_enterprise",
                "offer" => "unknown_offer",
                _ => "unknown_demand",
            };
            self.push(Issue::error(code, pointer(), message, help).found(id));
        }
        found
    }

    fn total(&mut self, list: &str, volumes: impl Iterator<Item = Kg>) {
        let total: i128 = volumes.map(|v| i128::from(v.0.max(0))).sum();
        if total >= MAX_TOTAL {
            let message = format!("the volumes add up to {total} kg, not below 2^53");
            let help = "Volumes this large are not exact in JSON; split the market or check the units.";
            self.push(Issue::error("total_too_large", format!("/{list}"), message, help));
        }
    }
}

fn or_else(hint: String, otherwise: &str) -> String {
    if hint.is_empty() { otherwise.to_owned() } else { hint }
}
