//! What fairness costs: the frontier, as far as everybody may know it.

use crate::metrics::FrontierPoint;
use crate::overview::table::{Cell, Table};
use crate::overview::{Bilingual, Overview};
use crate::solve::Aversion;
use crate::units::Score;

/// A compromise between the most valuable plan and the fairest, against the most valuable. Parts of the optimum's
/// betray no price.
#[derive(Clone, Debug, PartialEq)]
pub struct FrontierRow {
    /// How much more those count who sell little.
    pub aversion: Aversion,
    /// Score reached, and the optimum's.
    pub score: (i128, i128),
    /// Value at the middle of ask and bid reached, and the optimum's.
    pub value: (i128, i128),
    /// Kilograms reached, and the optimum's.
    pub kg: (i128, i128),
    /// Cooperatives that sell something.
    pub linked: u64,
    /// Median, least and Gini coefficient of the cooperatives' fill rates.
    pub fill: [Option<f64>; 3],
}

impl FrontierRow {
    /// What it is called.
    #[must_use]
    pub fn name(&self) -> Bilingual {
        match self.aversion {
            Aversion::Hundredths(0) => Bilingual::new("Tối ưu", "Optimum"),
            Aversion::Leximin => Bilingual::new("Công bằng nhất", "Fairest"),
            alpha @ Aversion::Hundredths(_) => {
                let alpha = alpha.to_string();
                Bilingual::new(format!("α = {}", alpha.replace('.', ",")), format!("α = {alpha}"))
            }
        }
    }
}

impl Overview {
    /// With what fairness costs beside it.
    #[must_use]
    pub fn with_frontier(mut self, points: &[FrontierPoint]) -> Self {
        let Some(optimum) = points.first().map(|point| &point.figures) else { return self };
        let row = |point: &FrontierPoint| {
            let f = &point.figures;
            FrontierRow {
                aversion: point.aversion,
                score: (f.score, optimum.score),
                value: (f.value_vnd, optimum.value_vnd),
                kg: (f.matched_kg, optimum.matched_kg),
                linked: f.linked_cooperatives,
                fill: [f.fill_median, f.fill_min, f.fill_gini],
            }
        };
        self.frontier = points.iter().map(row).collect();
        self
    }

    /// From the optimum to the fairest plan; no rows where that has not been asked.
    #[must_use]
    pub fn frontier_table(&self) -> Table {
        let columns = [
            ("Phương án", "Plan"),
            ("#Điểm so với tối ưu", "Score of the optimum’s"),
            ("#Giá trị so với tối ưu", "Value of the optimum’s"),
            ("#Khối lượng so với tối ưu", "Volume of the optimum’s"),
            ("#HTX có liên kết", "Cooperatives linked"),
            ("#Tỷ lệ tiêu thụ trung vị", "Median fill rate"),
            ("#Tỷ lệ tiêu thụ thấp nhất", "Least fill rate"),
            ("#Hệ số Gini", "Gini coefficient"),
        ];
        let part =
            |(part, whole): (i128, i128)| if whole == 0 { Cell::Empty } else { Cell::Share(part, whole) };
        #[expect(clippy::cast_possible_truncation, reason = "a rate from 0 to 1 in millionths")]
        let rate = |rate: Option<f64>| {
            rate.map_or(Cell::Empty, |rate| Cell::Share((rate * 1e6).round() as i128, 1_000_000))
        };
        let rows = self.frontier.iter().map(|row| {
            let [median, least, gini] = row.fill;
            vec![
                Cell::Words(row.name()),
                part(row.score),
                part(row.value),
                part(row.kg),
                Cell::Count(row.linked.into()),
                rate(median),
                rate(least),
                gini.map_or(Cell::Empty, |gini| Cell::Score(Score::from_fraction(gini))),
            ]
        });
        Table::new("frontier", "Cái giá công bằng", "Price of fairness", &columns).with(rows)
    }
}
