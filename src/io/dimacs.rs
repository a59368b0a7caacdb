//! Minimum-cost flow networks in the text format of the first DIMACS challenge (1991).
//!
//! ```text
//! c  a comment
//! p  min NODES ARCS                  once, before the others
//! n  NODE SUPPLY                     nodes are counted from 1; those not named have supply 0
//! a  FROM TO LOWER CAPACITY COST     one line an arc
//! ```
//!
//! All numbers are 64-bit integers, supplies and costs of either sign. What the format leaves open is
//! decided as follows.
//! * *Unlimited arcs.* A capacity of `-1` on an arc whose lower bound is not negative is no capacity at all,
//!   as in LEMON's reader; so is `9223372036854775807`, the largest number, which other writers put there.
//!   Any other capacity below the lower bound is a fault, and not taken for infinity.
//! * *Parallel arcs and self-loops* are read as they stand.
//! * *Supplies that do not add up to 0* are no fault of the file: the network is infeasible.

use std::io::{self, Write};

use super::text::lines_before;
use crate::error::{Error, Issue};
use crate::solve::{FlowArc, FlowNetwork};

/// Faults listed of one file; the rest is counted.
const MOST_FAULTS: usize = 100;

/// Reads a network from the bytes of a DIMACS minimum-cost flow file.
///
/// ```
/// let network = lienket::io::dimacs::read_dimacs(b"p min 2 1\nn 1 4\nn 2 -4\na 1 2 0 -1 3\n")?;
/// assert_eq!(network.supply, [4, -4]);
/// assert_eq!((network.arcs[0].to, network.arcs[0].capacity, network.arcs[0].cost), (1, None, 3));
/// # Ok::<(), lienket::Error>(())
/// ```
///
/// # Errors
/// [`Error::Faults`] with every fault and its line (after a hundred the rest is only counted).
pub fn read_dimacs(document: &[u8]) -> Result<FlowNetwork, Error> {
    let document = document.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document);
    let mut reader = Reader::default();
    for (line, content) in (1..).zip(document.split(|&byte| byte == b'\n')) {
        if let Err(fault) = reader.line(content, line, document.len()) {
            reader.more_faults += usize::from(reader.faults.len() >= MOST_FAULTS);
            if reader.faults.len() < MOST_FAULTS {
                reader.faults.push(fault);
            }
        }
    }
    reader.finish(lines_before(document) + 1)
}

/// Writes a network as a DIMACS minimum-cost flow file: what [`read_dimacs`] reads back.
///
/// Unlimited arcs get the capacity `-1`, or the largest number where their lower bound is negative.
///
/// ```
/// use lienket::io::dimacs::{read_dimacs, write_dimacs};
/// let network = read_dimacs(b"p min 2 1\nn 1 4\nn 2 -4\na 1 2 0 -1 3\n")?;
/// let mut written = Vec::new();
/// write_dimacs(&network, &mut written)?;
/// assert_eq!(read_dimacs(&written)?, network);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Those of the writer.
pub fn write_dimacs(network: &FlowNetwork, mut writer: impl Write) -> io::Result<()> {
    writeln!(writer, "p min {} {}", network.supply.len(), network.arcs.len())?;
    for (at, supply) in network.supply.iter().enumerate().filter(|(_, supply)| **supply != 0) {
        writeln!(writer, "n {} {supply}", at + 1)?;
    }
    for FlowArc { from, to, lower, capacity, cost } in &network.arcs {
        let capacity = capacity.unwrap_or(if *lower < 0 { i64::MAX } else { -1 });
        let (from, to) = (u64::from(*from) + 1, u64::from(*to) + 1);
        writeln!(writer, "a {from} {to} {lower} {capacity} {cost}")?;
    }
    Ok(())
}

/// What has been read.
#[derive(Default)]
struct Reader {
    network: FlowNetwork,
    /// The line of the problem line and the number of arcs it announces.
    problem: Option<(usize, i64)>,
    /// Arc lines seen, the faulty ones too.
    arcs: i64,
    /// The line that gave each node its supply, or 0.
    named: Vec<usize>,
    faults: Vec<Issue>,
    more_faults: usize,
}

impl Reader {
    fn line(&mut self, content: &[u8], line: usize, size: usize) -> Result<(), Issue> {
        let mut words = content.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        match words.next() {
            None | Some(b"c") => Ok(()),
            Some(b"p") => self.problem(&mut words, line, size),
            Some(b"n") => {
                self.after_problem(line)?;
                let [node, supply] = numbers(words, line, "n NODE SUPPLY")?;
                let node = self.node(node, line)? as usize;
                if self.named[node] != 0 {
                    let message =
                        format!("node {} has its supply from line {} already", node + 1, self.named[node]);
                    return Err(fault("duplicate_node", line, message, "Give each node one `n` line."));
                }
                self.named[node] = line;
                self.network.supply[node] = supply;
                Ok(())
            }
            Some(b"a") => {
                self.arcs += 1;
                self.after_problem(line)?;
                let [from, to, lower, capacity, cost] =
                    numbers(words, line, "a FROM TO LOWER CAPACITY COST")?;
                let (from, to) = (self.node(from, line)?, self.node(to, line)?);
                let capacity = match capacity {
                    i64::MAX => None,
                    -1 if lower >= 0 => None,
                    _ if capacity < lower => {
                        let message = format!("the capacity {capacity} is below the lower bound {lower}");
                        let help = "Write `-1` for an arc without a capacity, else at least the lower bound.";
                        return Err(fault("capacity_below_lower_bound", line, message, help));
                    }
                    _ => Some(capacity),
                };
                self.network.arcs.push(FlowArc { from, to, lower, capacity, cost });
                Ok(())
            }
            Some(word) => {
                let message = "a line begins with `c`, `p`, `n` or `a`";
                let help = "Begin comments with `c`; this reads minimum-cost flow problems only.";
                Err(fault("unknown_line", line, message, help).found(String::from_utf8_lossy(word)))
            }
        }
    }

