//! The frontier between efficiency and fairness: how even fill rates are, against what is left of the score.

use serde::Serialize;

use crate::overview::{Bilingual, Overview};
use crate::report::html::format::{decimal, percent};

/// The frame of the picture: left, right, top, bottom.
const FRAME: [f64; 4] = [52.0, 408.0, 14.0, 190.0];

/// The frontier as a line.
#[derive(Debug, Serialize)]
pub(super) struct Frontier {
    /// Points of the line, as SVG has them.
    line: String,
    points: Vec<Point>,
    across: Vec<Tick>,
    up: Vec<Tick>,
    /// What the fairest plan costs: score, value and volume against the optimum.
    fairest: [Bilingual; 3],
}

#[derive(Debug, Serialize)]
struct Point {
    x: f64,
    y: f64,
    label: Option<Label>,
}

/// The name of a point beside it.
#[derive(Debug, Serialize)]
struct Label {
    x: f64,
    y: f64,
    anchor: &'static str,
    name: Bilingual,
}

#[derive(Debug, Serialize)]
struct Tick {
    at: f64,
    text: Bilingual,
}

impl Frontier {
    /// `None` where it has not been asked, or nothing is scored.
    pub(super) fn of(overview: &Overview) -> Option<Self> {
        let rows = &overview.frontier;
        let (first, last) = (rows.first()?, rows.last()?);
        #[expect(clippy::cast_precision_loss, reason = "a place in a picture")]
        let kept = |row: &crate::overview::FrontierRow| row.score.0 as f64 / row.score.1 as f64;
        if first.score.1 <= 0 {
            return None;
        }
        let places: Vec<(f64, f64)> =
            rows.iter().map(|row| (row.fill[2].unwrap_or(0.0), kept(row))).collect();
        let [left, right, top, bottom] = FRAME;
        // Axes from a round number to a round number around the points.
        let around = |of: fn(&(f64, f64)) -> f64| {
            let low = places.iter().map(of).fold(f64::INFINITY, f64::min);
            let high = places.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
            axis(low, high)
        };
        let ((low_x, step_x, ticks_x), (low_y, step_y, ticks_y)) = (around(|p| p.0), around(|p| p.1));
        let tenth = |x: f64| (x * 10.0).round() / 10.0;
        // More even to the right: a falling coefficient.
        let x = |gini: f64| tenth(right - (gini - low_x) / (step_x * f64::from(ticks_x)) * (right - left));
        let y = |kept: f64| tenth(bottom - (kept - low_y) / (step_y * f64::from(ticks_y)) * (bottom - top));
        let mut points: Vec<Point> =
            places.iter().map(|place| Point { x: x(place.0), y: y(place.1), label: None }).collect();
        // The two ends have names, and whoever else has room for one.
        let ends = [0, rows.len() - 1];
        for at in ends.into_iter().chain(1..rows.len().saturating_sub(1)) {
            let Point { x, y, .. } = points[at];
            let far = x > f64::midpoint(left, right);
            let (label_x, anchor) = if far { (x - 7.0, "end") } else { (x + 7.0, "start") };
            let label_y = if ends.contains(&at) { y - 7.0 } else { y + 15.0 };
            let near = |other: &Point| {
                let label = other.label.as_ref();
                label.is_some_and(|l| (l.x - label_x).abs() < 90.0 && (l.y - label_y).abs() < 13.0)
            };
            if !points.iter().any(near) {
                points[at].label = Some(Label { x: label_x, y: label_y, anchor, name: rows[at].name() });
            }
        }
        let line: Vec<String> = points.iter().map(|point| format!("{},{}", point.x, point.y)).collect();
        let share = |kept: f64| {
            #[expect(clippy::cast_possible_truncation, reason = "near 1")]
            percent((kept * 1e6).round() as i128, 1_000_000)
        };
        let of = |(part, whole): (i128, i128)| percent(part, whole);
        Some(Self {
            line: line.join(" "),
            points,
            across: (0..=ticks_x)
                .map(|i| low_x + step_x * f64::from(i))
                .map(|gini| Tick {
                    at: x(gini),
                    text: decimal(Some(gini), if step_x < 0.01 { 3 } else { 2 }),
                })
                .collect(),
            up: (0..=ticks_y)
                .map(|i| low_y + step_y * f64::from(i))
                .map(|kept| Tick { at: y(kept), text: share(kept) })
                .collect(),
            fairest: [of(last.score), of(last.value), of(last.kg)],
        })
    }
}

/// Where an axis begins, its step and how many steps it has: at most six of 1, 2 or 5 times a power of ten, no less than a
/// thousandth.
fn axis(low: f64, high: f64) -> (f64, f64, u32) {
    let steps = (0..4).flat_map(|power| [1.0, 2.0, 5.0].map(|one| one * 10.0_f64.powi(power - 3)));
    for step in steps {
        let first = (low / step).floor();
        let count = ((high / step).ceil() - first).max(1.0);
        if count <= 6.0 {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 6")]
            let count = count as u32;
            return (first * step, step, count);
        }
    }
    (0.0, 0.5, 2)
}
