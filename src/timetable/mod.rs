//! Meeting timetables: who meets whom, when and where; and for every meeting that is not, the reason.
//!
//! A [`Timetable`] exists only after its checker has gone through every booking, whoever made it.
//!
//! ```text
//! venue       days, places, who is there when; faults        clock     times, spans, slots
//! hosted      a venue in a market, appointments checked      reason    why, why not, how good
//! wanted      which meetings, and which of these to try      problem   all of it as integers, with bounds
//! colouring   edge colouring by exchanges of paths           search    construction, ejection, fewer slots, fewer gaps
//! places      tables that buyers keep                        check     the independent checker
//! ```

mod check;
mod clock;
mod colouring;
mod hosted;
mod places;
mod problem;
mod reason;
mod search;
mod venue;
mod wanted;

use std::sync::Arc;

use serde::Serialize;

pub use clock::{Span, Time, TimeError};
pub use hosted::Party;
pub use reason::{Missed, MissedMeeting, WithoutMeeting};
pub use venue::{Appointment, Attendance, Break, Day, Meetings, Mode, Moment, Venue, Who};

use crate::error::{Error, Issue};
use crate::id::{CooperativeIx, DemandIx, EnterpriseIx, OfferIx};
use crate::plan::Plan;
use crate::units::Kg;
use hosted::Hosted;
use places::{Seat, tables};
use problem::{NONE, Problem};
use wanted::{Want, Wish, wants, wishes};

/// Where a meeting takes place, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Spot {
    /// A table on site.
    Table(u32),
    /// A room online.
    Room(u32),
}

/// A meeting with its time and place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Booking {
    /// Which of [`Timetable::slots`].
    pub slot: u32,
    /// Where.
    pub spot: Spot,
    /// Who sells.
    pub cooperative: CooperativeIx,
    /// Who buys.
    pub enterprise: EnterpriseIx,
}

/// Why two meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The organiser promised it.
    Appointment,
    /// They trade in the plan.
    Plan {
        /// All of it.
        volume: Kg,
    },
    /// They could trade.
    Candidate {
        /// The offer of their most promising pair.
        offer: OfferIx,
        /// Its demand.
        demand: DemandIx,
    },
}

/// What two who meet talk about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// An offer of the cooperative.
    pub offer: OfferIx,
    /// A demand of the enterprise.
    pub demand: DemandIx,
    /// What they trade in the plan; `None` where they could trade only.
    pub volume: Option<Kg>,
}

/// What a timetable reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Quality {
    /// Meetings held.
    pub meetings: u32,
    /// Wanted meetings that are not held.
    pub missed: u32,
    /// Slots with a meeting.
    pub slots: u32,
    /// Slots between two meetings of a participant on the same day in which they have none, over all participants.
    pub gaps: u32,
    /// The most of one participant.
    pub largest_gaps: u32,
    /// How often an enterprise goes to another table, or room, from one meeting to the next of that kind.
    pub table_changes: u32,
}

/// What no timetable can do better, of the meetings that were tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LeastSlots {
    /// Meetings tried: wanted, and within everybody's limits.
    pub tried: u32,
    /// The most of one participant.
    pub busiest: u32,
    /// Slots that all meetings tried need at least: the larger of `busiest` and meetings / places, rounded up.
    pub slots: u32,
    /// Meetings tried that surely find no slot: for one side's participants the meetings beyond a matching of partners with common
    /// slots, added up; or those beyond all places.
    pub missed: u32,
}

/// A timetable that has passed its check. Immutable; cloning copies a pointer.
///
/// ```
/// # use lienket::{Cooperative, Demand, Enterprise, Kg, Linkage, Market, MarketParts, Mechanism, Offer, Place, Plan, Policy};
/// use lienket::{Timetable, Venue};
/// # let mut parts = MarketParts::new("2025-11-28".parse()?);
/// # parts.cooperatives.push(Cooperative::new("htx", Place::id("vn/thai-nguyen")));
/// # parts.enterprises.push(Enterprise::new("shop", Place::id("vn/ha-noi")));
/// # parts.offers.push(Offer::new("o", "htx", "tea/green", Kg(500)));
/// # parts.demands.push(Demand::new("d", "shop", "tea", Kg(300)));
/// # let linkage = Linkage::build(&Market::build(parts)?, &Policy::default())?;
/// # let plan = Plan::solve(&linkage, Mechanism::Optimal)?;
/// let venue = Venue::new("2025-11-28".parse()?, "08:00".parse()?, "11:30".parse()?, 20);
/// let timetable = Timetable::schedule(&plan, &venue)?;
/// let meeting = timetable.meetings()[0];
/// assert_eq!(timetable.slots()[meeting.slot as usize].from.to_string(), "08:00");
/// assert_eq!(timetable.quality().slots, timetable.bounds().slots);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Timetable(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    plan: Plan,
    venue: Venue,
    slots: Vec<Span>,
    meetings: Vec<Booking>,
    why: Vec<Why>,
    subjects: Vec<Vec<Subject>>,
    missed: Vec<MissedMeeting>,
    without: Vec<WithoutMeeting>,
    bounds: LeastSlots,
    quality: Quality,
}

