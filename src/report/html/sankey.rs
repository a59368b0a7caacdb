//! The diagram by product: from where, what, to where, in bands as wide as their kilograms.
//!
//! Each column shows its largest and adds up the rest.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::overview::{Bilingual, Overview};
use crate::report::html::format::tonnes;

/// Most nodes of a column, the rest apart.
const NODES: usize = 8;
const WIDTH: f64 = 1080.0;
const HEIGHT: f64 = 440.0;
const TOP: f64 = 30.0;
/// Between nodes: room for a line of text where nodes are thin.
const GAP: f64 = 17.0;
const NODE: f64 = 12.0;
/// Left edge of each column's nodes; names stand outside, those in the middle to the right of theirs.
const COLUMNS: [f64; 3] = [190.0, 534.0, 878.0];

#[derive(Debug, Serialize)]
pub(super) struct Sankey {
    width: f64,
    height: f64,
    nodes: Vec<Node>,
    bands: Vec<Band>,
}

#[derive(Debug, Serialize)]
struct Node {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    column: usize,
    name: Bilingual,
    tonnes: Bilingual,
    text_x: f64,
    text_y: f64,
    anchor: &'static str,
    colour: usize,
}

#[derive(Debug, Serialize)]
struct Band {
    path: String,
    colour: usize,
    from: Bilingual,
    to: Bilingual,
    tonnes: Bilingual,
}

