//! Figures of groups: by area, product, legal form, tag, OCOP stars, certificate.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{CooperativeIx, DemandIx, OfferIx};
use crate::market::{CertificateStatus, Cooperative, Market};
use crate::overview::area::Areas;
use crate::overview::bilingual::{self, Bilingual};
use crate::plan::Plan;
use crate::units::Date;

/// Figures of a group: what its cooperatives sell and its enterprises buy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Cooperatives.
    pub cooperatives: u64,
    /// Those that sell something, contracts included.
    pub linked_cooperatives: u64,
    /// Enterprises.
    pub enterprises: u64,
    /// Those that buy something, contracts included.
    pub linked_enterprises: u64,
    /// Offers.
    pub offers: u64,
    /// Demands.
    pub demands: u64,
    /// Volume offered.
    pub offered_kg: i128,
    /// Volume sold.
    pub sold_kg: i128,
    /// Volume demanded.
    pub demanded_kg: i128,
    /// Volume bought.
    pub bought_kg: i128,
    /// Value of what is sold at the middle of ask and bid, rounded half up; not told to the public.
    pub value_vnd: Option<i128>,
    /// Volume sold for which a price is missing.
    pub unpriced_kg: i128,
}

/// A group with its figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its key in documents: an id, a path, a tag.
    pub key: String,
    /// Its name.
    pub name: Bilingual,
    /// Its figures.
    pub figures: Figures,
}

/// What an offer or a demand comes to.
#[derive(Clone, Copy, Debug, Default)]
struct Traded {
    kg: i128,
    twice_value: i128,
    unpriced_kg: i128,
}

/// Sums of a group on the way to its figures.
#[derive(Clone, Debug, Default)]
struct Tally {
    cooperatives: BTreeSet<u32>,
    linked_cooperatives: BTreeSet<u32>,
    enterprises: BTreeSet<u32>,
    linked_enterprises: BTreeSet<u32>,
    figures: Figures,
    twice_value: i128,
}

/// The plan's volumes by offer and by demand.
pub(super) struct Volumes<'a> {
    market: &'a Market,
    offers: Vec<Traded>,
    demands: Vec<Traded>,
    /// Whether values are told.
    values: bool,
}

impl<'a> Volumes<'a> {
    pub(super) fn of(plan: &'a Plan, values: bool) -> Self {
        let market = plan.market();
        let mut volumes = Self {
            market,
            offers: vec![Traded::default(); market.offers().len()],
            demands: vec![Traded::default(); market.demands().len()],
            values,
        };
        for a in plan.allocations() {
            let kg = i128::from(a.volume.0);
            let (twice_value, unpriced_kg) = a.twice_value(market).map_or((0, kg), |value| (value, 0));
            for traded in [&mut volumes.offers[a.offer.index()], &mut volumes.demands[a.demand.index()]] {
                traded.kg += kg;
                traded.twice_value += twice_value;
                traded.unpriced_kg += unpriced_kg;
            }
        }
        volumes
    }

    pub(super) fn sold(&self, offer: OfferIx) -> i128 {
        self.offers[offer.index()].kg
    }

    /// Figures over everybody.
    pub(super) fn total(&self) -> Figures {
        let one = |_: usize| vec![()];
        self.groups(one, one, |_| vec![()], |_| vec![()]).remove(&()).unwrap_or_default()
    }

    /// Groups of parties: those of a key stand together, whoever has several keys in each.
    pub(super) fn by_party<K: Ord + Clone>(
        &self,
        cooperative: impl Fn(usize) -> Vec<K>,
        enterprise: impl Fn(usize) -> Vec<K>,
    ) -> BTreeMap<K, Figures> {
        let cooperatives: Vec<Vec<K>> = (0..self.market.cooperatives().len()).map(cooperative).collect();
        let enterprises: Vec<Vec<K>> = (0..self.market.enterprises().len()).map(enterprise).collect();
        self.groups(
            |c| cooperatives[c].clone(),
            |e| enterprises[e].clone(),
            |o| cooperatives[self.market.cooperative_of(o).index()].clone(),
            |d| enterprises[self.market.enterprise_of(d).index()].clone(),
        )
    }