impl Timetable {
    /// Schedules the meetings that the venue wants for a plan.
    ///
    /// The work is limited by a count: about linear in the meetings, whatever the machine. Meetings that find no
    /// slot are a result with reasons, never an error.
    ///
    /// # Errors
    /// [`Error::Faults`] with every fault of the venue, of its own or in the market; [`Error::Overflow`] where the choice of
    /// meetings is beyond exact arithmetic.
    pub fn schedule(plan: &Plan, venue: &Venue) -> Result<Self, Error> {
        let hosted = Hosted::of(venue, plan.market())?;
        let wants = wants(plan, &hosted);
        let wishes = wishes(&wants, &hosted)?;
        let problem = Problem::of(&wishes, &hosted);
        let slot = search::timetable(&problem);
        let mut bookings = Vec::new();
        for (kind, places) in problem.places.into_iter().enumerate() {
            let held: Vec<usize> =
                (0..slot.len()).filter(|m| slot[*m] != NONE && problem.meetings[*m].kind == kind).collect();
            let seat = |m: &usize| Seat {
                enterprise: wishes[*m].pair.1.index(),
                slot: slot[*m],
                promised: wishes[*m].table,
            };
            let seats: Vec<Seat> = held.iter().map(seat).collect();
            bookings.extend(held.iter().zip(tables(&seats, places)).map(|(m, number)| Booking {
                slot: slot[*m],
                spot: if kind == 0 { Spot::Table(number) } else { Spot::Room(number) },
                cooperative: wishes[*m].pair.0,
                enterprise: wishes[*m].pair.1,
            }));
        }
        Self::finish(plan, &hosted, &wants, (&wishes, &problem), bookings).map_err(|error| match error {
            Error::Refuted(_) => Error::Internal(error.to_string()),
            other => other,
        })
    }

    /// A timetable from bookings that anyone made, by hand or by another program.
    ///
    /// # Errors
    /// [`Error::Refuted`] with everything that is wrong with them; else as [`Timetable::schedule`].
    pub fn certified(plan: &Plan, venue: &Venue, bookings: Vec<Booking>) -> Result<Self, Error> {
        let hosted = Hosted::of(venue, plan.market())?;
        let wants = wants(plan, &hosted);
        let wishes = wishes(&wants, &hosted)?;
        let problem = Problem::of(&wishes, &hosted);
        Self::finish(plan, &hosted, &wants, (&wishes, &problem), bookings)
    }

    fn finish(
        plan: &Plan,
        hosted: &Hosted,
        wants: &[Want],
        (wishes, problem): (&[Wish], &Problem),
        mut meetings: Vec<Booking>,
    ) -> Result<Self, Error> {
        meetings.sort_unstable();
        let mut faults = check::faults(hosted.venue, plan.market(), &hosted.slots, &meetings);
        let why = reason::why(&meetings, wants, hosted);
        for (i, _) in why.iter().enumerate().filter(|(_, why)| why.is_none()) {
            let help = "Add an appointment to the venue, or leave the meeting out.";
            faults.push(Issue::error(
                "not_wanted",
                format!("/meetings/{i}"),
                "nobody asked for this meeting",
                help,
            ));
        }
        if !faults.is_empty() {
            return Err(Error::Refuted(faults));
        }
        let why: Vec<Why> = why.into_iter().flatten().collect();
        let subjects = reason::subjects(plan, &meetings, &why);
        let (missed, without) = reason::missing(plan, &meetings, wants, wishes, hosted);
        let quality = reason::quality(&meetings, &missed, hosted);
        let bounds = reason::bounds(problem);
        let (plan, venue, slots) = (plan.clone(), hosted.venue.clone(), hosted.slots.clone());
        Ok(Self(Arc::new(Inner {
            plan,
            venue,
            slots,
            meetings,
            why,
            subjects,
            missed,
            without,
            bounds,
            quality,
        })))
    }

    /// The plan it was made for.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.0.plan
    }

    /// The venue.
    #[must_use]
    pub fn venue(&self) -> &Venue {
        &self.0.venue
    }

    /// The slots of the venue, in the order of time.
    #[must_use]
    pub fn slots(&self) -> &[Span] {
        &self.0.slots
    }

    /// The meetings, sorted by slot and place.
    #[must_use]
    pub fn meetings(&self) -> &[Booking] {
        &self.0.meetings
    }

    /// Why each of the meetings is held, in the same order.
    #[must_use]
    pub fn why(&self) -> &[Why] {
        &self.0.why
    }

    /// What each of the meetings is about, in the same order: the plan's allocations between the two, else their most promising
    /// pair; nothing where the meeting is an appointment of parties who trade nothing.
    #[must_use]
    pub fn subjects(&self) -> &[Vec<Subject>] {
        &self.0.subjects
    }

    /// Wanted meetings that are not held, sorted by pair: appointments without a time; with
    /// [`Meetings::Plan`] the plan's pairs; with [`Meetings::Candidates`] the pairs chosen within everybody's limits.
    #[must_use]
    pub fn missed(&self) -> &[MissedMeeting] {
        &self.0.missed
    }

    /// Participants with offers or demands who have no meeting, with the reason: cooperatives first, each sorted.
    #[must_use]
    pub fn without_meeting(&self) -> &[WithoutMeeting] {
        &self.0.without
    }

    /// What no timetable can do better.
    #[must_use]
    pub fn bounds(&self) -> &LeastSlots {
        &self.0.bounds
    }

    /// What it reaches.
    #[must_use]
    pub fn quality(&self) -> &Quality {
        &self.0.quality
    }
}
