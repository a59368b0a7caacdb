//! Joint scores of many pairs at once, by a short way that ends at the same micro-unit.
//!
//! # Problem
//! The scores of a pair are defined by sums and quotients in a fixed order (see `score`): nine divisions a pair, the
//! better part of a search. Of the millions of candidates a round asks for the joint score only.
//!
//! # The short way
//! The joint score is a sum over criteria and views of share × value, the shares (balance × weight / all weights) in
//! micro-units. What one side says alone is divided once a side: price, days and volume of an offer or demand turn
//! into factors, criteria that it settles by itself into a base. What a place and a demand say, the location, is
//! computed once for all offers of the place. A pair is left with some twenty additions, products and comparisons,
//! the same for all pairs, so that the compiler does several at a time; and with what lists of words say, which most
//! pairs do without.
//!
//! It is taken only where it cannot round to another micro-unit. Every term is at most its share and goes through at
//! most eight roundings, either way, and so do sums of less than twenty terms: both ways err by less than
//! 40 × 2⁻⁵³ of the whole, 5 × 10⁻⁹ micro-units, as long as weights neither vanish nor overflow ([`Shares::of`] asks
//! for it), and by as much for each of a few boosts. Where the short way ends farther than 10⁻⁶ from the half at
//! which rounding turns, both round to the same. Else, one time in 500,000, and wherever weights are out of the
//! ordinary, the definition decides.
//!
//! Rules are decided by the same numbers, exactly: of whole numbers below 2^53 comparisons in `f64` are those of
//! integers. Larger prices, and standards that share a bit or are held on some days only, pass here where they may
//! pass, and are looked at again.

use crate::id::DemandIx;
use crate::linkage::columns::{Asked, Offered};
use crate::linkage::near::Neighbour;
use crate::linkage::score::Scoring;
use crate::market::Relation;
use crate::market::standard::Span;
use crate::units::Score;

/// Pairs computed in one go.
pub(crate) const LANES: usize = 16;
/// Distance in micro-units from a half within which the definition decides.
const DOUBT: f64 = 1e-6;
/// Boosts up to which sums err as little as that.
const FEW: usize = 16;
/// Sums of weights of which every term is either felt or nothing.
const ORDINARY: std::ops::RangeInclusive<f64> = 1e-200..=1e200;

/// What each criterion can give to a joint score, in micro-units: [cooperative's view, enterprise's].
#[derive(Debug)]
pub(crate) struct Shares<'a> {
    scoring: &'a Scoring,
    volume: [f64; 2],
    price: [f64; 2],
    timing: [f64; 2],
    // Both views see the same of the others.
    product: f64,
    certification: f64,
    location: f64,
    services: f64,
    relationship: f64,
    /// Infinite where the definition must always decide.
    doubt: f64,
}

/// An offer's part in the joint scores of its pairs.
#[derive(Debug)]
pub(crate) struct Own {
    from: f64,
    until: f64,
    /// Standards that it does not satisfy, on no day and for no buyer.
    missing: u64,
    /// For the rule, and for the criterion: beyond every bid where there is no price.
    ask: f64,
    asking: f64,
    lot: f64,
    volume: f64,
    by_volume: f64,
    by_ask: f64,
    by_day: f64,
    unpriced: f64,
    base: f64,
    /// Services sought, and what each that is provided counts.
    seeks: u64,
    by_service: f64,
    doubt: f64,
}

/// A demand's part in the joint scores of its pairs with one product.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    from: f64,
    until: f64,
    pub(crate) requires: u64,
    most_ask: f64,
    lot: f64,
    volume: f64,
    by_volume: f64,
    bid: f64,
    by_bid: f64,
    by_day: f64,
    base: f64,
    /// What each standard preferred is worth.
    pub(crate) by_preferred: f64,
    pub(crate) prefers: u64,
    pub(crate) provides: u64,
    /// Whether market equivalents are taken.
    pub(crate) open: bool,
    demand: u32,
}

/// Some demands near a place, fact by fact.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    from: [f64; LANES],
    until: [f64; LANES],
    requires: [u64; LANES],
    most_ask: [f64; LANES],
    lot: [f64; LANES],
    volume: [f64; LANES],
    by_volume: [f64; LANES],
    bid: [f64; LANES],
    by_bid: [f64; LANES],
    by_day: [f64; LANES],
    base: [f64; LANES],
    pub(crate) demand: [u32; LANES],
}

/// Values in micro-units of the pairs of an offer and a block, and which pass: all bits or none.
#[derive(Debug)]
pub(crate) struct Rated {
    pub(crate) value: [f64; LANES],
    pub(crate) passes: [u64; LANES],
}