    /// Groups of products: the parties are those with an offer or a demand of it.
    pub(super) fn by_product(&self) -> BTreeMap<&'a str, Figures> {
        self.groups(
            |_| Vec::new(),
            |_| Vec::new(),
            |o| vec![self.market.offer(o).product.as_str()],
            |d| vec![self.market.demand(d).product.as_str()],
        )
    }

    fn groups<K: Ord>(
        &self,
        cooperative: impl Fn(usize) -> Vec<K>,
        enterprise: impl Fn(usize) -> Vec<K>,
        offer: impl Fn(OfferIx) -> Vec<K>,
        demand: impl Fn(DemandIx) -> Vec<K>,
    ) -> BTreeMap<K, Figures> {
        let market = self.market;
        let mut tallies: BTreeMap<K, Tally> = BTreeMap::new();
        for c in 0..market.cooperatives().len() {
            for key in cooperative(c) {
                tallies.entry(key).or_default().cooperatives.insert(CooperativeIx::at(c).0);
            }
        }
        for e in 0..market.enterprises().len() {
            for key in enterprise(e) {
                let at = crate::id::EnterpriseIx::at(e).0;
                tallies.entry(key).or_default().enterprises.insert(at);
            }
        }
        for (i, traded) in self.offers.iter().enumerate() {
            let at = OfferIx::at(i);
            let (cooperative, volume) = (market.cooperative_of(at).0, market.offer(at).volume.0);
            for key in offer(at) {
                let tally = tallies.entry(key).or_default();
                tally.cooperatives.insert(cooperative);
                if traded.kg > 0 {
                    tally.linked_cooperatives.insert(cooperative);
                }
                tally.figures.offers += 1;
                tally.figures.offered_kg += i128::from(volume);
                tally.figures.sold_kg += traded.kg;
                tally.figures.unpriced_kg += traded.unpriced_kg;
                tally.twice_value += traded.twice_value;
            }
        }
        for (i, traded) in self.demands.iter().enumerate() {
            let at = DemandIx::at(i);
            let (enterprise, volume) = (market.enterprise_of(at).0, market.demand(at).volume.0);
            for key in demand(at) {
                let tally = tallies.entry(key).or_default();
                tally.enterprises.insert(enterprise);
                if traded.kg > 0 {
                    tally.linked_enterprises.insert(enterprise);
                }
                tally.figures.demands += 1;
                tally.figures.demanded_kg += i128::from(volume);
                tally.figures.bought_kg += traded.kg;
            }
        }
        tallies.into_iter().map(|(key, tally)| (key, tally.finish(self.values))).collect()
    }
}

impl Tally {
    fn finish(self, values: bool) -> Figures {
        let count = |set: &BTreeSet<u32>| set.len() as u64;
        Figures {
            cooperatives: count(&self.cooperatives),
            linked_cooperatives: count(&self.linked_cooperatives),
            enterprises: count(&self.enterprises),
            linked_enterprises: count(&self.linked_enterprises),
            value_vnd: values.then(|| (self.twice_value + 1).div_euclid(2)),
            ..self.figures
        }
    }
}

/// The groups of a report.
pub(super) struct Groups {
    pub(super) areas: Vec<(usize, Figures)>,
    pub(super) products: Vec<Group>,
    pub(super) kinds: Vec<Group>,
    pub(super) tags: Vec<Group>,
    pub(super) stars: Vec<Group>,
    pub(super) standards: Vec<Group>,
}

impl Groups {
    pub(super) fn of(market: &Market, volumes: &Volumes, areas: &Areas) -> Self {
        let (cooperatives, enterprises) = (market.cooperatives(), market.enterprises());
        let nobody = |_: usize| Vec::new();
        let day = market.as_of();
        let catalogue = market.catalogue();
        let place = volumes.by_party(
            |c| areas.at(&cooperatives[c].place).into_iter().collect(),
            |e| areas.at(&enterprises[e].place).into_iter().collect(),
        );
        let tags = volumes.by_party(
            |c| cooperatives[c].tags.iter().map(String::as_str).collect(),
            |e| enterprises[e].tags.iter().map(String::as_str).collect(),
        );
        let kinds = volumes.by_party(|c| vec![cooperatives[c].kind], |_| Vec::new());
        // Five stars first.
        let stars =
            volumes.by_party(|c| vec![std::cmp::Reverse(stars(&cooperatives[c], day))], |_| Vec::new());
        let standards = volumes.by_party(|c| in_force(&cooperatives[c], day), nobody);
        let group = |key: &str, name: Bilingual, figures| Group { key: key.to_owned(), name, figures };
        let products = volumes.by_product().into_iter();
        Self {
            areas: place.into_iter().collect(),
            products: products.map(|(path, f)| group(path, bilingual::product(catalogue, path), f)).collect(),
            kinds: kinds
                .into_iter()
                .map(|(kind, f)| {
                    let name = bilingual::kind(kind);
                    group(&name.en.to_lowercase().replace(' ', "_"), name, f)
                })
                .collect(),
            tags: tags.into_iter().map(|(tag, f)| group(tag, bilingual::tag(tag), f)).collect(),
            stars: stars
                .into_iter()
                .map(|(stars, f)| group(&stars.0.to_string(), bilingual::stars(stars.0), f))
                .collect(),
            standards: standards
                .into_iter()
                .map(|(id, f)| group(id, bilingual::standard(catalogue, id), f))
                .collect(),
        }
    }
}

/// Standards of which the cooperative holds a certificate in force on a day.
fn in_force(cooperative: &Cooperative, day: Date) -> Vec<&str> {
    let held = cooperative.certificates.iter().filter(|certificate| {
        certificate.status == CertificateStatus::Active
            && certificate.valid_from.is_none_or(|from| from <= day)
            && certificate.valid_until.is_none_or(|until| day <= until)
    });
    held.map(|certificate| certificate.standard.as_str()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The most OCOP stars in force on a day; 0 for none.
fn stars(cooperative: &Cooperative, day: Date) -> u8 {
    let held = in_force(cooperative, day);
    [5, 4, 3].into_iter().find(|stars| held.contains(&format!("ocop-{stars}").as_str())).unwrap_or(0)
}
