//! Times of the day and the slots that a day is cut into.

use std::fmt;

use serde::{Serialize, Serializer};

use super::venue::Venue;
use crate::units::Date;

/// A time of the day in whole minutes, 00:00 to 24:00, without a time zone: what the clock on the wall shows.
///
/// ```
/// use lienket::Time;
/// let time: Time = "08:30".parse()?;
/// assert_eq!((time.minutes(), time.to_string()), (510, "08:30".to_owned()));
/// assert!("8h30".parse::<Time>().is_err());
/// # Ok::<(), lienket::TimeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(u16);

/// Why a text is not a [`Time`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time of the day written as HH:MM")]
pub struct TimeError(String);

impl Time {
    /// The beginning of the day.
    pub const MIDNIGHT: Self = Self(0);
    /// The end of the day.
    pub const END: Self = Self(24 * 60);

    /// The time so many minutes after midnight, or `None` beyond the day.
    #[must_use]
    pub fn after_midnight(minutes: u32) -> Option<Self> {
        let time = u16::try_from(minutes).map(Self).ok()?;
        (time <= Self::END).then_some(time)
    }

    /// Minutes since midnight, 0 … 1440.
    #[must_use]
    pub fn minutes(self) -> u32 {
        self.0.into()
    }
}

impl std::str::FromStr for Time {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let digits = |part: &str| {
            let two = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            two.then(|| part.parse::<u32>().ok()).flatten()
        };
        let time = text.split_once(':').and_then(|(hour, minute)| {
            let (hour, minute) = (digits(hour)?, digits(minute).filter(|minute| *minute < 60)?);
            Self::after_midnight(60 * hour + minute)
        });
        time.ok_or_else(|| TimeError(text.to_owned()))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A stretch of a day, `from` included, `to` not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Span {
    /// The day.
    pub day: Date,
    /// Its beginning.
    pub from: Time,
    /// Its end; after `from` in a validated venue.
    pub to: Time,
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}–{}", self.day, self.from, self.to)
    }
}

impl Span {
    /// Whether the other lies within it.
    pub(super) fn holds(self, other: Self) -> bool {
        self.day == other.day && self.from <= other.from && other.to <= self.to
    }

    /// Whether they have a minute in common.
    pub(super) fn meets(self, other: Self) -> bool {
        self.day == other.day && self.from < other.to && other.from < self.to
    }
}

/// The slots of a venue, in the order of time: each day from its beginning, the next slot `change_minutes` after
/// the end of the one before, or at the end of a break that stands in the way.
pub(super) fn slots(venue: &Venue) -> Vec<Span> {
    let mut days: Vec<_> = venue.days.iter().collect();
    days.sort_by_key(|day| (day.date, day.from));
    let mut slots = Vec::new();
    for day in days {
        let mut from = day.from;
        while let Some(to) = Time::after_midnight(from.minutes() + venue.slot_minutes)
            && to <= day.to
        {
            let slot = Span { day: day.date, from, to };
            let stops = day.breaks.iter().filter(|pause| pause.from < to && from < pause.to);
            let next = stops.map(|pause| pause.to).max().or_else(|| {
                slots.push(slot);
                Time::after_midnight(to.minutes() + venue.change_minutes)
            });
            // A slot has a minute at least, so this moves on.
            let Some(next) = next.filter(|next| *next > from) else { break };
            from = next;
        }
    }
    slots
}
