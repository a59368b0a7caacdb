//! The diagram of flows: a dot for every area at its seat, an arrow for what goes from one to another.
//!
//! Widths are in proportion to kilograms. An arrow bends to the left of its way, so that there and back stay apart.
//! Names are put where they cover neither dots nor other names: around the dot on rings of growing radius, those of
//! the largest traders first, with a thin line to the dot from farther out.

use std::collections::BTreeMap;
use std::f64::consts::TAU;

use serde::Serialize;

use crate::overview::{Bilingual, Overview};
use crate::report::html::format::{percent, tonnes, whole};

/// Most arrows drawn; the rest is told in words and in the table.
const ARROWS: usize = 60;
/// So many are numbered and listed beside the diagram.
const RANKED: usize = 12;
const HEIGHT: f64 = 830.0;
const WIDTH: f64 = 420.0;
/// Room for names around the dots.
const MARGIN: [f64; 2] = [86.0, 26.0];
const WIDEST: f64 = 13.0;

#[derive(Debug, Serialize)]
pub(super) struct Map {
    width: f64,
    height: f64,
    dots: Vec<Dot>,
    rings: Vec<Ring>,
    arrows: Vec<Arrow>,
    names: Vec<Name>,
    ranked: Vec<Ranked>,
    /// Arrows drawn, of so many, with so much of what goes from area to area.
    drawn: [usize; 2],
    drawn_share: Bilingual,
    within: Bilingual,
    within_share: Bilingual,
    between: Bilingual,
    by_coordinates: Option<Bilingual>,
}

#[derive(Debug, Serialize)]
struct Dot {
    x: f64,
    y: f64,
    trades: bool,
}

/// What stays within an area.
#[derive(Debug, Serialize)]
struct Ring {
    x: f64,
    y: f64,
    r: f64,
}

#[derive(Debug, Serialize)]
struct Arrow {
    path: String,
    head: String,
    width: f64,
    badge: Option<Badge>,
    from: Bilingual,
    to: Bilingual,
    tonnes: Bilingual,
}

#[derive(Debug, Serialize)]
struct Badge {
    x: f64,
    y: f64,
    number: usize,
}

#[derive(Debug, Serialize)]
struct Name {
    x: f64,
    y: f64,
    anchor: &'static str,
    text: Bilingual,
    line: Option<[f64; 4]>,
}

#[derive(Debug, Serialize)]
struct Ranked {
    number: usize,
    from: Bilingual,
    to: Bilingual,
    tonnes: Bilingual,
    links: u64,
}

/// An axis-parallel box: left, top, right, bottom.
type Extent = [f64; 4];

fn overlap(a: Extent, b: Extent) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

fn around(x: f64, y: f64, r: f64) -> Extent {
    [x - r, y - r, x + r, y + r]
}

/// To the tenth of a pixel.
fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[expect(clippy::cast_precision_loss, reason = "a ratio to be drawn")]
fn ratio(part: i128, whole: i128) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

