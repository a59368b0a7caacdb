//! What each offer is certified for: its cooperative's active certificates that cover the product and the
//! lot, followed along the acceptances in force.

use crate::id::{DemandIx, OfferIx, StandardIx};
use crate::market::standard::{Closure, Span};
use crate::market::{AcceptanceKind, Certificate, CertificateStatus, Demand, Market, covers};
use crate::policy::Policy;

/// One way in which an offer satisfies a standard.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holding<'a> {
    pub(crate) standard: StandardIx,
    /// Days on which the certificate and every link are in force.
    pub(crate) span: Span,
    /// Position among the cooperative's certificates.
    pub(crate) certificate: u32,
    /// Links of the acceptance chain, positions in the catalogue; empty for the standard itself.
    pub(crate) links: &'a [u32],
}

/// A certificate that covers an offer's product and lot.
#[derive(Clone, Copy, Debug)]
struct Covering {
    /// Position among the cooperative's certificates.
    certificate: u32,
    standard: StandardIx,
    valid: Span,
}

/// Certificates of every offer and standards of every demand, as rows.
#[derive(Debug)]
pub(crate) struct Holdings {
    covering: Rows<Covering>,
    requires: Rows<StandardIx>,
    prefers: Rows<StandardIx>,
    /// Whether any certificate is limited to a volume.
    pub(crate) capped: bool,
    strict: Closure,
    /// For buyers who take market equivalents. Absent where no buyer, or every buyer by the policy, does.
    open: Option<Closure>,
}

/// Lists of lists in one.
#[derive(Debug)]
struct Rows<T> {
    start: Vec<usize>,
    entries: Vec<T>,
}

impl<T> Rows<T> {
    fn of<I: IntoIterator<Item = T>>(rows: impl ExactSizeIterator<Item = I>) -> Self {
        let mut all = Self { start: Vec::with_capacity(rows.len() + 1), entries: Vec::new() };
        all.start.push(0);
        for row in rows {
            all.entries.extend(row);
            all.start.push(all.entries.len());
        }
        all
    }

    fn row(&self, at: usize) -> &[T] {
        &self.entries[self.start[at]..self.start[at + 1]]
    }
}

/// Whether a certificate is in force and for a product.
fn is_for(certificate: &Certificate, product: &str) -> bool {
    let products = &certificate.products;
    certificate.status == CertificateStatus::Active
        && (products.is_empty() || products.iter().any(|path| covers(path, product)))
}

impl Holdings {
    /// O(certificates of offers + standards of demands), and the closure of the acceptances.
    pub(crate) fn build(market: &Market, policy: &Policy) -> Self {
        let catalogue = market.catalogue();
        let standard = |id: &String| catalogue.standard(id).expect("validated");
        let held = |certificate: &Certificate| {
            let valid = Span::of(certificate.valid_from, certificate.valid_until);
            (standard(&certificate.standard), valid)
        };
        let held = Rows::of(market.cooperatives().iter().map(|c| c.certificates.iter().map(held)));
        let held = &held;
        let mut certificates = market.cooperatives().iter().flat_map(|cooperative| &cooperative.certificates);
        let capped = certificates.any(|certificate| certificate.volume.is_some());
        let covering = |o: usize| {
            let offer = &market.offers()[o];
            let cooperative = market.cooperative_of(OfferIx::at(o));
            let certificates = (0..).zip(&market.cooperative(cooperative).certificates);
            let certificates =
                certificates.zip(held.row(cooperative.index())).filter(move |((_, held), _)| {
                    let named = offer.certified.as_ref().is_none_or(|lot| lot.contains(&held.standard));
                    named && is_for(held, &offer.product)
                });
            certificates.map(|((certificate, _), &(standard, valid))| Covering {
                certificate,
                standard,
                valid,
            })
        };
        let standards = |list: fn(&Demand) -> &[String]| {
            Rows::of(market.demands().iter().map(|demand| list(demand).iter().map(standard)))
        };
        let (covering, (requires, prefers)) = rayon::join(
            || Rows::of((0..market.offers().len()).map(covering)),
            || (standards(|demand| &demand.requires), standards(|demand| &demand.prefers)),
        );
        let closure = |admitted: &dyn Fn(AcceptanceKind) -> bool| {
            Closure::build(catalogue.standards().len(), &catalogue.links(), admitted)
        };
        let buyers_ask = market.demands().iter().any(|demand| demand.accepts_market_equivalents);
        let everywhere = policy.accept.contains(&AcceptanceKind::Market);
        let market_too = |kind| kind == AcceptanceKind::Market || policy.accept.contains(&kind);
        Self {
            covering,
            requires,
            prefers,
            capped,
            strict: closure(&|kind| policy.accept.contains(&kind)),
            open: (buyers_ask && !everywhere).then(|| closure(&market_too)),
        }
    }

    /// Every holding of an offer.
    pub(crate) fn of(&self, offer: OfferIx, market_equivalents: bool) -> impl Iterator<Item = Holding<'_>> {
        let closure = self.open.as_ref().filter(|_| market_equivalents).unwrap_or(&self.strict);
        self.covering.row(offer.index()).iter().flat_map(move |covering| {
            let chains = closure.of(covering.standard).iter();
            chains.filter_map(move |chain| {
                let span = covering.valid.and(chain.span)?;
                let certificate = covering.certificate;
                Some(Holding { standard: chain.asked, span, certificate, links: &chain.links })
            })
        })
    }

    /// The holdings by which an offer satisfies a standard on all the days asked.
    pub(crate) fn serving(
        &self,
        offer: OfferIx,
        standard: StandardIx,
        days: Span,
        market_equivalents: bool,
    ) -> impl Iterator<Item = Holding<'_>> {
        let all = self.of(offer, market_equivalents);
        all.filter(move |holding| holding.standard == standard && holding.span.contains(days))
    }

    /// Whether an offer satisfies all that a demand requires, on all the days asked.
    pub(crate) fn satisfies(
        &self,
        offer: OfferIx,
        demand: DemandIx,
        days: Span,
        market_equivalents: bool,
    ) -> bool {
        let serves = |standard| self.serving(offer, standard, days, market_equivalents).next().is_some();
        self.requires(demand).iter().all(|&standard| serves(standard))
    }

    /// How many of the standards that a demand prefers an offer satisfies on all the days asked.
    pub(crate) fn preferred_held(
        &self,
        offer: OfferIx,
        demand: DemandIx,
        days: Span,
        market_equivalents: bool,
    ) -> usize {
        let serves = |standard| self.serving(offer, standard, days, market_equivalents).next().is_some();
        self.prefers(demand).iter().filter(|&&standard| serves(standard)).count()
    }

    /// What a demand requires.
    pub(crate) fn requires(&self, demand: DemandIx) -> &[StandardIx] {
        self.requires.row(demand.index())
    }

    /// What a demand prefers.
    pub(crate) fn prefers(&self, demand: DemandIx) -> &[StandardIx] {
        self.prefers.row(demand.index())
    }
}
