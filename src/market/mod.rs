//! The market: cooperatives with offers, enterprises with demands, and what stands between them.
//!
//! [`MarketParts`] is plain data in any order, as a document has it. [`Market::build`] checks all of it,
//! reports every fault at once, and gives an immutable, cheaply cloned [`Market`] whose lists are sorted
//! by id, so that the order of the input can never matter afterwards.

mod canonical;
mod catalogue;
mod cooperative;
mod demand;
mod enterprise;
mod names;
pub(crate) mod numbers;
mod offer;
mod place;
mod product;
mod relation;
pub(crate) mod standard;
mod validate;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::Serialize;

pub use catalogue::{Catalogue, CatalogueAdditions, PlaceEntry, ProductEntry, StandardEntry};
pub use cooperative::{Certificate, CertificateStatus, Cooperative, CooperativeKind};
pub use demand::{Demand, Substitute};
pub use enterprise::Enterprise;
pub use names::fold_name;
#[cfg(feature = "csv")]
pub(crate) use names::without_legal_form;
pub use offer::Offer;
pub use place::{Place, PlaceMatch};
pub use product::covers;
pub use relation::{Barred, Contract, Exclusion, Relation};
pub use standard::{Acceptance, AcceptanceKind};

use numbers::Numbers;

use crate::error::{Error, Issue, Severity, did_you_mean};
use crate::id::{CooperativeIx, DemandIx, EnterpriseIx, OfferIx};
use crate::units::{Date, Kg};

/// A market as plain data, in any order.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MarketParts {
    /// The day the round looks from: warnings, and certificates where no window is given.
    pub as_of: Date,
    /// Suppliers.
    pub cooperatives: Vec<Cooperative>,
    /// Buyers.
    pub enterprises: Vec<Enterprise>,
    /// What suppliers have.
    pub offers: Vec<Offer>,
    /// What buyers want.
    pub demands: Vec<Demand>,
    /// Volumes already signed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contracts: Vec<Contract>,
    /// Parties who must not be linked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exclusions: Vec<Exclusion>,
    /// Offers and demands between which nothing new is linked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub barred: Vec<Barred>,
    /// Parties' experience of each other.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub relations: Vec<Relation>,
    /// Products, standards, acceptances and places beside the built-in ones.
    #[serde(skip_serializing_if = "CatalogueAdditions::is_empty")]
    pub catalogue: CatalogueAdditions,
}

impl MarketParts {
    /// An empty market on a day.
    #[must_use]
    pub fn new(as_of: Date) -> Self {
        Self {
            as_of,
            cooperatives: Vec::new(),
            enterprises: Vec::new(),
            offers: Vec::new(),
            demands: Vec::new(),
            contracts: Vec::new(),
            exclusions: Vec::new(),
            barred: Vec::new(),
            relations: Vec::new(),
            catalogue: CatalogueAdditions::default(),
        }
    }
}

/// A validated market. Immutable; cloning copies a pointer.
///
/// ```
/// use lienket::{Cooperative, Date, Demand, Enterprise, Kg, Market, MarketParts, Offer, Place};
/// let mut parts = MarketParts::new("2025-11-28".parse()?);
/// parts.cooperatives.push(Cooperative::new("htx", Place::id("vn/thai-nguyen")));
/// parts.enterprises.push(Enterprise::new("shop", Place::point(21.0285, 105.8542)));
/// parts.offers.push(Offer::new("o", "htx", "tea/green", Kg(500)));
/// parts.demands.push(Demand::new("d", "shop", "tea", Kg(300)));
/// let market = Market::build(parts)?;
/// assert_eq!(market.offers().len(), 1);
/// assert!(market.warnings().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Market(Arc<Inner>);

/// Coordinates in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) lat: f64,
    pub(crate) lon: f64,
}

/// A contract with its ends looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Signed {
    pub(crate) offer: OfferIx,
    pub(crate) demand: DemandIx,
    pub(crate) volume: Kg,
}

