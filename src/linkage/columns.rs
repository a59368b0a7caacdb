//! What rules and criteria read of offers and demands, as plain numbers in a row, taken once a linkage: no text
//! and no list is touched while pairs are judged.
//!
//! Standards are bits of a word, of all that any demand asks for, by rank. Up to 64 of them the word says all there
//! is to say. Beyond that several share a bit: then what the bits deny is denied, and what they allow must be looked
//! up in the lists.

use crate::id::{CooperativeIx, DemandIx, EnterpriseIx, OfferIx, StandardIx};
use crate::linkage::distance::Ground;
use crate::linkage::holdings::Holdings;
use crate::market::standard::Span;
use crate::market::{Demand, Market, Offer, Relation};
use crate::policy::Policy;
use crate::units::{Km, VndPerKg, Window};
use rayon::prelude::*;

/// The numbers of an offer.
#[derive(Clone, Debug)]
pub(crate) struct Offered {
    /// First and last day, by number; all days where there is no window.
    pub(crate) days_open: Span,
    /// Days of the window; 1 where there is none.
    pub(crate) days: f64,
    /// Whether a price is asked.
    pub(crate) priced: bool,
    /// The price asked; below every bid where there is none.
    pub(crate) ask: i64,
    /// The same for the criterion.
    pub(crate) asking: f64,
    /// In kg; below 2^53, so exact.
    pub(crate) volume: f64,
    /// In kg; infinite where it is above the offer's own volume.
    pub(crate) lot: f64,
    /// Standards satisfied on some day: for buyers who do not take market equivalents, and for those who do.
    pub(crate) held: [u64; 2],
    /// Standards satisfied on all the days on which a pair of this offer can ever ask for them.
    pub(crate) sure: [u64; 2],
    /// Services sought.
    pub(crate) seeks: u64,
    pub(crate) cooperative: CooperativeIx,
    /// Whether the cooperative is excluded from anybody or the offer barred from a demand, and whether it knows anybody.
    pub(crate) excluded: bool,
    pub(crate) related: bool,
}

/// The numbers of a demand that every pair needs: one cache line.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub(crate) struct Asked {
    /// First and last day, by number; all days where there is no window.
    pub(crate) days_open: Span,
    /// The highest ask that the bid and the tolerance allow; above every ask where there is no bid.
    pub(crate) most_ask: i64,
    /// In kg; below 2^53, so exact.
    pub(crate) volume: f64,
    /// In kg; infinite where it is above the demand's own volume.
    pub(crate) lot: f64,
    /// Standards required, and preferred.
    pub(crate) requires: u64,
    pub(crate) prefers: u64,
    /// The bid for the criterion.
    pub(crate) bid: f64,
    /// Days of the window; 1 where there is none.
    pub(crate) days: u32,
    /// Whether there is a bid.
    pub(crate) priced: bool,
    /// Whether market equivalents are taken.
    pub(crate) open: bool,
    /// Whether other products are taken instead.
    pub(crate) substitutes: bool,
}

/// Every offer and every demand.
#[derive(Debug)]
pub(crate) struct Columns {
    pub(crate) offered: Vec<Offered>,
    pub(crate) asked: Vec<Asked>,
    /// The smaller of each demand's and the policy's distance limit, in metres with `road_factor`; infinite where
    /// there is none.
    pub(crate) limits: Vec<f64>,
    pub(crate) ground: Ground,
    /// Whether a bit of a standard stands for one standard only.
    pub(crate) exact_standards: bool,
    /// Whether all prices are below 2^53, as `f64` holds them exactly.
    pub(crate) exact_prices: bool,
    /// First exclusion of every cooperative in the market's list, and first relation.
    excluded: Vec<u32>,
    /// First closed pair of every offer in the market's list.
    closed: Vec<u32>,
    related: Vec<u32>,
}

