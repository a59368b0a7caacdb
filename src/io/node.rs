//! What a document says, before anybody asks what it means: a small tree that JSON, TOML and table rows
//! all give, so that one set of readers serves them all.
//!
//! Maps are lists of pairs, so that a key written twice is still there to be reported.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A value of a document.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Null,
    Bool(bool),
    Whole(i128),
    /// A number written with a point or an exponent, or a whole one beyond what the format's reader holds.
    Decimal(f64),
    Text(String),
    /// A cell of a table: what it stands for is up to the field it belongs to.
    #[cfg_attr(not(feature = "csv"), expect(dead_code, reason = "only tables have cells"))]
    Cell(String),
    List(Vec<Node>),
    Map(Vec<(Key, Node)>),
}

/// The name of a field. The names of markets are not copied: most of a long document is the same few.
pub(super) type Key = Cow<'static, str>;

/// Names that stand in every entry of a long market.
const COMMON: [&str; 31] = [
    "ask_vnd_per_kg",
    "available",
    "bid_vnd_per_kg",
    "capacity_kg",
    "certificates",
    "certified",
    "cooperative",
    "enterprise",
    "from",
    "id",
    "kind",
    "lat",
    "lon",
    "max_distance_km",
    "members",
    "min_lot_kg",
    "name",
    "needed",
    "place",
    "prefers",
    "product",
    "products",
    "provides",
    "requires",
    "seeks",
    "standard",
    "tags",
    "to",
    "valid_from",
    "valid_until",
    "volume_kg",
];

/// Reads the name of a field.
struct KeySeed;

impl KeySeed {
    fn known(name: &str) -> Option<Key> {
        COMMON.binary_search(&name).ok().map(|at| Cow::Borrowed(COMMON[at]))
    }
}

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Key, E> {
        Ok(Self::known(name).unwrap_or_else(|| Cow::Owned(name.to_owned())))
    }

    fn visit_string<E: serde::de::Error>(self, name: String) -> Result<Key, E> {
        Ok(Self::known(&name).unwrap_or(Cow::Owned(name)))
    }
}

impl Node {
    /// What it is, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Whole(_) | Self::Decimal(_) => "a number",
            Self::Text(_) | Self::Cell(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "an object",
        }
    }
}

/// The value as a message shows it.
impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => value.fmt(f),
            Self::Whole(value) => value.fmt(f),
            // The debug form keeps the point of `20000.0`.
            Self::Decimal(value) => fmt::Debug::fmt(value, f),
            // Quoted, or "5" would look like the number it is not.
            Self::Text(text) => write!(f, "\"{text}\""),
            Self::Cell(text) => f.write_str(text),
            Self::List(items) => write!(f, "a list of {}", items.len()),
            Self::Map(fields) => write!(f, "an object of {}", fields.len()),
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Whole)
    }
}

/// Visits for every scalar, each ending in `self.scalar(node)`.
macro_rules! scalars {
    () => {
        fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Self::Value, E> {
            Ok(self.scalar(Node::Bool(value)))
        }
        fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Self::Value, E> {
            Ok(self.scalar(Node::Whole(value.into())))
        }
        fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Self::Value, E> {
            Ok(self.scalar(Node::Whole(value.into())))
        }
        fn visit_i128<E: serde::de::Error>(self, value: i128) -> Result<Self::Value, E> {
            Ok(self.scalar(Node::Whole(value)))
        }
        fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Self::Value, E> {
            Ok(self.scalar(Node::Decimal(value)))
        }
        fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Self::Value, E> {
            Ok(self.scalar(Node::Text(value.to_owned())))
        }
        fn visit_string<E: serde::de::Error>(self, value: String) -> Result<Self::Value, E> {
            Ok(self.scalar(Node::Text(value)))
        }
        fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
            Ok(self.scalar(Node::Null))
        }
    };
}
pub(super) use scalars;

/// Takes a whole value into a tree.
struct Whole;

impl Whole {
    #[expect(clippy::unused_self, reason = "visitors share the signature")]
    fn scalar(self, node: Node) -> Node {
        node
    }
}

impl<'de> Visitor<'de> for Whole {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    scalars!();

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut fields = Vec::with_capacity(8);
        while let Some(key) = map.next_key_seed(KeySeed)? {
            fields.push((key, map.next_value()?));
        }
        Ok(Node::Map(fields))
    }
}

/// Reads what is left of a list and forgets it.
pub(super) fn skip_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<(), A::Error> {
    while list.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

/// Reads what is left of a map and forgets it.
pub(super) fn skip_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_names_are_found() {
        assert!(COMMON.is_sorted());
        for name in COMMON {
            assert!(matches!(KeySeed::known(name), Some(Cow::Borrowed(known)) if known == name));
        }
        assert!(KeySeed::known("offers").is_none());
    }
}
