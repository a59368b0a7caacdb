//! Markets as JSON documents.
//!
//! A document is read entry by entry: each becomes a small tree, then a part of the market, before the next
//! is looked at, so that a long document is never held as a tree.

use std::cell::Cell;
use std::fmt;
use std::io::{Read, Write};
use std::ops::ControlFlow;

use serde::Serialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::draft::{Draft, FORMAT};
use super::entries::Entry;
use super::fields::{At, duplicate_key, unknown_field};
use super::node::{Node, scalars, skip_list, skip_map};
use super::text::{byte_at, decode, line_and_column};
use super::values::wrong_type;
use crate::error::{Error, Issue};
use crate::market::Market;
use crate::watch::{Progress, Stage, Watch};

/// Top-level fields, and whether each must be there.
const FIELDS: [(&str, bool); 11] = [
    ("format", true),
    ("as_of", true),
    ("cooperatives", true),
    ("enterprises", true),
    ("offers", true),
    ("demands", true),
    ("contracts", false),
    ("exclusions", false),
    ("barred", false),
    ("relations", false),
    ("catalogue", false),
];

/// Reads a market from the bytes of a document `lienket/market@1`.
///
/// ```
/// let document = br#"{"format": "lienket/market@1", "as_of": "2025-11-28",
///     "cooperatives": [], "enterprises": [], "offers": [], "demands": [{"id": "d-1"}]}"#;
/// let error = lienket::io::json::market_from_slice(document).unwrap_err();
/// assert_eq!(error.issues()[0].pointer, "/demands/0/enterprise");
/// ```
///
/// # Errors
/// [`Error::Unreadable`] where it is not JSON, with line and column; [`Error::Faults`] with every fault of
/// the content.
pub fn market_from_slice(document: &[u8]) -> Result<Market, Error> {
    market_watched(document, &|_| ControlFlow::Continue(()))
}

/// As [`market_from_slice`], reporting progress to `watch`, which may cancel the reading.
pub(super) fn market_watched(document: &[u8], watch: Watch) -> Result<Market, Error> {
    let mut draft = Draft::new();
    read(document, &mut draft, |_| true, watch)?;
    draft.finish(Some)
}

/// Reads a market from a reader of a document `lienket/market@1`.
///
/// # Errors
/// As [`market_from_slice`], and [`Error::Unreadable`] where the reader fails.
pub fn market_from_reader(mut reader: impl Read) -> Result<Market, Error> {
    let mut document = Vec::new();
    reader.read_to_end(&mut document).map_err(|error| Error::Unreadable {
        place: "the input".to_owned(),
        message: format!("it cannot be read: {error}"),
        help: "Check where it comes from and try again.".to_owned(),
    })?;
    market_from_slice(&document)
}

/// Reads a document into a draft, as far as it is JSON. Only fields that `belong` may stand in it.
pub(super) fn read(
    document: &[u8],
    draft: &mut Draft,
    belongs: fn(&str) -> bool,
    watch: Watch,
) -> Result<(), Error> {
    let text = decode(document)?;
    let mut json = serde_json::Deserializer::from_str(text);
    let watching = Cell::new(Some(0));
    let count = Count { entries: &watching, watch };
    let read = Document { draft, belongs, count }.deserialize(&mut json).and_then(|()| json.end());
    read.map_err(|error| match watching.get() {
        Some(_) => syntax_error(&error, text, &draft.issues),
        None => Error::Cancelled,
    })
}

/// Entries read so far, told to somebody who may stop the reading; `None` from then on.
#[derive(Clone, Copy)]
struct Count<'a> {
    entries: &'a Cell<Option<u64>>,
    watch: Watch<'a>,
}

impl Count<'_> {
    fn one_more<E: serde::de::Error>(&self) -> Result<(), E> {
        let done = self.entries.get().unwrap_or(0) + 1;
        self.entries.set(Some(done));
        // How many there are is known when they have been read.
        let progress = Progress { stage: Stage::Reading, done, total: 0 };
        if done.is_multiple_of(1024) && (self.watch)(progress).is_break() {
            self.entries.set(None);
            return Err(E::custom("cancelled"));
        }
        Ok(())
    }
}

