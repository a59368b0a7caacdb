//! One cell as a field of the document.

use std::collections::{BTreeMap, HashSet};

use crate::io::cells::amount::{Measure, Side, price, quantity};
use crate::io::cells::date::{End, date};
use crate::io::cells::names::{Names, text};
use crate::io::cells::number::{Point, number, of_float, show};
use crate::io::cells::quoted::{Item, items, unquote};
use crate::io::cells::{Ask, Raw, Read, Reading, words};
use crate::io::node::Node;
use crate::market::{Place, fold_name, without_legal_form};

/// The ids of a list, and the names they go by.
#[derive(Default)]
pub(in crate::io) struct Ids {
    exact: HashSet<String>,
    named: BTreeMap<String, Vec<String>>,
}

impl Ids {
    pub(in crate::io) fn add(&mut self, id: &str, name: Option<&str>) {
        self.exact.insert(id.to_owned());
        let folded: Vec<String> = [Some(id), name].into_iter().flatten().map(fold_name).collect();
        for name in folded.iter().flat_map(|name| [name.as_str(), without_legal_form(name)]) {
            let ids = self.named.entry(name.to_owned()).or_default();
            if !name.is_empty() && !ids.iter().any(|known| known == id) {
                ids.push(id.to_owned());
            }
        }
    }

    /// The id that a text refers to; validation says where there is none.
    fn refer(&self, written: &str) -> Read<String> {
        if let Some(exact) = unquote(written) {
            return Ok(Reading::plain(exact));
        }
        if self.exact.contains(written) {
            return Ok(Reading::plain(written.to_owned()));
        }
        let folded = fold_name(written);
        let found =
            [folded.as_str(), without_legal_form(&folded)].into_iter().filter(|name| !name.is_empty());
        match found.filter_map(|name| self.named.get(name)).find(|ids| !ids.is_empty()).map(Vec::as_slice) {
            Some([id]) => Ok(Reading::noted(id.clone(), format!("“{written}” read as `{id}`"))),
            Some(several) => {
                let help = format!("Write one of the ids {}.", several.join(", "));
                Err(Ask::new("ambiguous_name", "several bear this name", help))
            }
            None => Ok(text(written)),
        }
    }
}

/// What cells are read against.
pub(in crate::io) struct Context<'a> {
    pub(in crate::io) names: &'a Names,
    pub(in crate::io) cooperatives: &'a Ids,
    pub(in crate::io) enterprises: &'a Ids,
    pub(in crate::io) offers: &'a Ids,
    pub(in crate::io) demands: &'a Ids,
}

/// The text of a cell. Numbers are what they look like.
fn written(raw: &Raw) -> Result<String, Ask> {
    match raw {
        Raw::Text(text) => Ok(text.clone()),
        Raw::Number(value) if value.abs() < 1e15 => Ok(value.to_string()),
        Raw::Number(_) => {
            let help = "Format the cell as text and write it again.";
            Err(Ask::new("digits_lost", "a number of this length has lost its last digits", help))
        }
        Raw::Bool(value) => Ok(value.to_string()),
        Raw::Day(_) => {
            let help = "Format the cell as text and write it again.";
            Err(Ask::new("wrong_type", "a date stands where text is expected", help))
        }
        Raw::Error(_) | Raw::Uncomputed => {
            Err(Ask::new("error_cell", "there is no value in this cell", "Write the value."))
        }
    }
}

fn texts(read: Reading<Vec<String>>) -> Reading<Option<Node>> {
    read.map(|items| Some(Node::List(items.into_iter().map(Node::Text).collect())))
}

fn word(read: Reading<String>) -> Reading<Option<Node>> {
    read.map(|text| Some(Node::Text(text)))
}

/// A list of which every item is read by itself.
fn list<T>(written: &str, mut each: impl FnMut(Item) -> Read<T>) -> Read<Vec<T>> {
    let (items, by_commas) = items(written);
    let mut read = Reading::plain(Vec::new());
    if by_commas {
        read.notes.push("read as a list separated by commas".to_owned());
    }
    for item in items {
        let one = each(item)?;
        read.value.push(one.value);
        read.notes.extend(one.notes);
    }
    Ok(read)
}

