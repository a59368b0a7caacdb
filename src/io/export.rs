//! Candidates and the assignment network for other programs: DIMACS min-cost flow, and CSV.
//!
//! **The network.** Every kilogram starts at its offer, or at its cooperative where that has a capacity, and ends
//! at the root, node 1: for nothing where it is not sold (free disposal), or over a candidate pair, a demand and,
//! where it has a capacity, an enterprise. The arc of a pair costs minus what a kilogram on it is worth under
//! the policy's objective, so that the least cost is minus the objective of the optimal plan. Contracts are taken
//! off first. Minimum lots, numbers of partners, all-or-nothing and certified volumes are no network and left
//! out: where they bind, the least cost is a bound.

use std::io::{self, Write};
use std::path::Path;

use super::{extension, name, write_atomically};
use crate::error::Error;
use crate::linkage::Linkage;
use crate::market::Market;
use crate::plan::assignment_network;
use crate::policy::Objective;
use crate::solve::Transport;

/// What is written for other programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Export {
    /// The assignment network as DIMACS min-cost flow: `.min`.
    Network,
    /// The candidates with their scores, as CSV: `.csv`.
    #[cfg(feature = "csv")]
    Candidates,
}

impl Export {
    /// What the name of a file asks for.
    ///
    /// ```
    /// use lienket::io::Export;
    /// assert_eq!(Export::of("round.min")?, Export::Network);
    /// assert!(Export::of("round.parquet").is_err());
    /// # Ok::<(), lienket::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Unreadable`] for any name but `.min` and, with the feature `csv`, `.csv`.
    pub fn of(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let (message, help) = match extension(path).as_str() {
            "min" => return Ok(Self::Network),
            #[cfg(feature = "csv")]
            "csv" => return Ok(Self::Candidates),
            "parquet" => (
                "this version does not write Parquet",
                "Name a `.csv` file for the scored pairs; polars, DuckDB and pandas read it.",
            ),
            _ => (
                "an export is a `.min` or a `.csv` file",
                "Name a `.min` file for the network (DIMACS min-cost flow) or a `.csv` file for the scored pairs.",
            ),
        };
        Err(Error::Unreadable { place: name(path), message: message.to_owned(), help: help.to_owned() })
    }

    /// Writes it, whole or not at all.
    ///
    /// # Errors
    /// [`Error::Unreadable`] where it cannot be written; what was there before is then still there.
    pub fn write(self, linkage: &Linkage, path: impl AsRef<Path>) -> Result<(), Error> {
        write_atomically(path, |writer| match self {
            Self::Network => write_network(linkage, writer),
            #[cfg(feature = "csv")]
            Self::Candidates => write_candidates(linkage, writer),
        })
    }
}

