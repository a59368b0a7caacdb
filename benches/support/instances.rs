//! Reads the binary instances that other solvers are measured on. All numbers are little endian.
//!
//! ```text
//! .lap  i64 0x4c415044, size; i32 cost[size · size]                         dense one-to-one, to be minimised
//! .trp  i64 0x4c494e4b, rows, columns, edges; i64 supply[rows], demand[columns], row_start[rows + 1];
//!       i32 column[edges], score[edges]                                     a transport, to be maximised
//! .i32  a list of numbers, here the product of every row
//! ```

#![allow(dead_code, reason = "each bench needs some of it")]

use std::fs;
use std::path::Path;

use lienket::solve::{Goal, OneToOne, Pairs, Transport};

/// What a file holds.
pub(crate) enum Instance {
    Volumes(Box<Transport>),
    OneToOne(OneToOne),
}

/// Reads a `.lap` or a `.trp`; `None` for any other name.
pub(crate) fn read(path: &Path) -> Option<Instance> {
    match path.extension()?.to_str()? {
        "lap" => Some(Instance::OneToOne(table(&mut Numbers::of(path)))),
        "trp" => Some(Instance::Volumes(Box::new(transport(&mut Numbers::of(path))))),
        _ => None,
    }
}

/// A list of numbers without a header, none negative.
pub(crate) fn list(path: &Path) -> Vec<u32> {
    let mut file = Numbers::of(path);
    let count = file.bytes.len() / size_of::<i32>();
    file.indices(count)
}

/// A transport of single units as a one-to-one problem in which everybody has a partner; `None` for others.
pub(crate) fn one_to_one(transport: &Transport) -> Option<OneToOne> {
    let mut units = transport.row_capacity.iter().chain(&transport.column_capacity);
    let value = || transport.value.iter().map(|&value| i32::try_from(value).expect("read as 32 bits"));
    units.all(|&units| units == 1).then(|| OneToOne {
        rows: transport.rows(),
        columns: transport.columns(),
        pairs: Pairs::Sparse {
            row_start: transport.row_start.clone(),
            column: transport.column.clone(),
            value: value().collect(),
        },
        goal: Goal::Greatest,
        singles: false,
    })
}

fn table(file: &mut Numbers) -> OneToOne {
    assert_eq!(file.long(), 0x4c41_5044, "not a .lap file");
    let size = file.size();
    let pairs = Pairs::Dense(file.ints(size * size));
    OneToOne { rows: size, columns: size, pairs, goal: Goal::Least, singles: false }
}

fn transport(file: &mut Numbers) -> Transport {
    assert_eq!(file.long(), 0x4c49_4e4b, "not a .trp file");
    let (rows, columns, edges) = (file.size(), file.size(), file.size());
    let mut longs = |count| (0..count).map(|_| file.long()).collect();
    let (row_capacity, column_capacity) = (longs(rows), longs(columns));
    let row_start = (0..=rows).map(|_| file.size()).collect();
    let column = file.indices(edges);
    let value = file.ints(edges).into_iter().map(i64::from).collect();
    Transport {
        row_capacity,
        column_capacity,
        row_group: vec![0; rows],
        column_group: vec![0; columns],
        row_group_capacity: vec![None],
        column_group_capacity: vec![None],
        row_start,
        column,
        value,
        edge_capacity: None,
        row_key: (0..rows as u64).collect(),
        column_key: (0..columns as u64).collect(),
        row_part: Vec::new(),
    }
}

/// A file and how far it is read.
struct Numbers {
    bytes: Vec<u8>,
    read: usize,
}

impl Numbers {
    #[expect(clippy::disallowed_methods, reason = "a bench reads its instances")]
    fn of(path: &Path) -> Self {
        Self { bytes: fs::read(path).expect("a readable instance"), read: 0 }
    }

    fn take<const N: usize>(&mut self) -> [u8; N] {
        let bytes = self.bytes.get(self.read..self.read + N).expect("the file is complete");
        self.read += N;
        bytes.try_into().expect("so many bytes")
    }

    fn long(&mut self) -> i64 {
        i64::from_le_bytes(self.take())
    }

    fn size(&mut self) -> usize {
        usize::try_from(self.long()).expect("not negative")
    }

    fn ints(&mut self, count: usize) -> Vec<i32> {
        (0..count).map(|_| i32::from_le_bytes(self.take())).collect()
    }

    fn indices(&mut self, count: usize) -> Vec<u32> {
        let index = |number| u32::try_from(number).expect("not negative");
        self.ints(count).into_iter().map(index).collect()
    }
}