/// Where the document stops being JSON, and why. Faults found before that are told at the end.
pub(super) fn syntax_error(error: &serde_json::Error, text: &str, before: &[Issue]) -> Error {
    let full = error.to_string();
    let suffix = format!(" at line {} column {}", error.line(), error.column());
    let mut message = format!("this is not JSON: {}", full.strip_suffix(&suffix).unwrap_or(&full));
    let byte = byte_at(text, error.line(), error.column());
    let rest = &text[byte..];
    let (line, column) = line_and_column(text, byte);
    let help = if text.trim().is_empty() {
        "the document is empty".clone_into(&mut message);
        "Write a document, at least its `format`."
    } else if error.is_eof() {
        "The document ends too early; it may have been cut off on its way."
    } else if full.contains("recursion limit") {
        "Nothing in a document is nested that deep; look for brackets that are not closed."
    } else if ["NaN", "nan", "Inf", "inf", "-Inf", "-inf"].iter().any(|word| rest.starts_with(word)) {
        "JSON has no such number; write a number, or leave the field out where there is none."
    } else {
        "Correct the document there; nothing after it has been checked."
    };
    let mut help = help.to_owned();
    if !before.is_empty() {
        let lines: Vec<String> = before.iter().map(ToString::to_string).collect();
        help = format!("{help} Before it {} found:\n{}", faults(lines.len()), lines.join("\n"));
    }
    let place = format!("line {line}, column {column}");
    Error::Unreadable { place, message, help }
}

fn faults(count: usize) -> String {
    if count == 1 { "1 fault was".to_owned() } else { format!("{count} faults were") }
}

/// The top level of a document, or a market within another one.
pub(super) struct Document<'a> {
    draft: &'a mut Draft,
    belongs: fn(&str) -> bool,
    count: Count<'a>,
}

impl<'a> Document<'a> {
    /// A whole market; `entries` counts, and holds nothing any more once `watch` has cancelled.
    pub(super) fn whole(draft: &'a mut Draft, entries: &'a Cell<Option<u64>>, watch: Watch<'a>) -> Self {
        Self { draft, belongs: |_| true, count: Count { entries, watch } }
    }

    #[expect(clippy::needless_pass_by_value, reason = "visitors share the signature")]
    fn scalar(self, node: Node) {
        let help = format!("A market is an object that begins with {{\"format\": \"{FORMAT}\", …}}.");
        wrong_type(&node, "a market", &help, &At::ROOT, &mut self.draft.issues);
    }
}

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a market")
    }

    scalars!();

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        self.scalar(Node::List(Vec::new()));
        skip_list(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { draft, belongs, count } = self;
        let mut seen: Vec<String> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            let at = At::ROOT;
            let at = at.field(&key);
            if !FIELDS.iter().any(|(name, _)| *name == key && belongs(name)) {
                let known: Vec<&str> =
                    FIELDS.iter().map(|(name, _)| *name).filter(|name| belongs(name)).collect();
                draft.issues.push(unknown_field(&key, &at, &known));
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            if seen.contains(&key) {
                draft.issues.push(duplicate_key(&key, &at));
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let Draft { parts, issues, .. } = draft;
            match key.as_str() {
                "format" => draft.format(map.next_value()?),
                "as_of" => draft.as_of(map.next_value()?),
                "cooperatives" => {
                    map.next_value_seed(Entries { at, list: &mut parts.cooperatives, issues, count })?;
                }
                "enterprises" => {
                    map.next_value_seed(Entries { at, list: &mut parts.enterprises, issues, count })?;
                }
                "offers" => map.next_value_seed(Entries { at, list: &mut parts.offers, issues, count })?,
                "demands" => map.next_value_seed(Entries { at, list: &mut parts.demands, issues, count })?,
                "contracts" => {
                    map.next_value_seed(Entries { at, list: &mut parts.contracts, issues, count })?;
                }
                "exclusions" => {
                    map.next_value_seed(Entries { at, list: &mut parts.exclusions, issues, count })?;
                }
                "barred" => map.next_value_seed(Entries { at, list: &mut parts.barred, issues, count })?,
                "relations" => {
                    map.next_value_seed(Entries { at, list: &mut parts.relations, issues, count })?;
                }
                _ => draft.catalogue(map.next_value()?),
            }
            seen.push(key);
        }
        for (name, required) in FIELDS {
            if required && belongs(name) && !seen.iter().any(|key| key == name) {
                draft.missing(name);
            }
        }
        Ok(())
    }
}

/// One list of a document, read entry by entry.
struct Entries<'a, T> {
    at: At<'a>,
    list: &'a mut Vec<T>,
    issues: &'a mut Vec<Issue>,
    count: Count<'a>,
}