/// Writes the assignment network of a linkage as DIMACS min-cost flow. Comments say which node is what.
///
/// ```
/// # use lienket::{Cooperative, Demand, Enterprise, Kg, Linkage, Market, MarketParts, Offer, Place, Policy};
/// # let mut parts = MarketParts::new("2025-11-28".parse()?);
/// # parts.cooperatives.push(Cooperative::new("htx", Place::id("vn/thai-nguyen")));
/// # parts.enterprises.push(Enterprise::new("shop", Place::id("vn/thai-nguyen")));
/// # parts.offers.push(Offer::new("o", "htx", "tea/green", Kg(500)));
/// # parts.demands.push(Demand::new("d", "shop", "tea", Kg(300)));
/// # let linkage = Linkage::build(&Market::build(parts)?, &Policy::default())?;
/// let mut file = Vec::new();
/// lienket::io::write_network(&linkage, &mut file)?;
/// let text = String::from_utf8(file)?;
/// assert!(text.contains("\nn 1 -500\n"));      // the root takes what is not sold, too
/// assert!(text.contains("\nc node 2 offer o\n"));
/// assert!(text.contains("\na 2 3 0 300 -"));   // the pair: at most 300 kg
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Those of the writer.
pub fn write_network(linkage: &Linkage, mut writer: impl Write) -> io::Result<()> {
    let (transport, kg_weight) = assignment_network(linkage);
    let nodes = Nodes::of(&transport);
    let mut arcs = 0_u64;
    nodes.arcs(&mut |_| {
        arcs += 1;
        Ok(())
    })?;
    let supply: i64 = nodes.supplies().map(|(_, kg)| kg).sum();
    let worth = match linkage.policy().objective {
        Objective::Score => "the pair's joint score in micro-units".to_owned(),
        Objective::Volume => format!("{kg_weight} plus the pair's joint score in micro-units"),
        Objective::Welfare => "bid minus ask minus freight in VND".to_owned(),
    };
    writeln!(writer, "c Assignment network of a market, DIMACS min-cost flow, kg.")?;
    writeln!(writer, "c Cost of a pair: minus {worth}, per kg.")?;
    writeln!(
        writer,
        "c Contracts are taken off. Minimum lots, numbers of partners, all-or-nothing and certified"
    )?;
    writeln!(writer, "c volumes are left out: where they bind, the least cost is a bound.")?;
    writeln!(writer, "p min {} {arcs}", nodes.count)?;
    writeln!(writer, "c node 1 root")?;
    nodes.name(linkage.market(), &mut writer)?;
    if supply > 0 {
        writeln!(writer, "n 1 -{supply}")?;
    }
    for (node, kg) in nodes.supplies() {
        writeln!(writer, "n {node} {kg}")?;
    }
    nodes.arcs(&mut |arc| {
        let Arc { from, to, capacity, cost } = arc;
        writeln!(writer, "a {from} {to} 0 {capacity} {cost}")
    })
}

struct Arc {
    from: usize,
    to: usize,
    capacity: i64,
    cost: i64,
}

const ROOT: usize = 1;

/// The numbers of the nodes: root, cooperatives with a capacity, offers, demands, enterprises with a capacity.
struct Nodes<'a> {
    transport: &'a Transport,
    /// Node and most it can give or take, where it is limited.
    cooperatives: Vec<Option<(usize, i64)>>,
    enterprises: Vec<Option<(usize, i64)>>,
    /// The node before the first.
    offers: usize,
    demands: usize,
    count: usize,
}

impl<'a> Nodes<'a> {
    fn of(transport: &'a Transport) -> Self {
        let mut count = ROOT;
        let mut limited = |limits: &[Option<i64>], group: &[u32], capacity: &[i64]| {
            let mut sum = vec![0; limits.len()];
            for (&group, &kg) in group.iter().zip(capacity) {
                sum[group as usize] += kg;
            }
            let node = |(limit, sum): (&Option<i64>, i64)| {
                limit.map(|limit| {
                    count += 1;
                    (count, limit.min(sum))
                })
            };
            limits.iter().zip(sum).map(node).collect::<Vec<_>>()
        };
        let cooperatives =
            limited(&transport.row_group_capacity, &transport.row_group, &transport.row_capacity);
        // Enterprises are numbered after the demands.
        let mut enterprises =
            limited(&transport.column_group_capacity, &transport.column_group, &transport.column_capacity);
        let own = enterprises.iter().flatten().count();
        let offers = count - own;
        let demands = offers + transport.rows();
        for (node, _) in enterprises.iter_mut().flatten() {
            *node += transport.rows() + transport.columns();
        }
        count += transport.rows() + transport.columns();
        Self { transport, cooperatives, enterprises, offers, demands, count }
    }

    fn offer(&self, row: usize) -> usize {
        self.offers + 1 + row
    }

    fn demand(&self, column: usize) -> usize {
        self.demands + 1 + column
    }

