//! What each offer is certified for: its cooperative's active certificates that cover the product and the
//! lot, followed along the acceptances in force.

use crate::id::{DemandIx, OfferIx, StandardIx};
use crate::market::standard::{Closure, Span};
use crate::market::{AcceptanceKind, Market};
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

/// The holdings of every offer, followed along the acceptances that a policy admits.
#[derive(Debug)]
pub(crate) struct Holdings {
    market: Market,
    strict: Closure,
    /// For buyers who take market equivalents. Absent where no buyer, or every buyer by the policy, does.
    open: Option<Closure>,
}

impl Holdings {
    /// The closure of the acceptances.
    pub(crate) fn build(market: &Market, policy: &Policy) -> Self {
        let catalogue = market.catalogue();
        let closure = |admitted: &dyn Fn(AcceptanceKind) -> bool| {
            Closure::build(catalogue.standards().len(), &catalogue.links(), admitted)
        };
        let buyers_ask = market.demands().iter().any(|demand| demand.accepts_market_equivalents);
        let everywhere = policy.accept.contains(&AcceptanceKind::Market);
        let market_too = |kind| kind == AcceptanceKind::Market || policy.accept.contains(&kind);
        Self {
            market: market.clone(),
            strict: closure(&|kind| policy.accept.contains(&kind)),
            open: (buyers_ask && !everywhere).then(|| closure(&market_too)),
        }
    }

    /// Every holding of an offer.
    pub(crate) fn of(&self, offer: OfferIx, market_equivalents: bool) -> impl Iterator<Item = Holding<'_>> {
        let closure = self.open.as_ref().filter(|_| market_equivalents).unwrap_or(&self.strict);
        self.market.numbers().covering.row(offer.index()).iter().flat_map(move |covering| {
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
        self.market.numbers().requires.row(demand.index())
    }

    /// What a demand prefers.
    pub(crate) fn prefers(&self, demand: DemandIx) -> &[StandardIx] {
        self.market.numbers().prefers.row(demand.index())
    }
}