impl Columns {
    /// O(offers + demands + certificates + exclusions + relations).
    pub(crate) fn build(market: &Market, policy: &Policy, holdings: &Holdings, ground: Ground) -> Self {
        let (standards, ever) = rayon::join(|| Standards::of(market, holdings), || ever_asked(market));
        let cooperatives = market.cooperatives().len();
        let excluded = starts(cooperatives, market.exclusions().iter().map(|(c, _)| c.index()));
        let closed = starts(market.offers().len(), market.closed().iter().map(|(o, _)| o.index()));
        let related = starts(cooperatives, market.relations().iter().map(|(c, ..)| c.index()));
        let offer = |(o, offer): (usize, &Offer)| {
            let ix = OfferIx::at(o);
            let (mut held, mut sure) = ([0; 2], [0; 2]);
            let span = offer.available.map_or(ever, Span::from);
            for (open, (held, sure)) in held.iter_mut().zip(&mut sure).enumerate() {
                for holding in holdings.of(ix, open == 1) {
                    let bit = standards.bit(holding.standard);
                    *held |= bit;
                    *sure |= if holding.span.contains(span) { bit } else { 0 };
                }
            }
            let cooperative = market.cooperative_of(ix);
            Offered {
                held,
                sure,
                seeks: market.numbers().seeks[o],
                cooperative,
                excluded: !row(&excluded, cooperative.index()).is_empty() || !row(&closed, o).is_empty(),
                related: !row(&related, cooperative.index()).is_empty(),
                ..offered(offer)
            }
        };
        let demand = |(d, demand): (usize, &Demand)| {
            let ix = DemandIx::at(d);
            let bits = |list: &[StandardIx]| list.iter().fold(0, |bits, &s| bits | standards.bit(s));
            Asked {
                requires: bits(holdings.requires(ix)),
                prefers: bits(holdings.prefers(ix)),
                ..asked(demand, policy.price_tolerance_percent)
            }
        };
        let limit = |demand: &Demand| {
            let limits = [demand.max_distance, policy.max_distance];
            limits.into_iter().flatten().map(Km::to_metres).fold(f64::INFINITY, f64::min)
        };
        let demands = || market.demands().par_iter().with_min_len(256);
        let offered = market.offers().par_iter().with_min_len(256).enumerate().map(offer).collect();
        let asked: Vec<Asked> = demands().enumerate().map(demand).collect();
        let exact = |price: Option<VndPerKg>, most: i64| price.is_none() || most < 1 << f64::MANTISSA_DIGITS;
        let exact_prices = market
            .offers()
            .iter()
            .all(|offer| exact(offer.ask, offer.ask.map_or(0, |ask| ask.0)))
            && market.demands().iter().zip(&asked).all(|(demand, asked)| exact(demand.bid, asked.most_ask));
        let limits = demands().map(limit).collect();
        Self {
            offered,
            asked,
            limits,
            ground,
            exact_standards: standards.count <= 64,
            exact_prices,
            excluded,
            closed,
            related,
        }
    }

    /// How reliable two parties are to each other.
    pub(crate) fn reliability(
        &self,
        market: &Market,
        cooperative: CooperativeIx,
        enterprise: EnterpriseIx,
    ) -> f64 {
        let known = &market.relations()[row(&self.related, cooperative.index())];
        known
            .binary_search_by_key(&enterprise, |(_, enterprise, _)| *enterprise)
            .map_or(Relation::UNKNOWN, |at| known[at].2)
    }

    /// Parties that a cooperative must not be linked with.
    pub(crate) fn excluded<'a>(
        &self,
        market: &'a Market,
        cooperative: CooperativeIx,
    ) -> &'a [(CooperativeIx, EnterpriseIx)] {
        &market.exclusions()[row(&self.excluded, cooperative.index())]
    }

    /// Demands that an offer must not serve though the parties may be linked.
    pub(crate) fn closed<'a>(&self, market: &'a Market, offer: OfferIx) -> &'a [(OfferIx, DemandIx)] {
        &market.closed()[row(&self.closed, offer.index())]
    }
}

fn row(start: &[u32], of: usize) -> std::ops::Range<usize> {
    start[of] as usize..start[of + 1] as usize
}

/// Where the entries of each cooperative (or offer) start in a sorted list.
fn starts(count: usize, list: impl Iterator<Item = usize>) -> Vec<u32> {
    let mut start = vec![0; count + 1];
    list.for_each(|of| start[of + 1] += 1);
    for of in 0..count {
        start[of + 1] += start[of];
    }
    start
}

/// The days on which a pair whose offer has no window can ask for certificates: the demands' windows, and the
/// market's day.
fn ever_asked(market: &Market) -> Span {
    let today = market.as_of().number();
    let windows = market.demands().iter().filter_map(|demand| demand.needed).map(Span::from);
    windows.fold(Span { from: today, until: today }, |ever, window| Span {
        from: ever.from.min(window.from),
        until: ever.until.max(window.until),
    })
}

