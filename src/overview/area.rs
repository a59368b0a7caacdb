//! Areas: the units of the place catalogue on the day of the round, to which statistics and flows are added up.
//!
//! A place that has become part of a newer unit by then counts there. A party given by coordinates counts with the
//! unit whose seat is nearest on the great circle: near a border that may be the neighbour, and reports say so.

use std::collections::{BTreeMap, BTreeSet};

use crate::linkage::metres;
use crate::market::{Market, Place, PlaceEntry, Point};
use crate::overview::bilingual::{self, Bilingual};

/// A unit of the catalogue.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Area {
    pub(super) id: String,
    pub(super) name: Bilingual,
    pub(super) lat: f64,
    pub(super) lon: f64,
}

/// The units on the day of a round, sorted by id.
#[derive(Debug)]
pub(super) struct Areas {
    pub(super) list: Vec<Area>,
    /// Of every id that the market names, the unit it counts to.
    of_id: BTreeMap<String, usize>,
}

impl Areas {
    pub(super) fn of(market: &Market) -> Self {
        let (catalogue, day) = (market.catalogue(), market.as_of());
        let over = |entry: &PlaceEntry| entry.valid_until.is_some_and(|until| until < day);
        let ahead = |entry: &PlaceEntry| entry.valid_from.is_some_and(|from| from > day);
        let now = catalogue.places().iter().filter(|entry| !over(entry) && !ahead(entry));
        let mut list: Vec<Area> = now.map(area).collect();
        let find = |list: &[Area], id: &str| list.binary_search_by(|area| area.id.as_str().cmp(id)).ok();
        // A place named before its time, or after it without a successor, stands for itself.
        let mut others = Vec::new();
        let resolved = named(market).into_iter().filter_map(|id| {
            let mut at = catalogue.place(id)?;
            // Chains are as long as the catalogue at most, should one ever run in a circle.
            for _ in 0..catalogue.places().len() {
                let next = at.successor.as_deref().filter(|_| over(at)).and_then(|id| catalogue.place(id));
                let Some(next) = next else { break };
                at = next;
            }
            if find(&list, &at.id).is_none() {
                others.push(area(at));
            }
            Some((id.to_owned(), at.id.clone()))
        });
        let resolved: Vec<(String, String)> = resolved.collect();
        list.extend(others);
        list.sort_by(|a, b| a.id.cmp(&b.id));
        list.dedup_by(|a, b| a.id == b.id);
        let of_id = resolved.into_iter().filter_map(|(id, unit)| Some((id, find(&list, &unit)?))).collect();
        Self { list, of_id }
    }

    /// The area of a place; `None` where the catalogue has none.
    pub(super) fn at(&self, place: &Place) -> Option<usize> {
        match place {
            Place::Id(id) => self.of_id.get(id).copied(),
            &Place::Point { lat, lon } => {
                let here = Point { lat, lon };
                let seats = self.list.iter().map(|area| Point { lat: area.lat, lon: area.lon });
                seats.enumerate().min_by_key(|(i, seat)| (metres(here, *seat), *i)).map(|(i, _)| i)
            }
        }
    }

    /// The name of an area, a dash where there is none.
    pub(super) fn name(&self, area: Option<usize>) -> Bilingual {
        area.map_or_else(|| Bilingual::same("–"), |at| self.list[at].name.clone())
    }
}

/// The ids of places that the market names.
fn named(market: &Market) -> BTreeSet<&str> {
    let parties = market.cooperatives().iter().map(|c| &c.place);
    let parties = parties.chain(market.enterprises().iter().map(|e| &e.place));
    let goods = market.offers().iter().filter_map(|o| o.place.as_ref());
    let places = parties.chain(goods).chain(market.demands().iter().filter_map(|d| d.place.as_ref()));
    let ids = places.filter_map(|place| match place {
        Place::Id(id) => Some(id.as_str()),
        Place::Point { .. } => None,
    });
    ids.collect()
}

fn area(entry: &PlaceEntry) -> Area {
    Area { id: entry.id.clone(), name: bilingual::place(entry), lat: entry.lat, lon: entry.lon }
}