impl<T> Entries<'_, T> {
    #[expect(clippy::needless_pass_by_value, reason = "visitors share the signature")]
    fn scalar(self, node: Node) {
        wrong_type(
            &node,
            "a list",
            "Write a list in square brackets, which may be empty.",
            &self.at,
            self.issues,
        );
    }
}

impl<'de, T: Entry> DeserializeSeed<'de> for Entries<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Entry> Visitor<'de> for Entries<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    scalars!();

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(node) = list.next_element()? {
            let at = self.at.entry(self.list.len());
            self.list.push(T::read(node, &at, self.issues));
            self.count.one_more()?;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.scalar(Node::Map(Vec::new()));
        skip_map(map)
    }
}

/// Writes a market as a document `lienket/market@1`, one entry a line.
///
/// # Errors
/// [`Error::Unreadable`] where the writer fails, or where a catalogue entry carries more than documents do.
pub fn write_market(market: &Market, mut writer: impl Write) -> Result<(), Error> {
    representable(market)?;
    let written = write_document(market, &mut writer, |_| true).and_then(|()| writer.flush());
    written.map_err(|error| Error::Unreadable {
        place: "the output".to_owned(),
        message: format!("it cannot be written: {error}"),
        help: "Check where it goes and try again.".to_owned(),
    })
}

/// Refuses what documents have no fields for: it would be lost without a word.
pub(super) fn representable(market: &Market) -> Result<(), Error> {
    let added = &market.parts().catalogue;
    let products = added.products.iter().map(|entry| (&entry.id, keys(entry, &["id", "name"])));
    let standards = added.standards.iter().map(|entry| (&entry.id, keys(entry, &["id", "name"])));
    let places = added.places.iter().map(|entry| (&entry.id, keys(entry, &["id", "name", "lat", "lon"])));
    let acceptances = added
        .acceptances
        .iter()
        .map(|entry| (&entry.holds, keys(entry, &["holds", "for", "kind", "from", "until"])));
    let mut entries = products.chain(standards).chain(places).chain(acceptances);
    match entries.find(|(_, more)| !more.is_empty()) {
        None => Ok(()),
        Some((id, more)) => Err(Error::Unreadable {
            place: format!("catalogue entry `{id}`"),
            message: format!("documents have no field for its {}", more.join(", ")),
            help: "Leave these out of the market's catalogue.".to_owned(),
        }),
    }
}

/// The fields a value is written with, beside those of documents.
fn keys(entry: &impl Serialize, known: &[&str]) -> Vec<String> {
    match serde_json::to_value(entry) {
        Ok(serde_json::Value::Object(fields)) => {
            fields.into_iter().map(|(key, _)| key).filter(|key| !known.contains(&key.as_str())).collect()
        }
        _ => Vec::new(),
    }
}

/// Writes the fields that `belong`.
pub(super) fn write_document(
    market: &Market,
    writer: &mut dyn Write,
    belongs: fn(&str) -> bool,
) -> std::io::Result<()> {
    let parts = market.parts();
    write!(writer, "{{\n  \"format\": \"{FORMAT}\",\n  \"as_of\": \"{}\"", parts.as_of)?;
    let mut writer = Lists { writer, belongs };
    writer.list("cooperatives", &parts.cooperatives)?;
    writer.list("enterprises", &parts.enterprises)?;
    writer.list("offers", &parts.offers)?;
    writer.list("demands", &parts.demands)?;
    writer.list("contracts", &parts.contracts)?;
    writer.list("exclusions", &parts.exclusions)?;
    writer.list("barred", &parts.barred)?;
    writer.list("relations", &parts.relations)?;
    if !parts.catalogue.is_empty() {
        write!(writer.writer, ",\n  \"catalogue\": ")?;
        serde_json::to_writer(&mut *writer.writer, &parts.catalogue)?;
    }
    writeln!(writer.writer, "\n}}")
}

struct Lists<'a> {
    writer: &'a mut dyn Write,
    belongs: fn(&str) -> bool,
}

impl Lists<'_> {
    fn list<T: Serialize>(&mut self, name: &str, list: &[T]) -> std::io::Result<()> {
        let required = FIELDS.contains(&(name, true));
        if !(self.belongs)(name) || !required && list.is_empty() {
            return Ok(());
        }
        write!(self.writer, ",\n  \"{name}\": [")?;
        for (i, entry) in list.iter().enumerate() {
            self.writer.write_all(if i == 0 { b"\n    " } else { b",\n    " })?;
            serde_json::to_writer(&mut *self.writer, entry)?;
        }
        self.writer.write_all(if list.is_empty() { b"]" } else { b"\n  ]" })
    }
}