/// Days and their number; an absent window is all days, and one to divide by.
fn days(window: Option<Window>) -> (Span, u32) {
    window.map_or((Span::ALWAYS, 1), |window| {
        (Span::from(window), u32::try_from(window.days()).expect("a calendar of ten thousand years"))
    })
}

/// Kilograms of a validated market, exactly.
#[expect(clippy::cast_precision_loss, reason = "validation keeps masses to 10^12")]
fn kilograms(kg: crate::units::Kg) -> f64 {
    kg.0 as f64
}

#[expect(clippy::cast_precision_loss, reason = "prices beyond 2^53 VND lose digits that no score can show")]
fn price(price: Option<VndPerKg>) -> f64 {
    price.map_or(0.0, |price| price.0 as f64)
}

/// An offer's numbers without its bits and its party.
fn offered(offer: &Offer) -> Offered {
    let (days_open, days) = days(offer.available);
    Offered {
        days_open,
        days: f64::from(days),
        priced: offer.ask.is_some(),
        ask: offer.ask.map_or(i64::MIN, |ask| ask.0),
        asking: price(offer.ask),
        volume: kilograms(offer.volume),
        lot: if offer.min_lot > offer.volume { f64::INFINITY } else { kilograms(offer.min_lot) },
        held: [0; 2],
        sure: [0; 2],
        seeks: 0,
        cooperative: CooperativeIx(0),
        excluded: false,
        related: false,
    }
}

#[expect(clippy::needless_bitwise_bool, reason = "which condition fails is as good as random: no branches")]
impl Offered {
    /// Whether the two windows share a day.
    #[inline]
    pub(crate) fn meets_window(&self, demand: &Asked) -> bool {
        let (own, other) = (self.days_open, demand.days_open);
        own.from.max(other.from) <= own.until.min(other.until)
    }

    /// Days shared with a demand whose window meets the offer's.
    #[inline]
    #[expect(clippy::cast_precision_loss, reason = "at most 2^32 days")]
    pub(crate) fn shared(&self, demand: &Asked) -> f64 {
        let (own, other) = (self.days_open, demand.days_open);
        (i64::from(own.until.min(other.until)) - i64::from(own.from.max(other.from)) + 1) as f64
    }

    #[inline]
    pub(crate) fn meets_price(&self, demand: &Asked) -> bool {
        self.ask <= demand.most_ask
    }

    #[inline]
    pub(crate) fn meets_lot(&self, demand: &Asked) -> bool {
        (self.lot <= demand.volume) & (demand.lot <= self.volume)
    }

    /// The same offer at another price.
    pub(crate) fn asking(&self, ask: VndPerKg) -> Self {
        Self { priced: true, ask: ask.0, asking: price(Some(ask)), ..self.clone() }
    }
}

/// A demand's numbers without its bits.
fn asked(demand: &Demand, tolerance_percent: u32) -> Asked {
    let (days_open, days) = days(demand.needed);
    let most_ask = |bid: VndPerKg| {
        let most = i128::from(bid.0) * i128::from(100 + tolerance_percent) / 100;
        i64::try_from(most).unwrap_or(i64::MAX)
    };
    Asked {
        days_open,
        most_ask: demand.bid.map_or(i64::MAX, most_ask),
        volume: kilograms(demand.volume),
        lot: if demand.min_lot > demand.volume { f64::INFINITY } else { kilograms(demand.min_lot) },
        requires: 0,
        prefers: 0,
        bid: price(demand.bid),
        days,
        priced: demand.bid.is_some(),
        open: demand.accepts_market_equivalents,
        substitutes: !demand.substitutes.is_empty(),
    }
}

/// Bits of the standards that any demand asks for.
struct Standards {
    bits: Vec<u64>,
    count: usize,
}

impl Standards {
    fn of(market: &Market, holdings: &Holdings) -> Self {
        let mut asked = vec![false; market.catalogue().standards().len()];
        for d in (0..market.demands().len()).map(DemandIx::at) {
            for standard in holdings.requires(d).iter().chain(holdings.prefers(d)) {
                asked[standard.index()] = true;
            }
        }
        let mut count = 0;
        let bit = |asked: bool| {
            count += usize::from(asked);
            if asked { 1 << ((count - 1) % 64) } else { 0 }
        };
        Self { bits: asked.into_iter().map(bit).collect(), count }
    }

    fn bit(&self, standard: StandardIx) -> u64 {
        self.bits[standard.index()]
    }
}