#[derive(Debug)]
struct Inner {
    catalogue: Catalogue,
    warnings: Vec<Issue>,
    offer_cooperative: Vec<CooperativeIx>,
    demand_enterprise: Vec<EnterpriseIx>,
    numbers: Numbers,
    contracts: Vec<Signed>,
    contract_pointer: Vec<String>,
    exclusions: Vec<(CooperativeIx, EnterpriseIx)>,
    /// Barred pairs without a contract, and with one; each sorted.
    closed: Vec<(OfferIx, DemandIx)>,
    settled: Vec<(OfferIx, DemandIx)>,
    relations: Vec<(CooperativeIx, EnterpriseIx, f64)>,
    parts: MarketParts,
}

fn position<T>(list: &[T], id: &str, id_of: impl Fn(&T) -> &str) -> Option<usize> {
    list.binary_search_by(|entry| id_of(entry).cmp(id)).ok()
}

/// Where every id stands in its list.
fn positions<T>(list: &[T], id_of: impl Fn(&T) -> &String) -> HashMap<&str, usize> {
    list.iter().enumerate().map(|(i, entry)| (id_of(entry).as_str(), i)).collect()
}

const VALIDATED: &str = "validation refuses dangling references";

impl Market {
    /// Checks the parts and builds the market. O(n log n) in the number of entries.
    ///
    /// # Errors
    /// [`Error::Faults`] with every fault (and every warning) of the parts, pointing into them as the
    /// document `lienket/market@1` would be: `/offers/3/volume_kg`.
    pub fn build(parts: MarketParts) -> Result<Self, Error> {
        Self::build_after(parts, Vec::new())
    }

    /// As [`Market::build`], with faults found while reading the parts. What validation says of a place
    /// already faulted is left out: the value there is only a filler.
    pub(crate) fn build_after(parts: MarketParts, read: Vec<Issue>) -> Result<Self, Error> {
        let catalogue = Catalogue::built_in();
        let mut issues = validate::issues(&parts, &catalogue);
        if !read.is_empty() {
            let faulted: HashSet<&str> = read.iter().map(|issue| issue.pointer.as_str()).collect();
            let shadowed = |pointer: &str| {
                let mut ends = pointer.match_indices('/').map(|(at, _)| at).chain([pointer.len()]);
                ends.any(|end| faulted.contains(&pointer[..end]))
            };
            issues.retain(|issue| !shadowed(&issue.pointer));
            issues.splice(0..0, read);
        }
        if issues.iter().any(|issue| issue.severity == Severity::Error) {
            return Err(Error::Faults(issues));
        }
        let mut written: Vec<usize> = (0..parts.contracts.len()).collect();
        written.sort_by_key(|&i| &parts.contracts[i]);
        let written = written.into_iter().map(|i| format!("/contracts/{i}/volume_kg")).collect();
        Ok(Self::index(canonical::canonical(parts), written, &catalogue, issues))
    }

