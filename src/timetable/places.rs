//! Tables for meetings that have their slots: buyers keep theirs where they can.
//!
//! In every slot, meetings with a promised table get it; then every enterprise whose last table is free stays there; the others
//! take a table that nobody has had yet, else the one whose last enterprise comes back latest, or never. That is
//! the rule of Bélády (1966) for pages in a memory, which misses least often; a miss is here a change of table.

use super::problem::NONE;

/// A meeting with its slot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seat {
    pub(super) enterprise: usize,
    pub(super) slot: u32,
    /// The promised table, counted from 1.
    pub(super) promised: Option<u32>,
}

/// A table for each meeting of one kind, counted from 1. At most `places` meetings stand in a slot, each enterprise
/// in one of them, and no table is promised twice in a slot.
pub(super) fn tables(seats: &[Seat], places: u32) -> Vec<u32> {
    let mut order: Vec<usize> = (0..seats.len()).collect();
    order.sort_by_key(|seat| (seats[*seat].slot, seats[*seat].enterprise));
    let enterprises = seats.iter().map(|seat| seat.enterprise + 1).max().unwrap_or(0);
    let mut coming: Vec<Vec<u32>> = vec![Vec::new(); enterprises];
    for seat in order.iter().rev() {
        coming[seats[*seat].enterprise].push(seats[*seat].slot);
    }
    let mut last = vec![NONE; enterprises];
    // More tables than enterprises are never needed, but for promises.
    let promised = seats.iter().filter_map(|seat| seat.promised).max().unwrap_or(0);
    let places = (places as usize).min(enterprises.max(promised as usize));
    let mut owner = vec![usize::MAX; places];
    let mut given = vec![0; seats.len()];
    for slot in order.chunk_by(|a, b| seats[*a].slot == seats[*b].slot) {
        let mut taken = vec![false; places];
        let mut give = |seat: usize,
                        table: usize,
                        owner: &mut Vec<usize>,
                        last: &mut Vec<u32>,
                        taken: &mut Vec<bool>| {
            let enterprise = seats[seat].enterprise;
            taken[table] = true;
            owner[table] = enterprise;
            last[enterprise] = u32::try_from(table).unwrap_or(NONE);
            given[seat] = u32::try_from(table + 1).unwrap_or(NONE);
        };
        for seat in slot {
            coming[seats[*seat].enterprise].pop();
        }
        let (promised, mut others): (Vec<usize>, Vec<usize>) =
            slot.iter().partition(|seat| seats[**seat].promised.is_some());
        for seat in promised {
            let table = seats[seat].promised.map_or(0, |table| table as usize - 1);
            give(seat, table, &mut owner, &mut last, &mut taken);
        }
        others.retain(|&seat| {
            let enterprise = seats[seat].enterprise;
            let table = last[enterprise] as usize;
            let stays = last[enterprise] != NONE && !taken[table];
            if stays {
                give(seat, table, &mut owner, &mut last, &mut taken);
            }
            !stays
        });
        for seat in others {
            let back = |table: usize| match owner[table] {
                usize::MAX => (1, NONE),
                enterprise => (0, coming[enterprise].last().copied().unwrap_or(NONE)),
            };
            let free = (0..places).filter(|table| !taken[*table]);
            let table = free.max_by_key(|table| (back(*table), usize::MAX - *table)).unwrap_or(0);
            give(seat, table, &mut owner, &mut last, &mut taken);
        }
    }
    given
}
