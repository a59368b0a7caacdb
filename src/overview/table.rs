//! A table with typed cells: what pages and sheets are written from, each in its own way.

use crate::overview::bilingual::Bilingual;
use crate::overview::figures::Figures;
use crate::units::{Kg, Metres, Score, VndPerKg, Window};

/// A table.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// A short name, of letters and underscores.
    pub key: &'static str,
    /// Its title, short enough for the tab of a sheet.
    pub title: Bilingual,
    /// What stands above each column, units included.
    pub columns: Vec<Column>,
    /// Its rows, a cell for every column.
    pub rows: Vec<Vec<Cell>>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What stands above it.
    pub title: Bilingual,
    /// Whether it holds numbers.
    pub number: bool,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A name or an id: the same in every language.
    Name(String),
    /// Words.
    Words(Bilingual),
    /// How many.
    Count(i128),
    /// Kilograms.
    Kg(i128),
    /// đồng.
    Vnd(i128),
    /// A distance.
    Distance(Metres),
    /// A score in [0, 1].
    Score(Score),
    /// Part of a whole; nothing where the whole is 0.
    Share(i128, i128),
    /// Days.
    Days(Window),
}

impl Cell {
    pub(super) fn name(text: &str) -> Self {
        Self::Name(text.to_owned())
    }

    pub(super) fn kg(kg: Kg) -> Self {
        Self::Kg(kg.0.into())
    }

    pub(super) fn price(price: Option<VndPerKg>) -> Self {
        price.map_or(Self::Empty, |price| Self::Vnd(price.0.into()))
    }

    pub(super) fn words(text: &Bilingual) -> Self {
        Self::Words(text.clone())
    }

    pub(super) fn days(days: Option<Window>) -> Self {
        days.map_or(Self::Empty, Self::Days)
    }
}

impl Table {
    /// An empty table. Columns whose title begins with `#` hold numbers.
    pub(super) fn new(key: &'static str, vi: &str, en: &str, columns: &[(&str, &str)]) -> Self {
        let column = |(vi, en): &(&str, &str)| Column {
            title: Bilingual::new(vi.trim_start_matches('#'), *en),
            number: vi.starts_with('#'),
        };
        Self {
            key,
            title: Bilingual::new(vi, en),
            columns: columns.iter().map(column).collect(),
            rows: Vec::new(),
        }
    }

    pub(super) fn with(mut self, rows: impl IntoIterator<Item = Vec<Cell>>) -> Self {
        self.rows.extend(rows);
        self
    }

    /// Leaves out columns that no row has anything in.
    pub(super) fn without_empty_columns(mut self) -> Self {
        let kept: Vec<bool> = (0..self.columns.len())
            .map(|i| self.rows.is_empty() || self.rows.iter().any(|row| row[i] != Cell::Empty))
            .collect();
        let mut of = kept.iter();
        self.columns.retain(|_| of.next().is_some_and(|kept| *kept));
        for row in &mut self.rows {
            let mut of = kept.iter();
            row.retain(|_| of.next().is_some_and(|kept| *kept));
        }
        self
    }
}

/// Titles of the figures of a group.
pub(super) const FIGURES: [(&str, &str); 12] = [
    ("#HTX", "Cooperatives"),
    ("#Có liên kết", "Linked"),
    ("#Tỷ lệ", "Share"),
    ("#Chào bán, kg", "Offered, kg"),
    ("#Đã bán, kg", "Sold, kg"),
    ("#Tỷ lệ bán", "Share sold"),
    ("#DN", "Enterprises"),
    ("#DN có liên kết", "Linked enterprises"),
    ("#Cần mua, kg", "Demanded, kg"),
    ("#Đã mua, kg", "Bought, kg"),
    ("#Tỷ lệ mua", "Share bought"),
    ("#Giá trị bán, đồng", "Value sold, VND"),
];

/// The cells of the figures of a group.
pub(super) fn figures(f: &Figures) -> Vec<Cell> {
    // What a group does not have at all is left blank: legal forms have no demands.
    let count = |n: u64, of: u64| if of == 0 { Cell::Empty } else { Cell::Count(n.into()) };
    let kg = |n: i128, of: u64| if of == 0 { Cell::Empty } else { Cell::Kg(n) };
    let share = |part: i128, whole: i128| if whole == 0 { Cell::Empty } else { Cell::Share(part, whole) };
    vec![
        count(f.cooperatives, f.cooperatives),
        count(f.linked_cooperatives, f.cooperatives),
        share(f.linked_cooperatives.into(), f.cooperatives.into()),
        kg(f.offered_kg, f.offers),
        kg(f.sold_kg, f.offers),
        share(f.sold_kg, f.offered_kg),
        count(f.enterprises, f.enterprises),
        count(f.linked_enterprises, f.enterprises),
        kg(f.demanded_kg, f.demands),
        kg(f.bought_kg, f.demands),
        share(f.bought_kg, f.demanded_kg),
        f.value_vnd.filter(|_| f.offers > 0).map_or(Cell::Empty, Cell::Vnd),
    ]
}