impl<'a> Shares<'a> {
    pub(crate) fn of(scoring: &'a Scoring) -> Self {
        let parts = [scoring.balance, 1.0 - scoring.balance];
        let views = |criterion: usize| {
            [0, 1].map(|view| {
                let part = scoring.weights[criterion][view] / scoring.totals[view];
                parts[view] * part * f64::from(Score::ONE)
            })
        };
        let both = |criterion: usize| views(criterion).iter().sum();
        let ordinary = scoring.totals.iter().all(|total| ORDINARY.contains(total));
        Self {
            scoring,
            product: both(0),
            volume: views(1),
            certification: both(2),
            location: both(3),
            price: views(4),
            timing: views(5),
            services: both(6),
            relationship: both(7),
            doubt: if ordinary { DOUBT } else { f64::INFINITY },
        }
    }

    /// What an offer gives its pairs.
    pub(crate) fn own(&self, offer: &Offered, boosts: &[f64]) -> Own {
        let boundless = offer.days_open == Span::ALWAYS;
        let sought = f64::from(offer.seeks.count_ones());
        let mut base = self.relationship * Relation::UNKNOWN;
        base += if boundless { self.timing[0] } else { 0.0 };
        base += if offer.seeks == 0 { self.services } else { 0.0 };
        for boost in boosts {
            base += boost * f64::from(Score::ONE);
        }
        Own {
            from: f64::from(offer.days_open.from),
            until: f64::from(offer.days_open.until),
            missing: !(offer.held[0] | offer.held[1]),
            ask: if offer.priced { offer.asking } else { f64::NEG_INFINITY },
            asking: if offer.priced { offer.asking } else { f64::MAX },
            lot: offer.lot,
            volume: offer.volume,
            by_volume: self.volume[0] / offer.volume,
            by_ask: if offer.priced { self.price[0] / self.scoring.margin(offer.asking) } else { 0.0 },
            by_day: if boundless { 0.0 } else { self.timing[0] / offer.days },
            unpriced: if offer.priced { 0.0 } else { self.scoring.unknown * (self.price[0] + self.price[1]) },
            base,
            seeks: offer.seeks,
            by_service: if offer.seeks == 0 { 0.0 } else { self.services / sought },
            doubt: if boosts.len() <= FEW { self.doubt } else { f64::INFINITY },
        }
    }

    /// What a demand gives its pairs with a product that fits so well.
    pub(crate) fn terms(&self, ix: DemandIx, demand: &Asked, provides: u64, fit: f64) -> Terms {
        let boundless = demand.days_open == Span::ALWAYS;
        let preferred = f64::from(demand.prefers.count_ones());
        let mut base = self.product * fit;
        base += if demand.prefers == 0 { self.certification } else { 0.0 };
        base += if boundless { self.timing[1] } else { 0.0 };
        #[expect(clippy::cast_precision_loss, reason = "larger prices are looked at again")]
        let most_ask = if demand.priced { demand.most_ask as f64 } else { f64::INFINITY };
        Terms {
            from: f64::from(demand.days_open.from),
            until: f64::from(demand.days_open.until),
            requires: demand.requires,
            most_ask,
            lot: demand.lot,
            volume: demand.volume,
            by_volume: self.volume[1] / demand.volume,
            bid: demand.bid,
            by_bid: if demand.priced { self.price[1] / self.scoring.margin(demand.bid) } else { 0.0 },
            by_day: if boundless { 0.0 } else { self.timing[1] / f64::from(demand.days) },
            base,
            by_preferred: if demand.prefers == 0 { 0.0 } else { self.certification / preferred },
            prefers: demand.prefers,
            provides,
            open: demand.open,
            demand: ix.0,
        }
    }

    /// The blocks of the demands near a place.
    pub(crate) fn blocks(&self, terms: &[Terms], neighbours: &[Neighbour], blocks: &mut Vec<Block>) {
        blocks.clear();
        for near in neighbours.chunks(LANES) {
            let mut block = Block::EMPTY;
            let mut metres = [0.0; LANES];
            for ((lane, pair), metres) in (0..LANES).zip(near).zip(&mut metres) {
                block.set(lane, &terms[pair.position as usize]);
                *metres = f64::from(pair.metres.0);
            }
            for (base, metres) in block.base.iter_mut().zip(metres) {
                *base += self.location * self.scoring.location(metres);
            }
            blocks.push(block);
        }
    }

    /// What the share of a standard that is preferred counts.
    pub(crate) fn certified(&self, share: f64) -> f64 {
        self.certification * share
    }

