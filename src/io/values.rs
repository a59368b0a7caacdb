//! The kinds of values that fields hold, each read from a node or reported with what stands there instead.

use super::fields::{At, Fields, suggestion};
use super::node::Node;
use crate::error::Issue;
use crate::market::{AcceptanceKind, CertificateStatus, CooperativeKind, Place, Substitute};
use crate::policy::{HubKind, Mechanism, Objective, Side, UnderLimits};
use crate::units::{Date, Kg, Km, VndPerKg, Window};

/// A value that a field may hold.
pub(super) trait Value: Sized {
    /// Reads it; a fault is pushed and `None` given.
    fn of(node: Node, at: &At, issues: &mut Vec<Issue>) -> Option<Self>;
}

/// One of a few words.
pub(super) trait Word: Copy + 'static {
    /// Every word with what it stands for.
    const WORDS: &'static [(&'static str, Self)];
}

impl Word for CooperativeKind {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("cooperative", Self::Cooperative),
        ("cooperative_group", Self::CooperativeGroup),
        ("union", Self::Union),
    ];
}

impl Word for CertificateStatus {
    const WORDS: &'static [(&'static str, Self)] =
        &[("active", Self::Active), ("suspended", Self::Suspended), ("revoked", Self::Revoked)];
}

impl Word for AcceptanceKind {
    const WORDS: &'static [(&'static str, Self)] =
        &[("legal", Self::Legal), ("technical", Self::Technical), ("market", Self::Market)];
}

impl Word for Objective {
    const WORDS: &'static [(&'static str, Self)] =
        &[("score", Self::Score), ("volume", Self::Volume), ("welfare", Self::Welfare)];
}

impl Word for Side {
    const WORDS: &'static [(&'static str, Self)] =
        &[("cooperatives", Self::Cooperatives), ("enterprises", Self::Enterprises)];
}

impl Word for Mechanism {
    const WORDS: &'static [(&'static str, Self)] = &[
        (Self::Optimal.name(), Self::Optimal),
        (Self::Greedy.name(), Self::Greedy),
        (Self::Stable.name(), Self::Stable),
        (Self::Fair.name(), Self::Fair),
        (Self::Egalitarian.name(), Self::Egalitarian),
    ];
}

impl Word for HubKind {
    const WORDS: &'static [(&'static str, Self)] = &[
        (Self::Unions.name(), Self::Unions),
        (Self::Cooperatives.name(), Self::Cooperatives),
        (Self::Depots.name(), Self::Depots),
    ];
}

impl Word for UnderLimits {
    const WORDS: &'static [(&'static str, Self)] =
        &[("refuse", Self::Refuse), ("approximate", Self::Approximate)];
}

impl<W: Word> Value for W {
    fn of(node: Node, at: &At, issues: &mut Vec<Issue>) -> Option<Self> {
        let text = String::of(node, at, issues)?;
        let known = W::WORDS.iter().find(|(word, _)| *word == text);
        if known.is_none() {
            let words: Vec<&str> = W::WORDS.iter().map(|(word, _)| *word).collect();
            issues.push(unknown_word(&text, at, &words));
        }
        known.map(|(_, value)| *value)
    }
}

pub(super) fn unknown_word(text: &str, at: &At, words: &[&str]) -> Issue {
    let message = format!("this is none of {}", words.join(", "));
    Issue::error("unknown_word", at.to_string(), message, suggestion(text, words)).found(text)
}

/// Says what stands there and what is expected.
pub(super) fn wrong_type(node: &Node, expected: &str, help: &str, at: &At, issues: &mut Vec<Issue>) {
    let (message, help) = match node {
        Node::Null => (
            format!("null stands where {expected} is expected"),
            "Write a value, or leave the field out where there is none; null is not the same as absent.",
        ),
        other => (format!("{} stands where {expected} is expected", other.kind()), help),
    };
    issues.push(Issue::error("wrong_type", at.to_string(), message, help).found(node));
}

impl Value for String {
    fn of(node: Node, at: &At, issues: &mut Vec<Issue>) -> Option<Self> {
        match node {
            Node::Text(text) | Node::Cell(text) => Some(text),
            other => {
                wrong_type(&other, "text", "Write it in quotes.", at, issues);
                None
            }
        }
    }
}