impl Map {
    pub(super) fn of(overview: &Overview) -> Self {
        let mut pairs: BTreeMap<(usize, usize), (i128, u64)> = BTreeMap::new();
        for flow in &overview.flows {
            let sum = pairs.entry((flow.from, flow.to)).or_default();
            sum.0 += flow.volume_kg;
            sum.1 += flow.links;
        }
        let total: i128 = pairs.values().map(|(kg, _)| kg).sum();
        let within: BTreeMap<usize, i128> =
            pairs.iter().filter(|((from, to), _)| from == to).map(|((at, _), (kg, _))| (*at, *kg)).collect();
        let mut between: Vec<((usize, usize), (i128, u64))> =
            pairs.into_iter().filter(|((from, to), _)| from != to).collect();
        between.sort_by_key(|(ends, (kg, _))| (std::cmp::Reverse(*kg), *ends));
        let between_kg: i128 = between.iter().map(|(_, (kg, _))| kg).sum();
        let (points, [width, height]) = project(overview);

        let mut trade: BTreeMap<usize, i128> = within.clone();
        for ((from, to), (kg, _)) in &between {
            *trade.entry(*from).or_default() += kg;
            *trade.entry(*to).or_default() += kg;
        }
        let most_within = within.values().copied().max().unwrap_or(0);
        let rings = within.iter().map(|(at, kg)| Ring {
            x: points[*at][0],
            y: points[*at][1],
            r: tenth(4.0 + 14.0 * ratio(*kg, most_within).sqrt()),
        });
        let rings: Vec<Ring> = rings.collect();
        // What names must not cover.
        let mut taken: Vec<Extent> = points.iter().map(|[x, y]| around(*x, *y, 3.0)).collect();
        taken.extend(rings.iter().map(|ring| around(ring.x, ring.y, ring.r * 0.8)));
        let most = between.first().map_or(0, |(_, (kg, _))| *kg);
        let name = |at: usize| overview.areas[at].name.clone();
        let mut badges: Vec<Extent> = Vec::new();
        let drawn = between.iter().take(ARROWS).enumerate();
        let arrows = drawn.map(|(rank, ((from, to), (kg, _)))| {
            let width = (WIDEST * ratio(*kg, most)).max(0.9);
            let curve = Curve::between(points[*from], points[*to], width);
            let badge = (rank < RANKED).then(|| {
                let places = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74].map(|t| curve.at(t));
                let free = |p: &[f64; 2]| {
                    let own = around(p[0], p[1], 9.0);
                    !badges.iter().any(|other| overlap(own, *other))
                };
                let [x, y] = places.into_iter().find(free).unwrap_or(places[0]);
                badges.push(around(x, y, 9.0));
                Badge { x: tenth(x), y: tenth(y), number: rank + 1 }
            });
            Arrow {
                path: curve.path(),
                head: curve.head(width),
                width: tenth(width),
                badge,
                from: name(*from),
                to: name(*to),
                tonnes: tonnes(*kg),
            }
        });
        let arrows: Vec<Arrow> = arrows.collect();
        taken.extend(badges);
        let mut by_trade: Vec<(usize, i128)> = trade.iter().map(|(at, kg)| (*at, *kg)).collect();
        by_trade.sort_by_key(|(at, kg)| (std::cmp::Reverse(*kg), *at));
        let names = by_trade
            .iter()
            .filter_map(|(at, _)| place(points[*at], &overview.areas[*at].name, &mut taken, [width, height]));
        let names: Vec<Name> = names.collect();
        let drawn_kg: i128 = between.iter().take(ARROWS).map(|(_, (kg, _))| kg).sum();
        let ranked = between.iter().take(RANKED).enumerate();
        let ranked = ranked.map(|(rank, ((from, to), (kg, links)))| Ranked {
            number: rank + 1,
            from: name(*from),
            to: name(*to),
            tonnes: tonnes(*kg),
            links: *links,
        });
        let within_kg: i128 = within.values().sum();
        Self {
            width,
            height,
            dots: (0..points.len())
                .map(|at| Dot { x: points[at][0], y: points[at][1], trades: trade.contains_key(&at) })
                .collect(),
            rings,
            drawn: [arrows.len(), between.len()],
            arrows,
            names,
            ranked: ranked.collect(),
            drawn_share: percent(drawn_kg, between_kg),
            within: tonnes(within_kg),
            within_share: percent(within_kg, total),
            between: tonnes(between_kg),
            by_coordinates: Some(overview.by_coordinates)
                .filter(|count| *count > 0)
                .map(|count| whole(count.into())),
        }
    }
}

/// Where each area is drawn, and the size of the picture. Degrees of longitude are shortened as in the middle of the
/// picture.
fn project(overview: &Overview) -> (Vec<[f64; 2]>, [f64; 2]) {
    let range = |of: fn(&crate::overview::AreaFigures) -> f64| {
        let values = overview.areas.iter().map(of);
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
    };
    if overview.areas.is_empty() {
        return (Vec::new(), [WIDTH, HEIGHT]);
    }
    let ((south, north), (west, east)) = (range(|area| area.lat), range(|area| area.lon));
    let shorter = f64::midpoint(south, north).to_radians().cos().max(0.1);
    let (tall, wide) = ((north - south).max(0.1), ((east - west) * shorter).max(0.1));
    let scale = (HEIGHT / tall).min(WIDTH / wide);
    let point = |area: &crate::overview::AreaFigures| {
        let x = MARGIN[0] + (area.lon - west) * shorter * scale;
        let y = MARGIN[1] + (north - area.lat) * scale;
        [tenth(x), tenth(y)]
    };
    let size = [tenth(wide * scale + 2.0 * MARGIN[0]), tenth(tall * scale + 2.0 * MARGIN[1])];
    (overview.areas.iter().map(point).collect(), size)
}