    /// What the share of services provided counts.
    pub(crate) fn served(&self, share: f64) -> f64 {
        self.services * share
    }

    /// What a reliability counts beyond that of strangers.
    pub(crate) fn known(&self, reliability: f64) -> f64 {
        self.relationship * (reliability - Relation::UNKNOWN)
    }

    /// The scores of values, and whether the definition must decide one that passes.
    #[inline]
    pub(crate) fn rounded(own: &Own, rated: &Rated) -> ([u32; LANES], [u64; LANES]) {
        // Beside 2^52 a double has no fraction left: adding it rounds.
        const WHOLE: f64 = 4_503_599_627_370_496.0;
        let mut micro = [0; LANES];
        let mut doubtful = [0; LANES];
        for lane in 0..LANES {
            let value = rated.value[lane];
            let value = if value > 0.0 { value } else { 0.0 };
            let value = if value < f64::from(Score::ONE) { value } else { f64::from(Score::ONE) };
            let whole = value + WHOLE;
            #[expect(clippy::cast_possible_truncation, reason = "the low half of the bits is the number")]
            {
                micro[lane] = whole.to_bits() as u32;
            }
            let sure = (value - (whole - WHOLE)).abs() < 0.5 - own.doubt;
            doubtful[lane] = if sure { 0 } else { rated.passes[lane] };
        }
        (micro, doubtful)
    }
}

impl Block {
    /// No pair with it passes.
    const EMPTY: Self = Self {
        from: [f64::INFINITY; LANES],
        until: [0.0; LANES],
        requires: [0; LANES],
        most_ask: [0.0; LANES],
        lot: [0.0; LANES],
        volume: [0.0; LANES],
        by_volume: [0.0; LANES],
        bid: [0.0; LANES],
        by_bid: [0.0; LANES],
        by_day: [0.0; LANES],
        base: [0.0; LANES],
        demand: [0; LANES],
    };

    #[inline]
    fn set(&mut self, lane: usize, terms: &Terms) {
        self.from[lane] = terms.from;
        self.until[lane] = terms.until;
        self.requires[lane] = terms.requires;
        self.most_ask[lane] = terms.most_ask;
        self.lot[lane] = terms.lot;
        self.volume[lane] = terms.volume;
        self.by_volume[lane] = terms.by_volume;
        self.bid[lane] = terms.bid;
        self.by_bid[lane] = terms.by_bid;
        self.by_day[lane] = terms.by_day;
        self.base[lane] = terms.base;
        self.demand[lane] = terms.demand;
    }

    /// The pairs of an offer, without what lists of words say.
    #[inline(never)]
    #[expect(
        clippy::needless_bitwise_bool,
        reason = "which condition fails is as good as random: no branches"
    )]
    pub(crate) fn rate(&self, shares: &Shares, own: &Own) -> Rated {
        let mut rated = Rated { value: [0.0; LANES], passes: [0; LANES] };
        let unknown = shares.scoring.unknown * (shares.price[0] + shares.price[1]);
        for lane in 0..LANES {
            let first = larger(own.from, self.from[lane]);
            let last = smaller(own.until, self.until[lane]);
            let small = smaller(own.volume, self.volume[lane]);
            let margin = self.bid[lane] - own.asking;
            let unpriced = if self.most_ask[lane] < f64::INFINITY { own.unpriced } else { unknown };
            rated.value[lane] = (own.base + self.base[lane])
                + small * (own.by_volume + self.by_volume[lane])
                + (last - first + 1.0) * (own.by_day + self.by_day[lane])
                + smaller(larger(margin * own.by_ask, 0.0), shares.price[0])
                + smaller(larger(margin * self.by_bid[lane], 0.0), shares.price[1])
                + unpriced;
            let passes = (first <= last)
                & (own.ask <= self.most_ask[lane])
                & (own.lot <= self.volume[lane])
                & (self.lot[lane] <= own.volume)
                & (self.requires[lane] & own.missing == 0);
            rated.passes[lane] = if passes { u64::MAX } else { 0 };
        }
        rated
    }
}

impl Own {
    /// Adds what the services that demands provide count, of the lanes.
    pub(crate) fn serve(&self, provides: &[u64; LANES], rated: &mut Rated) {
        for (value, provides) in rated.value.iter_mut().zip(provides) {
            *value += f64::from((self.seeks & provides).count_ones()) * self.by_service;
        }
    }
}

// Instead of `f64::min` and `f64::max`, which mind what is no number: each of these is one instruction.
fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// `b` where `a` is no number.
fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}
