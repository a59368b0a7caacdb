//! A row on its way to an entry.

use super::field::Ids;
use crate::io::cells::{Ask, plain_letters};
use crate::io::csv::columns::{Column, Sheet};
use crate::io::node::{Key, Node};

/// A row that was read: its fields, and the fields that were refused.
#[expect(clippy::struct_field_names, reason = "a row is counted as one")]
pub(super) struct Row {
    pub(super) row: usize,
    pub(super) fields: Vec<(Key, Node)>,
    pub(super) refused: Vec<(Vec<&'static str>, Ask, Option<String>)>,
    pub(super) noted: bool,
}

impl Row {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.fields.iter().find_map(|(field, node)| match node {
            Node::Text(text) if field == name => Some(text.as_str()),
            _ => None,
        })
    }
}

pub(super) fn required(sheet: &Sheet) -> Vec<&'static str> {
    sheet.columns.iter().filter(|column| column.required).map(|column| column.name).collect()
}

/// Whether entries without an id are given one.
pub(super) fn mints(sheet: &Sheet) -> bool {
    ["cooperatives", "enterprises", "offers", "demands"].contains(&sheet.list)
}

/// An id of the name, or of the row.
pub(super) fn minted(sheet: &Sheet, row: &Row) -> String {
    let name = row.text("name").map(plain_letters).unwrap_or_default();
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug = words.collect::<Vec<_>>().join("-");
    if slug.is_empty() { format!("{}-row-{}", sheet.list.trim_end_matches('s'), row.row) } else { slug }
}

/// The steps of a column's field within its entry.
pub(super) fn steps(column: &Column) -> Vec<&'static str> {
    column.inside.map_or_else(|| vec![column.name], |(object, field)| vec![object, field])
}

/// Puts a field into a row, together with others of the same object.
pub(super) fn put(
    row: &mut Row,
    name: &'static str,
    inside: Option<(&'static str, &'static str)>,
    node: Node,
) {
    let (name, node) = match inside {
        None => (name, node),
        Some((object, field)) => (object, Node::Map(vec![(field.into(), node)])),
    };
    match (row.fields.iter_mut().find(|(field, _)| field == name), node) {
        (None, node) => row.fields.push((name.into(), node)),
        (Some((_, Node::Map(there))), Node::Map(mut more)) if inside.is_some() => there.append(&mut more),
        (Some(_), _) => {
            let message = "a place stands here both as a name and as coordinates";
            let ask = Ask::new("two_places", message, "Fill in either the place, or latitude and longitude.");
            row.refused.push((vec![name], ask, None));
        }
    }
}

/// The ids of rows, and the names they go by.
pub(super) fn ids(rows: &[Row]) -> Ids {
    let mut ids = Ids::default();
    for row in rows {
        if let Some(id) = row.text("id") {
            ids.add(id, row.text("name"));
        }
    }
    ids
}
