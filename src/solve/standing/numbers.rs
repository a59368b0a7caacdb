//! Changes of a transport's numbers, checked, to be made and to be taken back.

use super::super::error::SolveError;
use super::super::transport::Transport;
use super::Change;

/// The numbers of a transport that may change, to be exchanged with it.
pub(super) struct Numbers {
    value: Vec<(usize, i64)>,
    row_capacity: Vec<(usize, i64)>,
    column_capacity: Vec<(usize, i64)>,
    row_group_capacity: Vec<(usize, Option<i64>)>,
    column_group_capacity: Vec<(usize, Option<i64>)>,
}

impl Numbers {
    pub(super) fn of(transport: &Transport, changes: &[Change]) -> Result<Numbers, SolveError> {
        let mut numbers = Numbers {
            value: Vec::new(),
            row_capacity: Vec::new(),
            column_capacity: Vec::new(),
            row_group_capacity: Vec::new(),
            column_group_capacity: Vec::new(),
        };
        for (at, &change) in changes.iter().enumerate() {
            let (index, count, number) = match change {
                Change::Value { edge, value } => {
                    numbers.value.push((edge, value));
                    (edge, transport.edges(), Some(value))
                }
                Change::RowCapacity { row, units } => {
                    numbers.row_capacity.push((row, units));
                    (row, transport.rows(), Some(units))
                }
                Change::ColumnCapacity { column, units } => {
                    numbers.column_capacity.push((column, units));
                    (column, transport.columns(), Some(units))
                }
                Change::RowGroupCapacity { group, units } => {
                    numbers.row_group_capacity.push((group, units));
                    (group, transport.row_group_capacity.len(), units)
                }
                Change::ColumnGroupCapacity { group, units } => {
                    numbers.column_group_capacity.push((group, units));
                    (group, transport.column_group_capacity.len(), units)
                }
            };
            if index >= count {
                return Err(SolveError::Malformed { what: "a change names what does not exist", at });
            }
            if number.is_some_and(|number| number < 0) {
                return Err(SolveError::Malformed { what: "a change to a negative number", at });
            }
        }
        Ok(numbers)
    }

    /// The largest value, or 0.
    pub(super) fn most_value(&self) -> i64 {
        self.value.iter().map(|&(_, value)| value).max().unwrap_or(0)
    }

    /// Exchanges the numbers; done twice, the transport is as it was.
    pub(super) fn swap(&mut self, transport: &mut Transport) {
        exchange(&mut self.value, &mut transport.value);
        exchange(&mut self.row_capacity, &mut transport.row_capacity);
        exchange(&mut self.column_capacity, &mut transport.column_capacity);
        exchange(&mut self.row_group_capacity, &mut transport.row_group_capacity);
        exchange(&mut self.column_group_capacity, &mut transport.column_group_capacity);
    }
}

fn exchange<T>(numbers: &mut [(usize, T)], list: &mut [T]) {
    for (index, number) in numbers.iter_mut() {
        std::mem::swap(number, &mut list[*index]);
    }
    numbers.reverse(); // what came last goes back first
}
