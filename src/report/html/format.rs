//! Numbers and cells as people read them, in both languages.

use serde::Serialize;

use crate::overview::{Bilingual, Cell};
use crate::plan::Language;
use crate::report::words::Words;
use crate::units::{Date, Window};

/// A number in each language's way.
fn both(say: impl Fn(&Words) -> String) -> Bilingual {
    Bilingual::of(|language: Language| say(Words::of(language)))
}

pub(super) fn whole(number: i128) -> Bilingual {
    both(|w| w.whole(number))
}

/// A number of so many tenths.
fn tenths(tenths: i128) -> Bilingual {
    both(|w| format!("{}{}{}", w.whole(tenths / 10), w.point, tenths % 10))
}

/// Rounded half up; none negative.
fn rounded(number: i128, unit: i128) -> i128 {
    (number + unit / 2).div_euclid(unit)
}

/// Part of a whole in per cent with one digit; a dash where there is no whole.
pub(super) fn percent(part: i128, whole: i128) -> Bilingual {
    if whole == 0 {
        return Bilingual::same("–");
    }
    let text = tenths(rounded(part * 1000, whole));
    Bilingual::new(text.vi + " %", text.en + " %")
}

/// Tonnes from kilograms: with one digit below a hundred.
pub(super) fn tonnes(kg: i128) -> Bilingual {
    let text =
        if kg < 100_000 && kg % 1000 != 0 { tenths(rounded(kg, 100)) } else { whole(rounded(kg, 1000)) };
    Bilingual::new(text.vi + " tấn", text.en + " t")
}

/// An amount of money: in billions, millions or đồng.
pub(super) fn money(vnd: i128) -> Bilingual {
    let (text, vi, en) = match vnd {
        1_000_000_000_000.. => (whole(rounded(vnd, 1_000_000_000)), " tỷ đồng", " bn VND"),
        1_000_000_000.. => (tenths(rounded(vnd, 100_000_000)), " tỷ đồng", " bn VND"),
        1_000_000.. => (tenths(rounded(vnd, 100_000)), " triệu đồng", " m VND"),
        _ => (whole(vnd), " đồng", " VND"),
    };
    Bilingual::new(text.vi + vi, text.en + en)
}

/// A day: 28/11/2025, 2025-11-28.
pub(super) fn day(day: Date) -> Bilingual {
    let text = day.to_string();
    let vi = text.rsplit('-').collect::<Vec<_>>().join("/");
    Bilingual::new(vi, text)
}

pub(super) fn decimal(number: Option<f64>, digits: usize) -> Bilingual {
    both(|w| w.optional(number, digits))
}

pub(super) fn share(share: Option<f64>) -> Bilingual {
    both(|w| w.optional_percent(share))
}

fn span(days: Window) -> Bilingual {
    let (from, to) = (day(days.from), day(days.to));
    Bilingual::new(from.vi + " – " + &to.vi, from.en + " – " + &to.en)
}

/// A cell as a page shows it, and what it is sorted by.
#[derive(Debug, Serialize)]
pub(super) struct CellView {
    text: Bilingual,
    /// A number for sorting, in digits; texts sort as they read.
    sort: Option<String>,
}

impl CellView {
    pub(super) fn of(cell: &Cell) -> Self {
        let number = |text: Bilingual, sort: i128| Self { text, sort: Some(sort.to_string()) };
        match cell {
            Cell::Empty => Self { text: Bilingual::default(), sort: None },
            Cell::Name(text) => Self { text: Bilingual::same(text), sort: None },
            Cell::Words(text) => Self { text: text.clone(), sort: None },
            Cell::Count(n) | Cell::Kg(n) | Cell::Vnd(n) => number(whole(*n), *n),
            Cell::Distance(metres) => number(whole(rounded(metres.0.into(), 1000)), metres.0.into()),
            Cell::Score(score) => number(both(|w| w.decimal(score.fraction(), 3)), score.micro().into()),
            Cell::Share(part, whole) => number(
                percent(*part, *whole),
                if *whole == 0 { -1 } else { rounded(part * 1_000_000, *whole) },
            ),
            Cell::Days(days) => Self { text: span(*days), sort: Some(days.from.number().to_string()) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{money, percent, tonnes};

    #[test]
    fn numbers_are_written_as_each_language_does() {
        let said = |text: crate::overview::Bilingual| format!("{} | {}", text.vi, text.en);
        assert_eq!(said(percent(1, 3)), "33,3 % | 33.3 %");
        assert_eq!(said(percent(2, 3)), "66,7 % | 66.7 %");
        assert_eq!(said(percent(1, 1)), "100,0 % | 100.0 %");
        assert_eq!(said(percent(0, 0)), "– | –");
        assert_eq!(said(tonnes(1_234_567_890)), "1.234.568 tấn | 1,234,568 t");
        assert_eq!(said(tonnes(12_345)), "12,3 tấn | 12.3 t");
        assert_eq!(said(tonnes(50)), "0,1 tấn | 0.1 t");
        assert_eq!(said(tonnes(2_000)), "2 tấn | 2 t");
        assert_eq!(said(money(829_204_425_000)), "829,2 tỷ đồng | 829.2 bn VND");
        assert_eq!(said(money(6_872_200_000_000)), "6.872 tỷ đồng | 6,872 bn VND");
        assert_eq!(said(money(1_250_000)), "1,3 triệu đồng | 1.3 m VND");
        assert_eq!(said(money(999)), "999 đồng | 999 VND");
    }
}