    /// The market with its warnings, and faults found later, pointing where the reader of another kind of
    /// document will look.
    #[cfg(feature = "json")]
    pub(crate) fn with_warnings(mut self, show: impl Fn(Issue) -> Option<Issue>) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            for pointer in &mut inner.contract_pointer {
                if let Some(shown) = show(Issue::error("", pointer.clone(), "", "")) {
                    *pointer = shown.pointer;
                }
            }
            inner.warnings = std::mem::take(&mut inner.warnings).into_iter().filter_map(show).collect();
        }
        self
    }

    fn index(
        parts: MarketParts,
        contract_pointer: Vec<String>,
        built_in: &Catalogue,
        warnings: Vec<Issue>,
    ) -> Self {
        let catalogue = built_in.with(&parts.catalogue);
        let cooperatives = positions(&parts.cooperatives, |c| &c.id);
        let enterprises = positions(&parts.enterprises, |e| &e.id);
        let cooperative = |id: &str| CooperativeIx::at(*cooperatives.get(id).expect(VALIDATED));
        let enterprise = |id: &str| EnterpriseIx::at(*enterprises.get(id).expect(VALIDATED));
        let point = |place: &Place| match place {
            Place::Point { lat, lon } => Point { lat: *lat, lon: *lon },
            Place::Id(id) => {
                let entry = catalogue.place(id).expect(VALIDATED);
                Point { lat: entry.lat, lon: entry.lon }
            }
        };
        let offer_cooperative: Vec<_> = parts.offers.iter().map(|o| cooperative(&o.cooperative)).collect();
        let demand_enterprise: Vec<_> = parts.demands.iter().map(|d| enterprise(&d.enterprise)).collect();
        // Most trade from home: a party's place is looked up once.
        let home: Vec<Point> = parts.cooperatives.iter().map(|c| point(&c.place)).collect();
        let offer_point = parts.offers.iter().zip(&offer_cooperative);
        let offer_point = offer_point.map(|(o, c)| o.place.as_ref().map_or(home[c.index()], point)).collect();
        let home: Vec<Point> = parts.enterprises.iter().map(|e| point(&e.place)).collect();
        let demand_point = parts.demands.iter().zip(&demand_enterprise);
        let demand_point =
            demand_point.map(|(d, e)| d.place.as_ref().map_or(home[e.index()], point)).collect();
        let numbers = Numbers::of(&parts, &catalogue, &offer_cooperative, &[offer_point, demand_point]);
        let pair = |offer: &str, demand: &str| {
            let offer = OfferIx::at(position(&parts.offers, offer, |o| &o.id).expect(VALIDATED));
            (offer, DemandIx::at(position(&parts.demands, demand, |d| &d.id).expect(VALIDATED)))
        };
        let contracts = parts.contracts.iter().map(|contract| {
            let (offer, demand) = pair(&contract.offer, &contract.demand);
            Signed { offer, demand, volume: contract.volume }
        });
        let contracts: Vec<Signed> = contracts.collect();
        let (settled, closed) =
            parts.barred.iter().map(|barred| pair(&barred.offer, &barred.demand)).partition(|pair| {
                contracts.binary_search_by_key(pair, |signed| (signed.offer, signed.demand)).is_ok()
            });
        let exclusions = parts
            .exclusions
            .iter()
            .map(|x| (cooperative(&x.cooperative), enterprise(&x.enterprise)))
            .collect();
        let relations = parts.relations.iter();
        let relations = relations
            .map(|r| (cooperative(&r.cooperative), enterprise(&r.enterprise), r.reliability))
            .collect();
        Self(Arc::new(Inner {
            catalogue: catalogue.clone(),
            warnings,
            offer_cooperative,
            demand_enterprise,
            numbers,
            contracts,
            contract_pointer,
            exclusions,
            closed,
            settled,
            relations,
            parts,
        }))
    }

    /// The market as plain data in its canonical form: lists and nested lists sorted, defaults left out.
    #[must_use]
    pub fn parts(&self) -> &MarketParts {
        &self.0.parts
    }

    /// The day the round looks from.
    #[must_use]
    pub fn as_of(&self) -> Date {
        self.0.parts.as_of
    }

    /// What somebody should look at: expired certificates, unknown products, names that look alike …
    #[must_use]
    pub fn warnings(&self) -> &[Issue] {
        &self.0.warnings
    }

    /// The built-in catalogue with the market's additions.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.0.catalogue
    }

    /// Cooperatives, sorted by id.
    #[must_use]
    pub fn cooperatives(&self) -> &[Cooperative] {
        &self.0.parts.cooperatives
    }

    /// Enterprises, sorted by id.
    #[must_use]
    pub fn enterprises(&self) -> &[Enterprise] {
        &self.0.parts.enterprises
    }

    /// Offers, sorted by id.
    #[must_use]
    pub fn offers(&self) -> &[Offer] {
        &self.0.parts.offers
    }

    /// Demands, sorted by id.
    #[must_use]
    pub fn demands(&self) -> &[Demand] {
        &self.0.parts.demands
    }

    pub(crate) fn position_of_offer(&self, id: &str) -> Option<usize> {
        position(self.offers(), id, |o| &o.id)
    }

    pub(crate) fn position_of_demand(&self, id: &str) -> Option<usize> {
        position(self.demands(), id, |d| &d.id)
    }

    pub(crate) fn position_of_cooperative(&self, id: &str) -> Option<usize> {
        position(self.cooperatives(), id, |c| &c.id)
    }

    pub(crate) fn position_of_enterprise(&self, id: &str) -> Option<usize> {
        position(self.enterprises(), id, |e| &e.id)
    }

    /// The offer with an id.
    ///
    /// # Errors
    /// [`Error::UnknownId`], with a near id where there is one.
    pub fn find_offer(&self, id: &str) -> Result<OfferIx, Error> {
        let ids = self.offers().iter().map(|o| o.id.as_str());
        self.position_of_offer(id).map(OfferIx::at).ok_or_else(|| unknown("offer", id, ids))
    }

    /// The demand with an id.
    ///
    /// # Errors
    /// [`Error::UnknownId`], with a near id where there is one.
    pub fn find_demand(&self, id: &str) -> Result<DemandIx, Error> {
        let ids = self.demands().iter().map(|d| d.id.as_str());
        self.position_of_demand(id).map(DemandIx::at).ok_or_else(|| unknown("demand", id, ids))
    }

    /// An offer of this market.
    #[must_use]
    pub fn offer(&self, offer: OfferIx) -> &Offer {
        &self.offers()[offer.index()]
    }

    /// A demand of this market.
    #[must_use]
    pub fn demand(&self, demand: DemandIx) -> &Demand {
        &self.demands()[demand.index()]
    }

    /// A cooperative of this market.
    #[must_use]
    pub fn cooperative(&self, cooperative: CooperativeIx) -> &Cooperative {
        &self.cooperatives()[cooperative.index()]
    }

    /// An enterprise of this market.
    #[must_use]
    pub fn enterprise(&self, enterprise: EnterpriseIx) -> &Enterprise {
        &self.enterprises()[enterprise.index()]
    }

    /// Whose offer it is.
    #[must_use]
    pub fn cooperative_of(&self, offer: OfferIx) -> CooperativeIx {
        self.0.offer_cooperative[offer.index()]
    }

    /// Whose demand it is.
    #[must_use]
    pub fn enterprise_of(&self, demand: DemandIx) -> EnterpriseIx {
        self.0.demand_enterprise[demand.index()]
    }

    /// Places, products, standards and services as numbers.
    pub(crate) fn numbers(&self) -> &Numbers {
        &self.0.numbers
    }

    /// Contracts, sorted by (offer, demand).
    pub(crate) fn signed(&self) -> &[Signed] {
        &self.0.contracts
    }

    /// Where a contract's volume stood in the input.
    pub(crate) fn contract_pointer(&self, contract: usize) -> &str {
        &self.0.contract_pointer[contract]
    }

    /// Parties who must not be linked, sorted.
    pub(crate) fn exclusions(&self) -> &[(CooperativeIx, EnterpriseIx)] {
        &self.0.exclusions
    }

    /// Parties who know each other and how reliable they are, sorted.
    pub(crate) fn relations(&self) -> &[(CooperativeIx, EnterpriseIx, f64)] {
        &self.0.relations
    }

    /// Pairs that must not be linked though their parties may, sorted: barred, and without a contract.
    pub(crate) fn closed(&self) -> &[(OfferIx, DemandIx)] {
        &self.0.closed
    }

    /// Pairs that have their contract and get no more, sorted: barred, and with a contract.
    pub(crate) fn settled(&self) -> &[(OfferIx, DemandIx)] {
        &self.0.settled
    }

    pub(crate) fn is_settled(&self, offer: OfferIx, demand: DemandIx) -> bool {
        self.0.settled.binary_search(&(offer, demand)).is_ok()
    }

    /// Whether an exclusion names the two parties, or the pair is barred.
    pub(crate) fn is_excluded(&self, offer: OfferIx, demand: DemandIx) -> bool {
        let parties = (self.cooperative_of(offer), self.enterprise_of(demand));
        self.0.exclusions.binary_search(&parties).is_ok()
            || self.0.closed.binary_search(&(offer, demand)).is_ok()
    }
}

fn unknown<'a>(kind: &'static str, id: &str, ids: impl Iterator<Item = &'a str>) -> Error {
    let hint = did_you_mean(id, ids);
    let hint = if hint.is_empty() { hint } else { format!(". {hint}") };
    Error::UnknownId { kind, id: id.to_owned(), hint }
}
