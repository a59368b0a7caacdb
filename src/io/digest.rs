//! The digest of a market: SHA-256 of its canonical form, which is never held in memory.
//!
//! Entries are written as compact JSON, in parallel over fixed blocks of a list, and the fields of every object
//! put in the order of their names; the blocks go into the hash one after the other.

use std::fmt::Write as _;

use rayon::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::draft;
use crate::market::Market;

/// Entries that one task writes, and tasks before their bytes go into the hash.
const BLOCK: usize = 256;
const BLOCKS: usize = 16;

/// The digest that plans carry of their market: `sha256:` and the hexadecimal hash of its canonical form.
///
/// Canonical: lists sorted, defaults left out, keys sorted, UTF-8, no blanks, with the version of the
/// built-in catalogue. The order in which a document lists things does not change it.
///
/// ```
/// use lienket::{Market, MarketParts};
/// let market = Market::build(MarketParts::new("2025-11-28".parse()?))?;
/// assert_eq!(lienket::io::market_digest(&market).len(), "sha256:".len() + 64);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn market_digest(market: &Market) -> String {
    let parts = market.parts();
    let mut canonical = Canonical(Sha256::new());
    // Fields in the order of their names.
    canonical.field("{\"as_of\":", &parts.as_of);
    canonical.optional(",\"barred\":", &parts.barred);
    if !parts.catalogue.is_empty() {
        canonical.field(",\"catalogue\":", &parts.catalogue);
    }
    canonical.field(",\"catalogue_version\":", &market.catalogue().version());
    canonical.optional(",\"contracts\":", &parts.contracts);
    canonical.list(",\"cooperatives\":", &parts.cooperatives);
    canonical.list(",\"demands\":", &parts.demands);
    canonical.list(",\"enterprises\":", &parts.enterprises);
    canonical.optional(",\"exclusions\":", &parts.exclusions);
    canonical.field(",\"format\":", &draft::FORMAT);
    canonical.list(",\"offers\":", &parts.offers);
    canonical.optional(",\"relations\":", &parts.relations);
    canonical.0.update(b"}");
    canonical.0.finalize().iter().fold("sha256:".to_owned(), |mut digest, byte| {
        // Writing to a string cannot fail.
        let _ = write!(digest, "{byte:02x}");
        digest
    })
}

/// The canonical form on its way into a hash.
struct Canonical(Sha256);

impl Canonical {
    fn field(&mut self, name: &str, value: &impl Serialize) {
        self.0.update(name.as_bytes());
        let mut bytes = Vec::new();
        write(value, &mut Vec::new(), &mut bytes);
        self.0.update(&bytes);
    }

    fn list<T: Serialize + Sync>(&mut self, name: &str, list: &[T]) {
        self.0.update(name.as_bytes());
        self.0.update(b"[");
        let mut first = true;
        for blocks in list.chunks(BLOCK * BLOCKS) {
            let written: Vec<Vec<u8>> = blocks.par_chunks(BLOCK).map(block).collect();
            for bytes in written {
                // Every entry has a comma before it.
                self.0.update(if first { &bytes[1..] } else { &bytes });
                first = false;
            }
        }
        self.0.update(b"]");
    }

    fn optional<T: Serialize + Sync>(&mut self, name: &str, list: &[T]) {
        if !list.is_empty() {
            self.list(name, list);
        }
    }
}

fn block<T: Serialize>(entries: &[T]) -> Vec<u8> {
    let (mut scratch, mut bytes) = (Vec::new(), Vec::new());
    for entry in entries {
        bytes.push(b',');
        write(entry, &mut scratch, &mut bytes);
    }
    bytes
}

/// Appends the canonical form of a value.
fn write(value: &impl Serialize, scratch: &mut Vec<u8>, bytes: &mut Vec<u8>) {
    scratch.clear();
    serde_json::to_writer(&mut *scratch, value).expect("a market is plain data with text keys");
    sort(scratch, bytes);
}

/// Appends a value of compact JSON, the fields of its objects in the order of their names. (Names in markets
/// have nothing that JSON escapes.)
fn sort(value: &[u8], bytes: &mut Vec<u8>) {
    match value[0] {
        b'{' => {
            let mut fields: Vec<(&[u8], &[u8])> = Vec::with_capacity(16);
            let mut rest = &value[1..value.len() - 1];
            while !rest.is_empty() {
                let (name, after) = rest.split_at(length(rest));
                let after = &after[1..];
                let (field, after) = after.split_at(length(after));
                fields.push((name, field));
                rest = after.strip_prefix(b",").unwrap_or(after);
            }
            // With their quotes: no character of a name comes before the closing one.
            fields.sort_unstable();
            for (i, (name, field)) in fields.into_iter().enumerate() {
                bytes.push(if i == 0 { b'{' } else { b',' });
                bytes.extend_from_slice(name);
                bytes.push(b':');
                sort(field, bytes);
            }
            if value.len() == 2 {
                bytes.push(b'{');
            }
            bytes.push(b'}');
        }
        b'[' if value.contains(&b'{') => {
            let mut rest = &value[1..value.len() - 1];
            bytes.push(b'[');
            while !rest.is_empty() {
                let (item, after) = rest.split_at(length(rest));
                sort(item, bytes);
                rest = match after.split_first() {
                    Some((comma, after)) => {
                        bytes.push(*comma);
                        after
                    }
                    None => after,
                };
            }
            bytes.push(b']');
        }
        _ => bytes.extend_from_slice(value),
    }
}

/// Bytes of the value that compact JSON begins with.
fn length(json: &[u8]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < json.len() {
        match json[at] {
            b'"' => at = end_of_text(json, at),
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            b',' | b':' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
        if depth == 0 && matches!(json[at - 1], b'"' | b'}' | b']') {
            return at;
        }
    }
    at
}

/// Where a text that begins at `start` has its closing quote.
fn end_of_text(json: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while json[at] != b'"' {
        at += if json[at] == b'\\' { 2 } else { 1 };
    }
    at
}

#[cfg(test)]
mod tests {
    use super::write;
    use serde_json::{Value, json};

    #[test]
    fn the_canonical_form_is_that_of_a_sorted_tree() {
        let values = [
            json!({}),
            json!([]),
            json!(null),
            json!(-12.5e300),
            json!("a \"quoted\" text, with {braces}: [and] \\ backslashes\\"),
            json!([1, [2, {"b": [], "a": {}}], {"z": "}", "y": null, "x": [true, "]"]}]),
            json!({"volume_kg": 1, "volume": 2, "a": {"lon": 1.5, "lat": -0.25}, "list": [{"b": 1, "a": 2}, {}]}),
            json!({"name": "HTX chè \u{1f}\u{2028} \"Hảo Đạt\"", "id": "\\", "empty": ""}),
        ];
        for value in values {
            // Backwards, so that there is something to sort.
            let (mut scratch, mut written) = (Vec::new(), Vec::new());
            write(&Backwards(&value), &mut scratch, &mut written);
            assert_eq!(String::from_utf8(written).expect("text"), value.to_string());
        }
    }

    /// A value with the fields of its objects from last to first.
    struct Backwards<'a>(&'a Value);

    impl serde::Serialize for Backwards<'_> {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self.0 {
                Value::Object(fields) => {
                    serializer.collect_map(fields.iter().rev().map(|(name, field)| (name, Backwards(field))))
                }
                Value::Array(items) => serializer.collect_seq(items.iter().map(Backwards)),
                other => other.serialize(serializer),
            }
        }
    }
}
