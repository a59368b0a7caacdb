//! Mechanisms side by side, as a table of text.

use std::fmt::Write;

use crate::metrics::Compared;
use crate::plan::Language;
use crate::report::text::lost;
use crate::report::words::Words;

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
    let width = |text: &str| text.chars().count();
    let widest: Vec<usize> =
        columns.iter().map(|column| column.iter().map(|cell| width(cell)).max().unwrap_or(0)).collect();
    let mut text = format!("{}\n", w.comparison);
    for row in 0..=w.rows.len() {
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