impl Value for bool {
    fn of(node: Node, at: &At, issues: &mut Vec<Issue>) -> Option<Self> {
        match node {
            Node::Bool(value) => return Some(value),
            Node::Cell(text) if text == "true" => return Some(true),
            Node::Cell(text) if text == "false" => return Some(false),
            other => wrong_type(&other, "true or false", "Write true or false, no other word.", at, issues),
        }
        None
    }
}

/// How a text is written, seen as a number of JSON.
enum Written {
    Whole,
    Decimal,
    Not,
}

fn written(text: &str) -> Written {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    if !digits(whole) || leading_zero || !fraction.is_none_or(digits) || !exponent.is_none_or(digits) {
        Written::Not
    } else if fraction.is_some() || exponent.is_some() {
        Written::Decimal
    } else {
        Written::Whole
    }
}

const DIGITS_ONLY: &str =
    "Write the digits alone, such as 20000: no quotes, units, blanks, thousand separators or leading zeros.";
const PLAIN_NUMBER: &str =
    "Write a number with a point, such as 0.8: no quotes, units, blanks, commas or percent signs.";

/// A whole number from `least` to `most`, which are the limits of its type.
fn whole(node: Node, least: i128, most: i128, at: &At, issues: &mut Vec<Issue>) -> Option<i128> {
    let not_whole = |found: &Node| {
        let message = "this number must be whole, written without point or exponent";
        let help = "Write digits only, such as 20000; if separators were meant, leave them out.";
        Issue::error("not_whole", at.to_string(), message, help).found(found)
    };
    let value = match node {
        Node::Whole(value) => value,
        Node::Cell(text) => match written(&text) {
            // More digits than that are beyond the limits anyway.
            Written::Whole => text.parse().unwrap_or(i128::MAX),
            Written::Decimal => {
                issues.push(not_whole(&Node::Cell(text)));
                return None;
            }
            Written::Not => {
                wrong_type(&Node::Cell(text), "a whole number", DIGITS_ONLY, at, issues);
                return None;
            }
        },
        Node::Decimal(_) => {
            issues.push(not_whole(&node));
            return None;
        }
        other => {
            wrong_type(&other, "a whole number", DIGITS_ONLY, at, issues);
            return None;
        }
    };
    if (least..=most).contains(&value) {
        return Some(value);
    }
    let (code, message, help) = if least == 0 && value < 0 {
        ("out_of_range", "this number must be 0 or more".to_owned(), "Correct it or leave it out.")
    } else {
        let message = format!("whole numbers here go from {least} to {most}");
        ("not_whole", message, "Check the digits and the unit.")
    };
    issues.push(Issue::error(code, at.to_string(), message, help).found(value));
    None
}

impl Value for i64 {
    fn of(node: Node, at: &At, issues: &mut Vec<Issue>) -> Option<Self> {
        whole(node, Self::MIN.into(), Self::MAX.into(), at, issues)?.try_into().ok()
    }
}

impl Value for u64 {
    fn of(node: Node, at: &At, issues: &mut Vec<Issue>) -> Option<Self> {
        whole(node, 0, Self::MAX.into(), at, issues)?.try_into().ok()
    }
}

impl Value for Kg {
    fn of(node: Node, at: &At, issues: &mut Vec<Issue>) -> Option<Self> {
        i64::of(node, at, issues).map(Self)
    }
}

impl Value for VndPerKg {
    fn of(node: Node, at: &At, issues: &mut Vec<Issue>) -> Option<Self> {
        i64::of(node, at, issues).map(Self)
    }
}

impl Value for f64 {
    #[expect(clippy::cast_precision_loss, reason = "a fraction is asked for; whole numbers stand for one")]
    fn of(node: Node, at: &At, issues: &mut Vec<Issue>) -> Option<Self> {
        match node {
            Node::Whole(value) => Some(value as Self),
            Node::Decimal(value) => Some(value),
            Node::Cell(ref text) => {
                let number = match written(text) {
                    Written::Not => None,
                    Written::Whole | Written::Decimal => text.parse().ok(),
                };
                if number.is_none() {
                    wrong_type(&node, "a number", PLAIN_NUMBER, at, issues);
                }
                number
            }
            other => {
                wrong_type(&other, "a number", PLAIN_NUMBER, at, issues);
                None
            }
        }
    }
}