/// Reads a cell that is not blank as what its column is for.
pub(in crate::io) fn field(
    list_name: &str,
    column: &str,
    raw: &Raw,
    of: Measure,
    context: &Context,
) -> Read<Option<Node>> {
    match raw {
        Raw::Error(error) => {
            let message = format!("the cell shows the error {error}");
            return Err(Ask::new("error_cell", message, "Correct the formula or write the value."));
        }
        Raw::Uncomputed => {
            let help = "Open the workbook in a spreadsheet program and save it, or write the value.";
            return Err(Ask::new(
                "uncomputed_formula",
                "the cell holds a formula that was never computed",
                help,
            ));
        }
        _ => {}
    }
    let whole = |read: Reading<i64>| read.map(|value| Some(Node::Whole(value.into())));
    Ok(match column {
        "cooperative" => word(context.cooperatives.refer(&written(raw)?)?),
        "enterprise" => word(context.enterprises.refer(&written(raw)?)?),
        "offer" => word(context.offers.refer(&written(raw)?)?),
        "demand" => word(context.demands.refer(&written(raw)?)?),
        "product" => word(product(&written(raw)?, context.names)?),
        "products" => texts(list(&written(raw)?, |item| one_product(item, context.names))?),
        "standard" | "holds" | "for" => word(standard(&written(raw)?, context.names)?),
        "certified" | "requires" | "prefers" => texts(context.names.standards(&written(raw)?)?),
        "substitutes" => {
            let read = list(&written(raw)?, |item| substitute(item, context.names))?;
            read.map(|items| Some(Node::List(items)))
        }
        "tags" | "seeks" | "provides" => texts(list(&written(raw)?, |item| {
            Ok(match item {
                Item::Exact(word) => Reading::plain(word),
                Item::Written(word) => words::service(&word),
            })
        })?),
        "kind" if list_name == "catalogue/acceptances" => word(words::acceptance(&written(raw)?)?),
        "kind" => word(words::kind(&written(raw)?)?),
        "status" => word(words::status(&written(raw)?)?),
        "place" => place(&written(raw)?, context.names)?.map(Some),
        "available_from" | "needed_from" | "valid_from" | "from" => day(date(raw, End::First)?),
        "available_to" | "needed_to" | "valid_until" | "until" => day(date(raw, End::Last)?),
        "ask_vnd_per_kg" | "bid_vnd_per_kg" => {
            let side = if column.starts_with("ask") { Side::Ask } else { Side::Bid };
            price(raw, side, of)?.map(|price| price.map(|price| Node::Whole(price.into())))
        }
        "volume_kg" | "min_lot_kg" | "capacity_kg" => whole(quantity(raw, of)?),
        "members" | "max_buyers" | "max_suppliers" => count(raw)?.map(Some),
        "lat" | "lon" | "max_distance_km" | "reliability" => fraction(raw, column)?.map(Some),
        "all_or_nothing" | "accepts_market_equivalents" => words::yes(raw)?.map(|yes| Some(Node::Bool(yes))),
        _ => word(text(&written(raw)?)),
    })
}

fn day(read: Reading<crate::units::Date>) -> Reading<Option<Node>> {
    read.map(|day| Some(Node::Text(day.to_string())))
}

fn product(written: &str, names: &Names) -> Read<String> {
    unquote(written).map_or_else(|| names.product(written), |exact| Ok(Reading::plain(exact)))
}

fn one_product(item: Item, names: &Names) -> Read<String> {
    match item {
        Item::Exact(path) => Ok(Reading::plain(path)),
        Item::Written(name) => names.product(&name),
    }
}

fn standard(written: &str, names: &Names) -> Read<String> {
    if let Some(exact) = unquote(written) {
        return Ok(Reading::plain(exact));
    }
    let read = names.standards(&written.replace(';', " "))?;
    match &read.value[..] {
        [one] => Ok(Reading { value: one.clone(), notes: read.notes }),
        [] => Err(Ask::new("not_held", "what is not held is no certificate", "Delete the row.")),
        _ => Err(Ask::new("several_standards", "several standards stand here", "Write a row for each.")),
    }
}

