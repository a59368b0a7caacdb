//! Bars: horizontal ones with their names above, the fill-rate histogram, and participation against its target.

use serde::Serialize;

use crate::overview::{Bilingual, Overview, ReasonCount};
use crate::report::html::format::{percent, tonnes, whole};

/// Width of a full bar, of a share against its target, and the height of the histogram.
const FULL: f64 = 310.0;
const SHARE: f64 = 420.0;
const COLUMN: f64 = 150.0;
/// Most letters of a line above a bar.
const LINE: usize = 56;

/// Bars, one below the other.
#[derive(Debug, Serialize)]
pub(super) struct Bars {
    full: f64,
    height: u32,
    list: Vec<Bar>,
}

/// A bar, perhaps with a hatched part behind it.
#[derive(Debug, Serialize)]
struct Bar {
    y: u32,
    lines: Vec<Bilingual>,
    value: Bilingual,
    width: f64,
    hatched: f64,
}

impl Bars {
    fn new() -> Self {
        Self { full: FULL, height: 4, list: Vec::new() }
    }

    fn push(&mut self, name: &Bilingual, value: Bilingual, width: f64, hatched: f64) {
        let (vi, en) = (wrap(&name.vi), wrap(&name.en));
        let line = |lines: &[String], i: usize| lines.get(i).cloned().unwrap_or_default();
        let lines: Vec<Bilingual> =
            (0..vi.len().max(en.len())).map(|i| Bilingual::new(line(&vi, i), line(&en, i))).collect();
        let high = 15 * u32::try_from(lines.len()).unwrap_or(1) + 26;
        self.list.push(Bar { y: self.height - 4, lines, value, width, hatched });
        self.height += high;
    }
}

/// A text in lines, broken at blanks.
fn wrap(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("never empty");
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > LINE {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

#[expect(clippy::cast_precision_loss, reason = "a length to be drawn")]
fn length(part: i128, whole: i128, full: f64) -> f64 {
    if whole == 0 { 0.0 } else { (full * part as f64 / whole as f64 * 10.0).round() / 10.0 }
}

/// The funnel from the pairs whose product fits: what each rule leaves, and behind it what it stops.
pub(super) fn funnel(overview: &Overview) -> Bars {
    let mut left = i128::from(overview.pairs());
    let mut bars = Bars::new();
    let mut first = 0;
    for (at, &(rule, stopped)) in overview.stopped.iter().enumerate() {
        let stopped = i128::from(stopped);
        left -= stopped;
        if at == 0 {
            first = left;
            let name = Bilingual::new("cùng sản phẩm", "the product fits");
            bars.push(&name, whole(left), length(left, first, FULL), 0.0);
        } else if stopped > 0 {
            let lost = whole(stopped);
            let name = Bilingual::of(|language| language.rule(rule));
            let name = Bilingual::new(
                format!("sau điều kiện {} (loại {})", name.vi, lost.vi),
                format!("after {} ({} stopped)", name.en, lost.en),
            );
            bars.push(&name, whole(left), length(left, first, FULL), length(stopped, first, FULL));
        }
    }
    let linked = overview.links.len() as i128;
    let name = Bilingual::new("có liên kết", "linked");
    bars.push(&name, whole(linked), length(linked.min(first), first, FULL), 0.0);
    bars
}

/// Why something is left, by kilograms.
pub(super) fn reasons(counts: &[ReasonCount]) -> Bars {
    let most = counts.iter().map(|count| count.left_kg).max().unwrap_or(0);
    let mut bars = Bars::new();
    for count in counts {
        let (kg, many) = (tonnes(count.left_kg), whole(count.count.into()));
        let value = Bilingual::new(format!("{} ({})", kg.vi, many.vi), format!("{} ({})", kg.en, many.en));
        bars.push(&count.why, value, length(count.left_kg, most, FULL), 0.0);
    }
    bars
}

/// A column of the histogram.
#[derive(Debug, Serialize)]
pub(super) struct Column {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    count: Bilingual,
    label: &'static str,
    /// None, or all of it, stand apart.
    apart: bool,
}

/// How the cooperatives' fill rates are spread: none, ten classes, all.
pub(super) fn fill(overview: &Overview) -> Vec<Column> {
    const LABELS: [&str; 12] = ["0", "<10", "10", "20", "30", "40", "50", "60", "70", "80", "90", "100"];
    let most = overview.fill_classes.iter().copied().max().unwrap_or(0);
    let columns = overview.fill_classes.iter().zip(LABELS).enumerate();
    let column = |(i, (count, label)): (usize, (&u64, &'static str))| {
        let height = length((*count).into(), most.into(), COLUMN);
        // Half a column's room before all of it and after none.
        let aside = [0.0, 10.0, 20.0][usize::from(i > 0) + usize::from(i == 11)];
        let x = f64::from(u32::try_from(i).unwrap_or(0)) * 33.0 + aside + 3.0;
        Column {
            x,
            y: 170.0 - height,
            width: 28.0,
            height,
            count: whole((*count).into()),
            label,
            apart: i == 0 || i == 11,
        }
    };
    columns.map(column).collect()
}

/// Participation of a group against the target.
#[derive(Debug, Serialize)]
pub(super) struct Share {
    name: Bilingual,
    value: Bilingual,
    of: Bilingual,
    width: f64,
}

pub(super) fn participation(overview: &Overview) -> Vec<Share> {
    let all = Bilingual::new("Mọi đơn vị", "All");
    let total = (&all, &overview.total);
    let kinds = overview.kinds.iter().map(|group| (&group.name, &group.figures));
    let kinds = kinds.filter(|_| overview.kinds.len() > 1);
    let tags = overview.tags.iter().map(|group| (&group.name, &group.figures));
    let share = |(name, f): (&Bilingual, &crate::overview::Figures)| {
        let (part, of) = (i128::from(f.linked_cooperatives), i128::from(f.cooperatives));
        let counts = (whole(part), whole(of));
        Share {
            name: name.clone(),
            value: percent(part, of),
            of: Bilingual::new(counts.0.vi + "/" + &counts.1.vi, counts.0.en + "/" + &counts.1.en),
            width: length(part, of, SHARE),
        }
    };
    let groups = std::iter::once(total).chain(kinds).chain(tags);
    groups.filter(|(_, f)| f.cooperatives > 0).take(12).map(share).collect()
}