impl Value for Km {
    fn of(node: Node, at: &At, issues: &mut Vec<Issue>) -> Option<Self> {
        f64::of(node, at, issues).map(Self)
    }
}

impl Value for Date {
    fn of(node: Node, at: &At, issues: &mut Vec<Issue>) -> Option<Self> {
        let text = String::of(node, at, issues)?;
        let date = text.parse().ok();
        if date.is_none() {
            let message = "this is not a day of the calendar written as YYYY-MM-DD";
            let help = "Write year, month and day with hyphens, such as 2025-11-28.";
            issues.push(Issue::error("bad_date", at.to_string(), message, help).found(text));
        }
        date
    }
}

impl Value for Window {
    fn of(node: Node, at: &At, issues: &mut Vec<Issue>) -> Option<Self> {
        let mut fields = Fields::open(node, *at, &["from", "to"], issues);
        let (from, to) = (fields.required("from"), fields.required("to"));
        Some(Self { from: from?, to: to? })
    }
}

impl Value for Place {
    fn of(node: Node, at: &At, issues: &mut Vec<Issue>) -> Option<Self> {
        match node {
            Node::Text(id) | Node::Cell(id) => Some(Self::Id(id)),
            Node::Map(_) => {
                let mut fields = Fields::open(node, *at, &["lat", "lon"], issues);
                let (lat, lon) = (fields.required("lat"), fields.required("lon"));
                Some(Self::Point { lat: lat?, lon: lon? })
            }
            other => {
                let help =
                    "Write an id such as \"vn/thai-nguyen\", or {\"lat\": 21.0285, \"lon\": 105.8542}.";
                wrong_type(&other, "a place", help, at, issues);
                None
            }
        }
    }
}

/// A list; faulty elements are reported and replaced by what `read` gives, so that positions stay right.
///
/// In a cell, elements are separated by `;`, and `;` alone is the empty list.
pub(super) fn list<T>(
    node: Node,
    at: &At,
    issues: &mut Vec<Issue>,
    mut read: impl FnMut(Node, &At, &mut Vec<Issue>) -> T,
) -> Option<Vec<T>> {
    let items = match node {
        Node::List(items) => items,
        Node::Cell(text) if text == ";" => Vec::new(),
        Node::Cell(text) => text.split(';').map(|item| Node::Cell(item.to_owned())).collect(),
        other => {
            wrong_type(&other, "a list", "Write a list in square brackets.", at, issues);
            return None;
        }
    };
    let items = items.into_iter().enumerate();
    Some(items.map(|(i, item)| read(item, &at.entry(i), issues)).collect())
}

impl Value for Vec<String> {
    fn of(node: Node, at: &At, issues: &mut Vec<Issue>) -> Option<Self> {
        list(node, at, issues, |item, at, issues| {
            String::of(item, at, issues).unwrap_or_else(|| format!("\u{1}{at}"))
        })
    }
}

impl Value for Vec<Substitute> {
    fn of(node: Node, at: &At, issues: &mut Vec<Issue>) -> Option<Self> {
        list(node, at, issues, |item, at, issues| {
            let item = match item {
                Node::Cell(text) => match text.rsplit_once(':') {
                    Some((path, fit)) => Node::Map(vec![
                        ("product".into(), Node::Cell(path.to_owned())),
                        ("fit".into(), Node::Cell(fit.to_owned())),
                    ]),
                    None => Node::Cell(text),
                },
                other => other,
            };
            let (product, fit) = if let Node::Cell(text) = item {
                let message = "a substitute is a product and how well it fits";
                let help = "Write path:fit, such as herb/lotus-tea:0.6, separated by semicolons.";
                issues.push(Issue::error("bad_substitute", at.to_string(), message, help).found(text));
                (None, None)
            } else {
                let mut fields = Fields::open(item, *at, &["product", "fit"], issues);
                (fields.required("product"), fields.required("fit"))
            };
            Substitute { product: product.unwrap_or_else(|| format!("\u{1}{at}")), fit: fit.unwrap_or(0.0) }
        })
    }
}