    fn name(&self, market: &Market, writer: &mut impl Write) -> io::Result<()> {
        let cooperatives = self.cooperatives.iter().zip(market.cooperatives());
        for (node, cooperative) in cooperatives.filter_map(|(node, c)| Some(((*node)?, c))) {
            writeln!(writer, "c node {} cooperative {}", node.0, cooperative.id)?;
        }
        for (row, offer) in market.offers().iter().enumerate() {
            writeln!(writer, "c node {} offer {}", self.offer(row), offer.id)?;
        }
        for (column, demand) in market.demands().iter().enumerate() {
            writeln!(writer, "c node {} demand {}", self.demand(column), demand.id)?;
        }
        let enterprises = self.enterprises.iter().zip(market.enterprises());
        for (node, enterprise) in enterprises.filter_map(|(node, e)| Some(((*node)?, e))) {
            writeln!(writer, "c node {} enterprise {}", node.0, enterprise.id)?;
        }
        Ok(())
    }

    /// What the nodes give, zeros left out.
    fn supplies(&self) -> impl Iterator<Item = (usize, i64)> + '_ {
        let transport = self.transport;
        let free = |row: &usize| self.cooperatives[transport.row_group[*row] as usize].is_none();
        let offers = (0..transport.rows()).filter(free);
        let offers = offers.map(|row| (self.offer(row), transport.row_capacity[row]));
        self.cooperatives.iter().flatten().copied().chain(offers).filter(|(_, kg)| *kg > 0)
    }

    /// Every arc that can carry something.
    fn arcs(&self, each: &mut dyn FnMut(Arc) -> io::Result<()>) -> io::Result<()> {
        let transport = self.transport;
        let mut arc = |from, to, capacity, cost| {
            if capacity > 0 { each(Arc { from, to, capacity, cost }) } else { Ok(()) }
        };
        for &(node, limit) in self.cooperatives.iter().flatten() {
            arc(node, ROOT, limit, 0)?;
        }
        for row in 0..transport.rows() {
            let (node, kg) = (self.offer(row), transport.row_capacity[row]);
            match self.cooperatives[transport.row_group[row] as usize] {
                Some((cooperative, _)) => arc(cooperative, node, kg, 0)?,
                None => arc(node, ROOT, kg, 0)?,
            }
            for edge in transport.row_start[row]..transport.row_start[row + 1] {
                let column = transport.column[edge] as usize;
                let capacity = kg.min(transport.column_capacity[column]);
                arc(node, self.demand(column), capacity, -transport.value[edge])?;
            }
        }
        for column in 0..transport.columns() {
            let enterprise = self.enterprises[transport.column_group[column] as usize];
            let to = enterprise.map_or(ROOT, |(node, _)| node);
            arc(self.demand(column), to, transport.column_capacity[column], 0)?;
        }
        for &(node, limit) in self.enterprises.iter().flatten() {
            arc(node, ROOT, limit, 0)?;
        }
        Ok(())
    }
}

/// Writes the candidates as a table in the order of (offer, demand): ids, the three scores, and the great-circle
/// distance. UTF-8 without a byte-order mark: it is for programs.
///
/// # Errors
/// Those of the writer.
#[cfg(feature = "csv")]
pub fn write_candidates(linkage: &Linkage, writer: impl Write) -> io::Result<()> {
    let market = linkage.market();
    let mut table = ::csv::Writer::from_writer(writer);
    table.write_record([
        "offer",
        "demand",
        "score",
        "cooperative_score",
        "enterprise_score",
        "distance_km",
    ])?;
    let mut cell = Vec::with_capacity(24);
    for candidate in linkage.candidates() {
        table.write_field(&market.offer(candidate.offer).id)?;
        table.write_field(&market.demand(candidate.demand).id)?;
        let scores = [candidate.score, candidate.cooperative_score, candidate.enterprise_score];
        for micro in scores.map(crate::units::Score::micro) {
            cell.clear();
            write!(cell, "{}.{:06}", micro / 1_000_000, micro % 1_000_000)?;
            table.write_field(&cell)?;
        }
        cell.clear();
        write!(cell, "{}", linkage.distance(candidate.offer, candidate.demand).km())?;
        table.write_field(&cell)?;
        table.write_record(None::<&[u8]>)?;
    }
    table.flush()
}
