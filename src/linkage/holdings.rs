//! What each offer is certified for: its cooperative's active certificates that cover the product and the
//! lot, followed along the acceptances in force.

use crate::id::{DemandIx, OfferIx, StandardIx};
use crate::market::standard::{Closure, Span};
use crate::market::{AcceptanceKind, Certificate, CertificateStatus, Market, covers};
use crate::policy::Policy;

/// One way in which an offer satisfies a standard.
#[derive(Clone, Debug)]
pub(crate) struct Holding {
    pub(crate) standard: StandardIx,
    /// Days on which the certificate and every link are in force.
    pub(crate) span: Span,
    /// Position among the cooperative's certificates.
    pub(crate) certificate: u32,
    /// Links of the acceptance chain, positions in the catalogue; empty for the standard itself.
    pub(crate) links: Vec<u32>,
}

/// Holdings of every offer under one set of admitted acceptances: rows of holdings and bit sets.
#[derive(Debug)]
struct Table {
    start: Vec<usize>,
    holdings: Vec<Holding>,
    /// One bit a standard and offer: satisfied on some day.
    bits: Vec<u64>,
    words: usize,
}

/// Holdings of every offer, for buyers who take market equivalents and for those who do not.
#[derive(Debug)]
pub(crate) struct Holdings {
    strict: Table,
    /// Absent where no buyer, or every buyer by the policy, takes market equivalents.
    open: Option<Table>,
    required: Vec<u64>,
    requires: Vec<Vec<StandardIx>>,
    prefers: Vec<Vec<StandardIx>>,
}

impl Table {
    fn build(market: &Market, admitted: impl Fn(AcceptanceKind) -> bool) -> Self {
        let catalogue = market.catalogue();
        let closure = Closure::build(catalogue.standards().len(), &catalogue.links(), admitted);
        let words = catalogue.standards().len().div_ceil(64).max(1);
        let mut table = Self {
            start: vec![0],
            holdings: Vec::new(),
            bits: vec![0; words * market.offers().len()],
            words,
        };
        for (o, offer) in market.offers().iter().enumerate() {
            let cooperative = market.cooperative(market.cooperative_of(OfferIx::at(o)));
            for (position, certificate) in (0..).zip(&cooperative.certificates) {
                let named = offer.certified.as_ref().is_none_or(|lot| lot.contains(&certificate.standard));
                if !named || !is_for(certificate, &offer.product) {
                    continue;
                }
                let held = catalogue.standard(&certificate.standard).expect("validated");
                let valid = Span::of(certificate.valid_from, certificate.valid_until);
                for chain in closure.of(held) {
                    let Some(span) = valid.and(chain.span) else { continue };
                    let (standard, links) = (chain.asked, chain.links.clone());
                    table.holdings.push(Holding { standard, span, certificate: position, links });
                    table.bits[o * words + standard.index() / 64] |= 1 << (standard.index() % 64);
                }
            }
            table.start.push(table.holdings.len());
        }
        table
    }

    fn row(&self, offer: OfferIx) -> &[Holding] {
        &self.holdings[self.start[offer.index()]..self.start[offer.index() + 1]]
    }
}

/// Whether a certificate is in force and for a product.
fn is_for(certificate: &Certificate, product: &str) -> bool {
    let products = &certificate.products;
    certificate.status == CertificateStatus::Active
        && (products.is_empty() || products.iter().any(|path| covers(path, product)))
}

impl Holdings {
    pub(crate) fn build(market: &Market, policy: &Policy) -> Self {
        let strict = Table::build(market, |kind| policy.accept.contains(&kind));
        let buyers_ask = market.demands().iter().any(|demand| demand.accepts_market_equivalents);
        let everywhere = policy.accept.contains(&AcceptanceKind::Market);
        let open = (buyers_ask && !everywhere).then(|| {
            Table::build(market, |kind| kind == AcceptanceKind::Market || policy.accept.contains(&kind))
        });
        let look_up = |ids: &[String]| -> Vec<StandardIx> {
            ids.iter().map(|id| market.catalogue().standard(id).expect("validated")).collect()
        };
        let requires: Vec<_> = market.demands().iter().map(|d| look_up(&d.requires)).collect();
        let prefers = market.demands().iter().map(|d| look_up(&d.prefers)).collect();
        let mut required = vec![0; strict.words * requires.len()];
        for (d, standards) in requires.iter().enumerate() {
            for standard in standards {
                required[d * strict.words + standard.index() / 64] |= 1 << (standard.index() % 64);
            }
        }
        Self { strict, open, required, requires, prefers }
    }

    fn table(&self, market_equivalents: bool) -> &Table {
        self.open.as_ref().filter(|_| market_equivalents).unwrap_or(&self.strict)
    }

    /// The holdings by which an offer satisfies a standard on all the days asked.
    pub(crate) fn serving(
        &self,
        offer: OfferIx,
        standard: StandardIx,
        days: Span,
        market_equivalents: bool,
    ) -> impl Iterator<Item = &Holding> {
        let row = self.table(market_equivalents).row(offer).iter();
        row.filter(move |holding| holding.standard == standard && holding.span.contains(days))
    }

    /// Every holding of an offer.
    pub(crate) fn of(&self, offer: OfferIx, market_equivalents: bool) -> &[Holding] {
        self.table(market_equivalents).row(offer)
    }

    /// Whether an offer satisfies all that a demand requires, on all the days asked.
    pub(crate) fn satisfies(
        &self,
        offer: OfferIx,
        demand: DemandIx,
        days: Span,
        market_equivalents: bool,
    ) -> bool {
        let table = self.table(market_equivalents);
        let words = table.words;
        let held = &table.bits[offer.index() * words..][..words];
        let asked = &self.required[demand.index() * words..][..words];
        asked.iter().zip(held).all(|(asked, held)| asked & !held == 0)
            && self
                .requires(demand)
                .iter()
                .all(|&standard| self.serving(offer, standard, days, market_equivalents).next().is_some())
    }

    /// What a demand requires.
    pub(crate) fn requires(&self, demand: DemandIx) -> &[StandardIx] {
        &self.requires[demand.index()]
    }

    /// What a demand prefers.
    pub(crate) fn prefers(&self, demand: DemandIx) -> &[StandardIx] {
        &self.prefers[demand.index()]
    }
}
