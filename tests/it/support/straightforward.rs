//! Rules, criteria, scores and certified volumes a second time: every pair looked at, one after the other, as
//! the contract of documents words them. Slow and plain on purpose; nothing here calls what it judges.

use lienket::{
    AcceptanceKind, Catalogue, Certificate, CertificateStatus, Criterion, Date, Demand, MarketParts, Offer,
    Place, Policy, Rule, Window,
};

/// Scores of a pair in micro-units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scores {
    pub(crate) joint: u32,
    pub(crate) cooperative: u32,
    pub(crate) enterprise: u32,
}

/// A market under a policy.
pub(crate) struct Straightforward<'a> {
    pub(crate) parts: &'a MarketParts,
    pub(crate) policy: &'a Policy,
    built_in: Catalogue,
}

/// First and last day.
type Days = (i64, i64);

/// Days since some day, from the written date alone (Hinnant's `days_from_civil`).
pub(crate) fn number(date: Date) -> i64 {
    let text = date.to_string();
    let part = |range: std::ops::Range<usize>| -> i64 { text[range].parse().expect("digits") };
    let (year, month, day) = (part(0..4), part(5..7), part(8..10));
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year
}

fn days(window: Window) -> Days {
    (number(window.from), number(window.to))
}

fn length((from, to): Days) -> i64 {
    to - from + 1
}

/// Whether `product` is `path` or below it.
fn below(path: &str, product: &str) -> bool {
    product == path || product.starts_with(&format!("{path}/"))
}

#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn ratio(part: i64, whole: i64) -> f64 {
    part as f64 / whole as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
fn micro(value: f64) -> u32 {
    (value.clamp(0.0, 1.0) * 1e6).round() as u32
}

fn coordinates(parts: &MarketParts, place: &Place) -> (f64, f64) {
    match place {
        Place::Point { lat, lon } => (*lat, *lon),
        Place::Id(id) => {
            let built_in = Catalogue::built_in();
            let entries = built_in.places().iter().chain(&parts.catalogue.places);
            let entry = entries.clone().find(|entry| entry.id == *id).expect("a valid market");
            (entry.lat, entry.lon)
        }
    }
}