fn place(written: &str, names: &Names) -> Read<Node> {
    if let Some(exact) = unquote(written) {
        return Ok(Reading::plain(Node::Text(exact)));
    }
    Ok(names.place(written)?.map(|place| match place {
        Place::Id(id) => Node::Text(id),
        Place::Point { lat, lon } => {
            Node::Map(vec![("lat".into(), Node::Decimal(lat)), ("lon".into(), Node::Decimal(lon))])
        }
    }))
}

/// `herb/lotus-tea:0.6`, `trà sen: 60%`.
fn substitute(item: Item, names: &Names) -> Read<Node> {
    let ask = || {
        let help = "Write product:fit, such as herb/lotus-tea:0.6, separated by semicolons.";
        Ask::new("bad_substitute", "a substitute is a product and how well it fits", help)
    };
    let (product, fit) = match item {
        Item::Exact(item) => {
            let (product, fit) = item.rsplit_once(':').ok_or_else(ask)?;
            (Reading::plain(product.to_owned()), Reading::plain(Node::Cell(fit.to_owned())))
        }
        Item::Written(item) => {
            let (product, fit) = item.rsplit_once(':').ok_or_else(ask)?;
            (names.product(product)?, fraction(&Raw::Text(fit.trim().to_owned()), "fit")?)
        }
    };
    let fields = vec![("product".into(), Node::Text(product.value)), ("fit".into(), fit.value)];
    Ok(Reading { value: Node::Map(fields), notes: [product.notes, fit.notes].concat() })
}

/// A whole number of things.
fn count(raw: &Raw) -> Read<Node> {
    let ask = || Ask::new("not_whole", "this number must be whole", "Write digits only, such as 120.");
    match raw {
        #[expect(clippy::cast_possible_truncation, reason = "within what floats hold exactly")]
        Raw::Number(value) if value.fract() == 0.0 && value.abs() <= 9e15 => {
            Ok(Reading::plain(Node::Whole(*value as i128)))
        }
        Raw::Text(text) => {
            if let Ok(value) = text.parse::<i128>()
                && value.to_string() == *text
            {
                return Ok(Reading::plain(Node::Whole(value)));
            }
            let digits = text.trim().trim_end_matches(|c: char| c.is_alphabetic() || c.is_whitespace());
            let read = number(digits, Point::Thousands)?;
            if read.value % 1000 != 0 {
                return Err(ask());
            }
            Ok(Reading::noted(Node::Whole(read.value / 1000), format!("read as {}", read.value / 1000)))
        }
        _ => Err(ask()),
    }
}

/// A number that need not be whole, with a decimal comma, a percent sign or `km` where people write them.
fn fraction(raw: &Raw, column: &str) -> Read<Node> {
    let ask = || Ask::new("not_a_number", "this is not a number", "Write a number, such as 0,8 or 250.");
    let text = match raw {
        Raw::Number(value) => return Ok(Reading::plain(Node::Decimal(*value))),
        Raw::Text(text) => text,
        _ => return Err(ask()),
    };
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
    if plain(text)
        && let Ok(value) = text.parse::<f64>()
    {
        return Ok(Reading::plain(Node::Decimal(value)));
    }
    let short = text.trim();
    if column == "lat" || column == "lon" {
        // Degrees have a comma or a point before any number of digits.
        let value: f64 = short.trim_end_matches('°').replace(',', ".").parse().map_err(|_| ask())?;
        return Ok(Reading::noted(Node::Decimal(value), format!("read as {value}")));
    }
    let (digits, scale) = match short.strip_suffix('%') {
        Some(percent) if matches!(column, "fit" | "reliability") => (percent, 100),
        _ => (short.strip_suffix("km").filter(|_| column == "max_distance_km").unwrap_or(short), 1),
    };
    let read = number(digits.trim(), Point::Either)?;
    let value: f64 = show(read.value * 1000 / scale).parse().map_err(|_| ask())?;
    let value = value / 1000.0;
    debug_assert!(of_float(value).is_some());
    Ok(Reading::noted(Node::Decimal(value), format!("read as {value}")))
}
