//! Reading the fields of an object, collecting every fault on the way.
//!
//! A fault never stops the reading: the reader gets `None`, puts in a filler and goes on, and the pointer of
//! the fault keeps validation from complaining of the filler.

use std::fmt;

use super::node::{Key, Node};
use super::values::{Value, wrong_type};
use crate::error::{Issue, did_you_mean};

/// Where in a document: a chain of steps up to the root, shown as a JSON pointer (RFC 6901).
#[derive(Clone, Copy, Debug)]
pub(super) struct At<'a> {
    up: Option<&'a At<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Root,
    Field(&'a str),
    Entry(usize),
}

impl<'a> At<'a> {
    pub(super) const ROOT: At<'static> = At { up: None, step: Step::Root };

    pub(super) fn field(&'a self, name: &'a str) -> At<'a> {
        At { up: Some(self), step: Step::Field(name) }
    }

    pub(super) fn entry(&'a self, index: usize) -> At<'a> {
        At { up: Some(self), step: Step::Entry(index) }
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(up) = self.up {
            up.fmt(f)?;
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Field(name) => write!(f, "/{}", name.replace('~', "~0").replace('/', "~1")),
            Step::Entry(index) => write!(f, "/{index}"),
        }
    }
}

/// The fields of one object, taken out one by one.
pub(super) struct Fields<'a> {
    at: At<'a>,
    entries: Vec<(Key, Node)>,
    /// Not an object at all: said once, so nothing more is said of its fields.
    broken: bool,
    issues: &'a mut Vec<Issue>,
}

impl<'a> Fields<'a> {
    /// Takes an object apart. Unknown and repeated fields are faults; so is anything but an object.
    pub(super) fn open(node: Node, at: At<'a>, known: &[&str], issues: &'a mut Vec<Issue>) -> Self {
        let Node::Map(entries) = node else {
            wrong_type(&node, "an object", "Write an object in braces.", &at, issues);
            return Self { at, entries: Vec::new(), broken: true, issues };
        };
        let mut seen: Vec<&str> = Vec::with_capacity(entries.len());
        for (name, _) in &entries {
            let at = at.field(name);
            if !known.contains(&name.as_ref()) {
                issues.push(unknown_field(name, &at, known));
            } else if seen.contains(&name.as_ref()) {
                issues.push(duplicate_key(name, &at));
            } else {
                seen.push(name);
            }
        }
        Self { at, entries, broken: false, issues }
    }

    /// The value of a field that may be absent; `None` also where it is faulty.
    pub(super) fn optional<T: Value>(&mut self, name: &str) -> Option<T> {
        let node = self.take(name)?;
        T::of(node, &self.at.field(name), self.issues)
    }

    /// The value of a field that must be there; `None` where it is absent or faulty.
    pub(super) fn required<T: Value>(&mut self, name: &str) -> Option<T> {
        let at = self.at;
        if let Some(node) = self.take(name) {
            return T::of(node, &at.field(name), self.issues);
        }
        if !self.broken {
            self.issues.push(missing_field(name, &at.field(name)));
        }
        None
    }

    /// A text that must be there; else one that no document has, different for every field.
    pub(super) fn name(&mut self, name: &str) -> String {
        self.required(name).unwrap_or_else(|| format!("\u{1}{}", self.at.field(name)))
    }

    /// Whether a field is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|(field, _)| field == name)
    }

    /// What stands at a field, as it is.
    pub(super) fn take(&mut self, name: &str) -> Option<Node> {
        let position = self.entries.iter().position(|(field, _)| field == name)?;
        Some(std::mem::replace(&mut self.entries[position].1, Node::Null))
    }

    /// Where the object is, and the list of faults, for reading a field by hand.
    pub(super) fn parts(&mut self) -> (&At<'a>, &mut Vec<Issue>) {
        (&self.at, self.issues)
    }
}

pub(super) fn missing_field(name: &str, at: &At) -> Issue {
    let message = format!("the required field `{name}` is missing");
    Issue::error("missing_field", at.to_string(), message, "Add it.")
}

pub(super) fn duplicate_key(name: &str, at: &At) -> Issue {
    let message = format!("`{name}` stands in the same object twice");
    Issue::error("duplicate_key", at.to_string(), message, "Keep the one that is right.")
}

pub(super) fn unknown_field(name: &str, at: &At, known: &[&str]) -> Issue {
    let message = "there is no such field here";
    Issue::error("unknown_field", at.to_string(), message, suggestion(name, known)).found(name)
}

/// The nearest known word, or all of them.
pub(super) fn suggestion(word: &str, known: &[&str]) -> String {
    let near = did_you_mean(word, known.iter().copied());
    if near.is_empty() { format!("Known here: {}.", known.join(", ")) } else { near }
}