/// A quadratic curve from one dot to another, ending short of it for the head.
struct Curve {
    from: [f64; 2],
    bend: [f64; 2],
    to: [f64; 2],
}

impl Curve {
    fn between(a: [f64; 2], b: [f64; 2], width: f64) -> Self {
        let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
        let length = dx.hypot(dy).max(1.0);
        let bend = [f64::midpoint(a[0], b[0]) + dy * 0.2, f64::midpoint(a[1], b[1]) - dx * 0.2];
        // Towards the dot along the curve's end.
        let (ex, ey) = (b[0] - bend[0], b[1] - bend[1]);
        let end = ex.hypot(ey).max(1.0);
        let short = (5.0 + width).min(length * 0.4);
        Self { from: a, bend, to: [b[0] - ex / end * short, b[1] - ey / end * short] }
    }

    fn at(&self, t: f64) -> [f64; 2] {
        let u = 1.0 - t;
        [0, 1].map(|i| u * u * self.from[i] + 2.0 * u * t * self.bend[i] + t * t * self.to[i])
    }

    fn path(&self) -> String {
        let [a, b, c] = [self.from, self.bend, self.to].map(|p| p.map(tenth));
        format!("M{} {}Q{} {} {} {}", a[0], a[1], b[0], b[1], c[0], c[1])
    }

    /// A triangle at the end.
    fn head(&self, width: f64) -> String {
        let (dx, dy) = (self.to[0] - self.bend[0], self.to[1] - self.bend[1]);
        let length = dx.hypot(dy).max(1.0);
        let (ux, uy) = (dx / length, dy / length);
        let (long, half) = (4.0 + width * 0.9, 2.4 + width * 0.75);
        let tip = [self.to[0] + ux * long, self.to[1] + uy * long];
        let left = [self.to[0] - uy * half, self.to[1] + ux * half];
        let right = [self.to[0] + uy * half, self.to[1] - ux * half];
        let [tip, left, right] = [tip, left, right].map(|p| p.map(tenth));
        format!("M{} {}L{} {}L{} {}Z", tip[0], tip[1], left[0], left[1], right[0], right[1])
    }
}

/// Puts a name where it covers nothing; nowhere where all is covered: the tables have it.
fn place(
    [x, y]: [f64; 2],
    text: &Bilingual,
    taken: &mut Vec<Extent>,
    [width, height]: [f64; 2],
) -> Option<Name> {
    let letters =
        f64::from(u32::try_from(text.vi.chars().count().max(text.en.chars().count())).unwrap_or(40));
    let (long, high) = (letters * 7.4 + 4.0, 14.0);
    for ring in 0..9 {
        let radius = 8.0 + 11.0 * f64::from(ring);
        // To the right first, then to the left, then around.
        for step in [0, 8, 1, 15, 7, 9, 2, 14, 6, 10, 3, 13, 5, 11, 4, 12] {
            let angle = TAU * f64::from(step) / 16.0;
            let (px, py) = (x + radius * angle.cos(), y + radius * angle.sin());
            let (anchor, left) = match step {
                0..=3 | 13..=15 => ("start", px),
                5..=11 => ("end", px - long),
                _ => ("middle", px - long / 2.0),
            };
            let own = [left, py - high / 2.0, left + long, py + high / 2.0];
            let inside = own[0] >= 2.0 && own[1] >= 2.0 && own[2] <= width - 2.0 && own[3] <= height - 2.0;
            if inside && !taken.iter().any(|other| overlap(own, *other)) {
                taken.push(own);
                let line = (ring > 0).then(|| [x, y, px, py].map(tenth));
                return Some(Name { x: tenth(px), y: tenth(py + 4.0), anchor, text: text.clone(), line });
            }
        }
    }
    None
}
