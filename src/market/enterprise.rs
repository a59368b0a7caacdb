//! Enterprises: they make demands.

use serde::Serialize;

use crate::market::place::Place;
use crate::units::Kg;

/// A buyer: processor, retailer, exporter, kitchen …
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Enterprise {
    /// Unique among enterprises; 1 … 128 bytes without control characters.
    pub id: String,
    /// For people; the id where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it takes delivery, unless a demand says otherwise.
    pub place: Place,
    /// Groups for statistics.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Most it can take over all its demands; no limit where absent.
    #[serde(rename = "capacity_kg", skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Kg>,
}

impl Enterprise {
    /// An enterprise with an id and a place; the rest as documents default it.
    #[must_use]
    pub fn new(id: impl Into<String>, place: Place) -> Self {
        Self { id: id.into(), name: None, place, tags: Vec::new(), capacity: None }
    }

    /// Sets the name.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Limits the total of its demands.
    #[must_use]
    pub fn capacity(mut self, capacity: Kg) -> Self {
        self.capacity = Some(capacity);
        self
    }

    /// Adds a tag.
    #[must_use]
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// The name, or the id where there is none.
    #[must_use]
    pub fn name_or_id(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }
}
