//! The frontier between efficiency and fairness as a table of comma-separated values.

use std::io::{self, Write};

use serde::Serialize;

use crate::metrics::FrontierPoint;

#[derive(Serialize)]
struct Row {
    alpha: String,
    score_lost: Option<f64>,
    volume_lost: Option<f64>,
    value_lost: Option<f64>,
    score: i128,
    matched_kg: i128,
    value_vnd: i128,
    linked_cooperatives: u64,
    fill_min: Option<f64>,
    fill_median: Option<f64>,
    fill_gini: Option<f64>,
    tonne_km: i128,
}

/// Writes the points as a table for statistics programs, a row each, α from 0 to `leximin`. What is lost is a part of the
/// optimum's; what there is nothing of is empty.
///
/// # Errors
/// Those of the writer.
pub fn write_frontier(points: &[FrontierPoint], writer: impl Write) -> io::Result<()> {
    let mut table = ::csv::Writer::from_writer(writer);
    for point in points {
        let f = &point.figures;
        table.serialize(Row {
            alpha: point.aversion.to_string(),
            score_lost: point.score_lost,
            volume_lost: point.volume_lost,
            value_lost: point.value_lost,
            score: f.score,
            matched_kg: f.matched_kg,
            value_vnd: f.value_vnd,
            linked_cooperatives: f.linked_cooperatives,
            fill_min: f.fill_min,
            fill_median: f.fill_median,
            fill_gini: f.fill_gini,
            tonne_km: f.tonne_km,
        })?;
    }
    table.flush()
}
