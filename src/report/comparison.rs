//! Mechanisms side by side, as a table of text.

use std::fmt::Write;

use crate::metrics::{Compared, FrontierPoint};
use crate::plan::Language;
use crate::policy::Mechanism;
use crate::report::text::lost;
use crate::report::words::Words;
use crate::solve::Aversion;

/// A table with a column for each mechanism: what is proved, volume, score, value, linked cooperatives, fill rates,
/// blocking pairs, kilometres, and what each loses to the best of them.
#[must_use]
pub fn comparison(compared: &[Compared], language: Language) -> String {
    let w = Words::of(language);
    let best = |of: fn(&Compared) -> i128| compared.iter().map(of).max().unwrap_or(0);
    let (score, value, volume) =
        (best(|row| row.score), best(|row| row.value_vnd), best(|row| row.matched_kg));
    let column = |row: &Compared| {
        vec![
            (w.mechanisms)(row.mechanism).to_owned(),
            (w.statuses)(row.status).to_owned(),
            w.rounded(row.matched_kg, 1000),
            w.rounded(row.score, 1_000_000_000),
            w.rounded(row.value_vnd, 1_000_000),
            w.whole(row.linked_cooperatives.into()),
            w.optional_percent(row.fill_min),
            w.optional_percent(row.fill_median),
            w.optional(row.fill_gini, 3),
            w.whole(row.blocking_pairs.into()),
            w.whole(row.tonne_km),
            w.percent(lost(row.score, score)),
            w.percent(lost(row.value_vnd, value)),
            w.percent(lost(row.matched_kg, volume)),
        ]
    };
    let titles = [""].iter().chain(&w.rows).map(|title| (*title).to_owned()).collect();
    let columns: Vec<Vec<String>> = std::iter::once(titles).chain(compared.iter().map(column)).collect();
    aligned(w.comparison, &columns)
}

/// What fairness costs: a column for the optimum, for each compromise and for the fairest plan.
#[must_use]
pub fn frontier(points: &[FrontierPoint], language: Language) -> String {
    let w = Words::of(language);
    let column = |point: &FrontierPoint| {
        let f = &point.figures;
        let name = match point.aversion {
            Aversion::Hundredths(0) => (w.mechanisms)(Mechanism::Optimal).to_owned(),
            Aversion::Hundredths(alpha) => format!("α = {}", w.shortest(alpha)),
            Aversion::Leximin => (w.mechanisms)(Mechanism::Fair).to_owned(),
        };
        vec![
            name,
            w.optional_percent(f.fill_min),
            w.optional_percent(f.fill_median),
            w.optional(f.fill_gini, 3),
            w.whole(f.linked_cooperatives.into()),
            w.optional_percent(point.score_lost),
            w.optional_percent(point.value_lost),
            w.optional_percent(point.volume_lost),
        ]
    };
    let titles = [""].iter().chain(&w.frontier_rows).map(|title| (*title).to_owned()).collect();
    let columns: Vec<Vec<String>> = std::iter::once(titles).chain(points.iter().map(column)).collect();
    aligned(w.frontier, &columns)
}

/// Columns below a title: the first to the left, the others to the right.
fn aligned(title: &str, columns: &[Vec<String>]) -> String {
    let width = |text: &str| text.chars().count();
    let widest: Vec<usize> =
        columns.iter().map(|column| column.iter().map(|cell| width(cell)).max().unwrap_or(0)).collect();
    let mut text = format!("{title}\n");
    for row in 0..columns.first().map_or(0, Vec::len) {
        let mut line = String::from("  ");
        for (i, (column, widest)) in columns.iter().zip(&widest).enumerate() {
            let pad = " ".repeat(widest - width(&column[row]));
            let cell = if i == 0 { [column[row].as_str(), &pad] } else { [&pad, column[row].as_str()] };
            line.extend(cell);
            line.push_str("  ");
        }
        writeln!(text, "{}", line.trim_end()).expect("writing to a string cannot fail");
    }
    text
}