    fn problem<'a>(
        &mut self,
        words: &mut impl Iterator<Item = &'a [u8]>,
        line: usize,
        size: usize,
    ) -> Result<(), Issue> {
        if let Some((first, _)) = self.problem {
            let message = format!("there is a problem line already, line {first}");
            return Err(fault("duplicate_problem", line, message, "Keep one of them."));
        }
        self.problem = Some((line, -1)); // stands for "not readable": no faults that only follow from it
        let kind = words.next().unwrap_or_default();
        if kind != b"min" {
            let message = "this is not a minimum-cost flow problem";
            let issue = fault("not_min", line, message, "The line should be `p min NODES ARCS`.");
            return Err(issue.found(String::from_utf8_lossy(kind)));
        }
        let [nodes, arcs] = numbers(words, line, "p min NODES ARCS")?;
        let at_least_0 = |number: i64, what| {
            usize::try_from(number).map_err(|_| {
                let message = format!("the number of {what} is negative");
                fault("negative_count", line, message, "Write how many there are.").found(number)
            })
        };
        let nodes = at_least_0(nodes, "nodes")?;
        at_least_0(arcs, "arcs")?;
        if nodes > size.saturating_add(1000) {
            let message = format!("{nodes} nodes in a file of {size} bytes: nearly all would have no arc");
            return Err(fault(
                "too_many_nodes",
                line,
                message,
                "Write the number of nodes that the arcs join.",
            ));
        }
        self.network.supply = vec![0; nodes];
        self.named = vec![0; nodes];
        self.problem = Some((line, arcs));
        Ok(())
    }

    fn after_problem(&self, line: usize) -> Result<(), Issue> {
        if self.problem.is_some() {
            return Ok(());
        }
        let message = "this stands before the problem line";
        Err(fault(
            "no_problem_yet",
            line,
            message,
            "Put the line `p min NODES ARCS` before all `n` and `a` lines.",
        ))
    }

    /// The index of a node counted from 1.
    fn node(&self, node: i64, line: usize) -> Result<u32, Issue> {
        let nodes = self.network.supply.len();
        let index = usize::try_from(node).ok().filter(|&node| node >= 1 && node <= nodes);
        index.and_then(|node| u32::try_from(node - 1).ok()).ok_or_else(|| {
            let message = format!("there is no such node: they are counted from 1 to {nodes}");
            fault("unknown_node", line, message, "Check the node and the problem line.").found(node)
        })
    }

    fn finish(mut self, lines: usize) -> Result<FlowNetwork, Error> {
        let help = "The line `p min NODES ARCS` says how many there are.";
        match self.problem {
            None => self.faults.push(fault("no_problem", lines, "the file has no problem line", help)),
            Some((line, arcs)) if arcs >= 0 && arcs != self.arcs => {
                let message = format!("{arcs} arcs are announced, and {} follow", self.arcs);
                self.faults.push(fault("arc_count", line, message, "Check that the file is whole."));
            }
            Some(_) => {}
        }
        if self.more_faults > 0 {
            let message = format!("{} more lines have faults", self.more_faults);
            self.faults.push(fault("more_faults", lines, message, "Mend the first ones and read it again."));
        }
        if self.faults.is_empty() { Ok(self.network) } else { Err(Error::Faults(self.faults)) }
    }
}

fn fault(code: &'static str, line: usize, message: impl Into<String>, help: &str) -> Issue {
    Issue::error(code, format!("line {line}"), message, help)
}

/// Exactly so many integers.
fn numbers<'a, const N: usize>(
    words: impl Iterator<Item = &'a [u8]>,
    line: usize,
    form: &str,
) -> Result<[i64; N], Issue> {
    let (mut numbers, mut count) = ([0; N], 0);
    for word in words {
        if let Some(place) = numbers.get_mut(count) {
            let number = std::str::from_utf8(word).ok().and_then(|word| word.parse().ok());
            *place = number.ok_or_else(|| {
                let message = "this is not an integer of 64 bits";
                fault("not_a_number", line, message, &format!("The line should be `{form}`."))
                    .found(String::from_utf8_lossy(word))
            })?;
        }
        count += 1;
    }
    if count == N {
        return Ok(numbers);
    }
    let message = format!("{N} numbers should stand here, and there are {count}");
    Err(fault("number_count", line, message, &format!("The line should be `{form}`.")))
}