/// A node's place in its column while bands are put on it.
struct Slot {
    y: f64,
    height: f64,
    kg: i128,
    name: Bilingual,
    /// Where the next band leaves and where the next arrives.
    next: [f64; 2],
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[expect(clippy::cast_precision_loss, reason = "a length to be drawn")]
fn length(kg: i128, scale: f64) -> f64 {
    kg as f64 * scale
}

/// The key of all that is not among the largest.
const REST: usize = usize::MAX;

impl Sankey {
    /// `None` where nothing flows.
    pub(super) fn of(overview: &Overview) -> Option<Self> {
        let total: i128 = overview.flows.iter().map(|flow| flow.volume_kg).sum();
        if total == 0 {
            return None;
        }
        let mut products: BTreeMap<&str, (usize, &Bilingual)> = BTreeMap::new();
        for flow in &overview.flows {
            let next = products.len();
            products.entry(&flow.product).or_insert((next, &flow.product_name));
        }
        let rows: Vec<([usize; 3], i128)> = overview
            .flows
            .iter()
            .map(|flow| ([flow.from, products[flow.product.as_str()].0, flow.to], flow.volume_kg))
            .collect();
        let name = |column: usize, key: usize| match column {
            _ if key == REST => Bilingual::new("Khác", "Other"),
            1 => {
                products.values().find(|(at, _)| *at == key).map_or_else(Bilingual::default, |p| p.1.clone())
            }
            _ => overview.areas[key].name.clone(),
        };
        let kept: [BTreeMap<usize, usize>; 3] = [0, 1, 2].map(|column| largest(&rows, column));
        let shown = |column: usize, key: usize| kept[column].get(&key).map_or(REST, |_| key);
        let sizes: [BTreeMap<usize, i128>; 3] = [0, 1, 2].map(|column| {
            let mut sizes: BTreeMap<usize, i128> = BTreeMap::new();
            for (keys, kg) in &rows {
                *sizes.entry(shown(column, keys[column])).or_default() += kg;
            }
            sizes
        });
        let most = sizes.iter().map(BTreeMap::len).max().unwrap_or(1);
        let gaps = GAP * f64::from(u32::try_from(most - 1).unwrap_or(0));
        let scale = (HEIGHT - gaps) / length(total, 1.0);
        let mut slots: [BTreeMap<usize, Slot>; 3] = [0, 1, 2].map(|column| {
            let order = |key: &usize| (*key == REST, std::cmp::Reverse(sizes[column][key]), *key);
            let mut keys: Vec<usize> = sizes[column].keys().copied().collect();
            keys.sort_by_key(order);
            let own = GAP * f64::from(u32::try_from(keys.len() - 1).unwrap_or(0));
            let mut y = TOP + (gaps - own) / 2.0;
            let slot = |key: usize| {
                let kg = sizes[column][&key];
                let height = length(kg, scale);
                let slot = Slot { y, height, kg, name: name(column, key), next: [y, y] };
                y += height + GAP;
                (key, slot)
            };
            keys.into_iter().map(slot).collect()
        });
        // A colour for every product group, in order of size; the rest is grey.
        let mut by_size: Vec<usize> = slots[1].keys().copied().filter(|key| *key != REST).collect();
        by_size.sort_by(|a, b| slots[1][a].y.total_cmp(&slots[1][b].y));
        let colour = |key: usize| by_size.iter().position(|product| *product == key).unwrap_or(NODES + 1);
        let bands = bands(&rows, &mut slots, scale, &shown, &colour);
        let node = |column: usize, (key, slot): (usize, Slot)| {
            let x = COLUMNS[column];
            let (text_x, anchor) = if column == 0 { (x - 8.0, "end") } else { (x + NODE + 8.0, "start") };
            Node {
                x,
                y: tenth(slot.y),
                width: NODE,
                height: tenth(slot.height.max(1.0)),
                column,
                name: slot.name,
                tonnes: tonnes(slot.kg),
                text_x,
                text_y: tenth(slot.y + slot.height / 2.0 + 4.0),
                anchor,
                colour: if column == 1 { colour(key) } else { NODES + 2 },
            }
        };
        let nodes = slots.into_iter().enumerate();
        let nodes = nodes.flat_map(|(column, slots)| slots.into_iter().map(move |slot| (column, slot)));
        Some(Self {
            width: WIDTH,
            height: TOP + HEIGHT + 10.0,
            nodes: nodes.map(|(column, slot)| node(column, slot)).collect(),
            bands,
        })
    }
}

/// Bands between neighbouring columns, put on their nodes from top to bottom.
fn bands(
    rows: &[([usize; 3], i128)],
    slots: &mut [BTreeMap<usize, Slot>; 3],
    scale: f64,
    shown: &dyn Fn(usize, usize) -> usize,
    colour: &dyn Fn(usize) -> usize,
) -> Vec<Band> {
    let mut bands = Vec::new();
    for left in [0, 1] {
        let mut sums: BTreeMap<[usize; 3], i128> = BTreeMap::new();
        for (keys, kg) in rows {
            let (a, b) = (shown(left, keys[left]), shown(left + 1, keys[left + 1]));
            *sums.entry([a, b, shown(1, keys[1])]).or_default() += kg;
        }
        let mut sums: Vec<([usize; 3], i128)> = sums.into_iter().collect();
        sums.sort_by(|([a, b, _], _), ([c, d, _], _)| {
            let y = |column: usize, key: &usize| slots[column][key].y;
            y(left, a).total_cmp(&y(left, c)).then(y(left + 1, b).total_cmp(&y(left + 1, d)))
        });
        for ([a, b, product], kg) in sums {
            let high = length(kg, scale);
            let mut take = |column: usize, key: usize, side: usize| {
                let slot = slots[column].get_mut(&key)?;
                slot.next[side] += high;
                Some((slot.next[side] - high, slot.name.clone()))
            };
            let (Some((from_y, from)), Some((to_y, to))) = (take(left, a, 0), take(left + 1, b, 1)) else {
                continue;
            };
            let path = ribbon([COLUMNS[left] + NODE, from_y], [COLUMNS[left + 1], to_y], high.max(0.5));
            bands.push(Band { path, colour: colour(product), from, to, tonnes: tonnes(kg) });
        }
    }
    bands
}

/// The largest keys of a column with their rank; one more than may be shown is shown too, rather than alone as rest.
fn largest(rows: &[([usize; 3], i128)], column: usize) -> BTreeMap<usize, usize> {
    let mut sums: BTreeMap<usize, i128> = BTreeMap::new();
    for (keys, kg) in rows {
        *sums.entry(keys[column]).or_default() += kg;
    }
    let mut sums: Vec<(usize, i128)> = sums.into_iter().collect();
    sums.sort_by_key(|(key, kg)| (std::cmp::Reverse(*kg), *key));
    let keep = if sums.len() <= NODES + 1 { sums.len() } else { NODES };
    sums.iter().take(keep).enumerate().map(|(rank, (key, _))| (*key, rank)).collect()
}

fn ribbon([x1, y1]: [f64; 2], [x2, y2]: [f64; 2], high: f64) -> String {
    let middle = tenth(f64::midpoint(x1, x2));
    let [y1, y2, y3, y4] = [y1, y2, y2 + high, y1 + high].map(tenth);
    format!("M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}V{y3}C{middle} {y3} {middle} {y4} {x1} {y4}Z")
}
