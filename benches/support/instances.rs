//! Reads the binary instances that other solvers are measured on. All numbers are little endian.
//!
//! ```text
//! .lap  i64 0x4c415044, size; i32 cost[size · size]                         dense one-to-one, to be minimised
//! .trp  i64 0x4c494e4b, rows, columns, pairs; i64 supply[rows], demand[columns], row_start[rows + 1];
//!       i32 column[pairs], score[pairs]                                     a transport, to be maximised
//! ```

use std::fs;
use std::path::Path;

use lienket::solve::{Goal, OneToOne, Pairs};

/// The one-to-one problems of a folder, by name: all `.lap`, and the `.trp` of single units.
#[expect(clippy::disallowed_methods, reason = "a bench reads its instances")]
pub(crate) fn one_to_one(folder: &Path) -> Vec<(String, OneToOne)> {
    let entries = fs::read_dir(folder).expect("a folder of instances");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    paths
        .iter()
        .filter_map(|path| {
            let read = || Numbers(fs::read(path).expect("readable"), 0);
            let problem = match path.extension()?.to_str()? {
                "lap" => Some(dense(&mut read())),
                "trp" => sparse(&mut read()),
                _ => None,
            };
            Some((path.file_stem()?.to_string_lossy().into_owned(), problem?))
        })
        .collect()
}

fn dense(file: &mut Numbers) -> OneToOne {
    assert_eq!(file.long(), 0x4c41_5044, "not a .lap file");
    let size = file.size();
    let pairs = Pairs::Dense(file.ints(size * size));
    OneToOne { rows: size, columns: size, pairs, goal: Goal::Least, singles: false }
}

/// `None` if some supply or demand is not 1.
fn sparse(file: &mut Numbers) -> Option<OneToOne> {
    assert_eq!(file.long(), 0x4c49_4e4b, "not a .trp file");
    let (rows, columns, count) = (file.size(), file.size(), file.size());
    if (0..rows + columns).map(|_| file.long()).any(|units| units != 1) {
        return None;
    }
    let row_start = (0..=rows).map(|_| file.size()).collect();
    let column =
        file.ints(count).into_iter().map(|column| u32::try_from(column).expect("a column")).collect();
    let pairs = Pairs::Sparse { row_start, column, value: file.ints(count) };
    Some(OneToOne { rows, columns, pairs, goal: Goal::Greatest, singles: false })
}

/// A file and how far it is read.
struct Numbers(Vec<u8>, usize);

impl Numbers {
    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let bytes = self.0.get(self.1..self.1 + N).expect("the file is complete");
        self.1 += N;
        bytes.try_into().expect("so many bytes")
    }

    fn long(&mut self) -> i64 {
        i64::from_le_bytes(self.bytes())
    }

    fn size(&mut self) -> usize {
        usize::try_from(self.long()).expect("not negative")
    }

    fn ints(&mut self, count: usize) -> Vec<i32> {
        (0..count).map(|_| i32::from_le_bytes(self.bytes())).collect()
    }
}