/// Great-circle distance in whole metres, by the chord in space.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 2 × 10^7")]
pub(crate) fn metres(parts: &MarketParts, o: usize, d: usize) -> u32 {
    let (offer, demand) = (&parts.offers[o], &parts.demands[d]);
    let home = &parts.cooperatives.iter().find(|c| c.id == offer.cooperative).expect("a valid market").place;
    let shop = &parts.enterprises.iter().find(|e| e.id == demand.enterprise).expect("a valid market").place;
    let at = |place: &Place| {
        let (lat, lon) = coordinates(parts, place);
        let (lat, lon) = (lat.to_radians(), lon.to_radians());
        [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
    };
    let (from, to) = (at(offer.place.as_ref().unwrap_or(home)), at(demand.place.as_ref().unwrap_or(shop)));
    let chord = from.iter().zip(to).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
    (2.0 * 6_371_008.8 * (chord / 2.0).min(1.0).asin()).round() as u32
}

impl<'a> Straightforward<'a> {
    pub(crate) fn of(parts: &'a MarketParts, policy: &'a Policy) -> Self {
        Self { parts, policy, built_in: Catalogue::built_in() }
    }

    fn offer(&self, o: usize) -> &'a Offer {
        &self.parts.offers[o]
    }

    fn demand(&self, d: usize) -> &'a Demand {
        &self.parts.demands[d]
    }

    pub(crate) fn cooperative(&self, o: usize) -> usize {
        let id = &self.offer(o).cooperative;
        self.parts.cooperatives.iter().position(|c| c.id == *id).expect("a valid market")
    }

    pub(crate) fn enterprise(&self, d: usize) -> usize {
        let id = &self.demand(d).enterprise;
        self.parts.enterprises.iter().position(|e| e.id == *id).expect("a valid market")
    }

    fn fit(&self, o: usize, d: usize) -> Option<f64> {
        let (product, demand) = (&self.offer(o).product, self.demand(d));
        if below(&demand.product, product) {
            return Some(1.0);
        }
        let mut best: Option<f64> = None;
        for substitute in &demand.substitutes {
            if below(&substitute.product, product) && best.is_none_or(|best| substitute.fit > best) {
                best = Some(substitute.fit);
            }
        }
        best
    }

    /// Shared days, `None` where neither side has a window.
    fn shared(&self, o: usize, d: usize) -> Result<Option<Days>, Rule> {
        let own = [self.offer(o).available, self.demand(d).needed];
        let windows: Vec<Days> = own.into_iter().flatten().map(days).collect();
        let (Some(from), Some(to)) = (windows.iter().map(|w| w.0).max(), windows.iter().map(|w| w.1).min())
        else {
            return Ok(None);
        };
        if from <= to { Ok(Some((from, to))) } else { Err(Rule::Window) }
    }

    fn days_asked(&self, o: usize, d: usize) -> Days {
        let today = number(self.parts.as_of);
        self.shared(o, d).ok().flatten().unwrap_or((today, today))
    }

    /// Whether a certificate for `held` is taken where `asked` is asked, on all the days.
    fn accepted(&self, held: &str, asked: &str, days: Days, market_equivalents: bool) -> bool {
        let mut reached = vec![held.to_owned()];
        let mut next = 0;
        while next < reached.len() {
            let links = self.built_in.acceptances().iter().chain(&self.parts.catalogue.acceptances);
            for link in links {
                let admitted = self.policy.accept.contains(&link.kind)
                    || (link.kind == AcceptanceKind::Market && market_equivalents);
                let in_force = link.from.is_none_or(|from| number(from) <= days.0)
                    && link.until.is_none_or(|until| days.1 <= number(until));
                if admitted && in_force && link.holds == reached[next] && !reached.contains(&link.asked) {
                    reached.push(link.asked.clone());
                }
            }
            next += 1;
        }
        reached.iter().any(|standard| standard == asked)
    }

    /// The certificates, by position, that serve the pair for a standard.
    fn serving(&self, o: usize, d: usize, asked: &str) -> Vec<usize> {
        let (offer, days) = (self.offer(o), self.days_asked(o, d));
        let serves = |certificate: &Certificate| {
            certificate.status == CertificateStatus::Active
                && (certificate.products.is_empty()
                    || certificate.products.iter().any(|p| below(p, &offer.product)))
                && offer.certified.as_ref().is_none_or(|lot| lot.contains(&certificate.standard))
                && certificate.valid_from.is_none_or(|from| number(from) <= days.0)
                && certificate.valid_until.is_none_or(|until| days.1 <= number(until))
                && self.accepted(
                    &certificate.standard,
                    asked,
                    days,
                    self.demand(d).accepts_market_equivalents,
                )
        };
        let certificates = &self.parts.cooperatives[self.cooperative(o)].certificates;
        (0..certificates.len()).filter(|&i| serves(&certificates[i])).collect()
    }

    /// The capped certificates that a pair relies on, as positions among the cooperative's.
    pub(crate) fn relied_on(&self, o: usize, d: usize) -> Vec<usize> {
        let certificates = &self.parts.cooperatives[self.cooperative(o)].certificates;
        let mut relied = Vec::new();
        for asked in &self.demand(d).requires {
            let serving = self.serving(o, d, asked);
            if serving.iter().any(|&i| certificates[i].volume.is_none()) {
                continue;
            }
            let mut best: Option<usize> = None;
            for i in serving {
                let key = |i: usize| {
                    let held = &certificates[i];
                    let until = held.valid_until.map_or(i64::MAX, number);
                    let mut products = held.products.clone();
                    products.sort();
                    (held.volume, until, std::cmp::Reverse((&held.standard, held.valid_from, products)))
                };
                if best.is_none_or(|best| key(i) > key(best)) {
                    best = Some(i);
                }
            }
            relied.extend(best);
        }
        relied.sort_unstable();
        relied.dedup();
        relied
    }

    /// Metres with `road_factor`.
    fn counted(&self, o: usize, d: usize) -> f64 {
        f64::from(metres(self.parts, o, d)) * self.policy.road_factor
    }

    fn within_distance(&self, o: usize, d: usize) -> bool {
        let limits = [self.demand(d).max_distance, self.policy.max_distance];
        limits.iter().flatten().all(|limit| self.counted(o, d) <= (limit.0 * 1000.0).round())
    }

    /// The first rule that stops a pair, or its scores.
    pub(crate) fn judge(&self, o: usize, d: usize) -> Result<Scores, Rule> {
        let (offer, demand) = (self.offer(o), self.demand(d));
        if self.fit(o, d).is_none() {
            return Err(Rule::Product);
        }
        let names =
            |x: &lienket::Exclusion| x.cooperative == offer.cooperative && x.enterprise == demand.enterprise;
        let barred = |b: &lienket::Barred| b.offer == offer.id && b.demand == demand.id;
        let signed = |c: &lienket::Contract| c.offer == offer.id && c.demand == demand.id;
        let barred = self.parts.barred.iter().any(barred) && !self.parts.contracts.iter().any(signed);
        if barred || self.parts.exclusions.iter().any(names) {
            return Err(Rule::Excluded);
        }
        self.shared(o, d)?;
        if demand.requires.iter().any(|asked| self.serving(o, d, asked).is_empty()) {
            return Err(Rule::Certification);
        }
        if !self.within_distance(o, d) {
            return Err(Rule::Distance);
        }
        if let (Some(ask), Some(bid)) = (offer.ask, demand.bid)
            && 100 * ask.0 > bid.0 * (100 + i64::from(self.policy.price_tolerance_percent))
        {
            return Err(Rule::Price);
        }
        if offer.min_lot.0.max(demand.min_lot.0) > offer.volume.0.min(demand.volume.0) {
            return Err(Rule::Lot);
        }
        let scores = self.scores(o, d);
        if scores.joint < micro(self.policy.min_score) { Err(Rule::Score) } else { Ok(scores) }
    }

    /// Criterion values in the order of the table, [cooperative's view, enterprise's view].
    pub(crate) fn criteria(&self, o: usize, d: usize) -> [[f64; 2]; 8] {
        let (offer, demand, policy) = (self.offer(o), self.demand(d), self.policy);
        let traded = offer.volume.0.min(demand.volume.0);
        let share = |held: usize, all: usize| {
            let whole = i64::try_from(all).expect("small");
            if all == 0 { 1.0 } else { ratio(i64::try_from(held).expect("small"), whole) }
        };
        let preferred = demand.prefers.iter().filter(|asked| !self.serving(o, d, asked).is_empty()).count();
        let km = self.counted(o, d) / 1000.0;
        let price = |base: i64, bid: i64, ask: i64| {
            (ratio(bid, 1) - ratio(ask, 1)) / (ratio(base, 1) * policy.full_margin)
        };
        let price = match (offer.ask, demand.bid) {
            (Some(ask), Some(bid)) => [ask.0, bid.0].map(|base| price(base, bid.0, ask.0).clamp(0.0, 1.0)),
            _ => [policy.unknown; 2],
        };
        let shared = self.shared(o, d).ok().flatten();
        let timing = |own: Option<Window>| match (own, shared) {
            (Some(own), Some(shared)) => ratio(length(shared), length(days(own))),
            _ => 1.0,
        };
        let provided = offer.seeks.iter().filter(|service| demand.provides.contains(service)).count();
        let of =
            |r: &&lienket::Relation| r.cooperative == offer.cooperative && r.enterprise == demand.enterprise;
        let reliability = self.parts.relations.iter().find(of).map_or(0.5, |relation| relation.reliability);
        [
            [self.fit(o, d).unwrap_or(0.0); 2],
            [ratio(traded, offer.volume.0), ratio(traded, demand.volume.0)],
            [share(preferred, demand.prefers.len()); 2],
            [policy.half_distance.0 / (policy.half_distance.0 + km); 2],
            price,
            [timing(offer.available), timing(demand.needed)],
            [share(provided, offer.seeks.len()); 2],
            [reliability; 2],
        ]
    }

    pub(crate) fn scores(&self, o: usize, d: usize) -> Scores {
        let values = self.criteria(o, d);
        let mut sides = [0.0; 2];
        for (view, weights) in
            [&self.policy.weights.cooperative, &self.policy.weights.enterprise].into_iter().enumerate()
        {
            let (mut sum, mut total) = (0.0, 0.0);
            let mut weights = *weights;
            for (i, criterion) in Criterion::ALL.into_iter().enumerate() {
                let weight = *weights.get_mut(criterion);
                sum += weight * values[i][view];
                total += weight;
            }
            sides[view] = sum / total;
        }
        let mut joint = self.policy.balance * sides[0] + (1.0 - self.policy.balance) * sides[1];
        let tags = &self.parts.cooperatives[self.cooperative(o)].tags;
        let mut boosts: Vec<_> =
            self.policy.boosts.iter().filter(|boost| tags.contains(&boost.tag)).collect();
        boosts.sort_by(|a, b| a.tag.cmp(&b.tag).then(a.add.total_cmp(&b.add)));
        for boost in boosts {
            joint += boost.add;
        }
        Scores { joint: micro(joint), cooperative: micro(sides[0]), enterprise: micro(sides[1]) }
    }

    /// bid − ask − freight in VND per kg, where both prices are known.
    #[expect(clippy::cast_possible_truncation, reason = "small numbers")]
    pub(crate) fn gain(&self, o: usize, d: usize) -> Option<i64> {
        let (ask, bid) = (self.offer(o).ask?, self.demand(d).bid?);
        let freight = (self.policy.freight * (self.counted(o, d) / 1000.0) / 1000.0).round() as i64;
        Some(bid.0 - ask.0 - freight)
    }
}
