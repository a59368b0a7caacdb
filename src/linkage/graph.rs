//! The bipartite graph as petgraph has it, for running petgraph's own algorithms on it.

use petgraph::graph::{NodeIndex, UnGraph};

use crate::id::{DemandIx, OfferIx};
use crate::linkage::{Candidate, Linkage};

/// A node of [`Linkage::graph`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Node {
    /// An offer; nodes 0 … offers − 1.
    Offer(OfferIx),
    /// A demand; the nodes after the offers.
    Demand(DemandIx),
}

impl Linkage {
    /// The bipartite graph of offers and demands with an edge for each candidate, built anew at each call.
    ///
    /// Nodes are the offers in order, then the demands; edges are in the order of
    /// [`Linkage::candidates`]. O(offers + demands + candidates).
    ///
    /// # Panics
    /// Where offers and demands together are more than 2^32 − 1, which validation refuses.
    ///
    /// ```
    /// # use lienket::{Cooperative, Demand, Enterprise, Kg, Linkage, Market, MarketParts, Offer, Place, Policy};
    /// # let mut parts = MarketParts::new("2025-11-28".parse()?);
    /// # parts.cooperatives.push(Cooperative::new("htx", Place::id("vn/thai-nguyen")));
    /// # parts.enterprises.push(Enterprise::new("shop", Place::id("vn/ha-noi")));
    /// # parts.offers.push(Offer::new("o", "htx", "tea/green", Kg(500)));
    /// # parts.demands.push(Demand::new("d", "shop", "tea", Kg(300)));
    /// # let market = Market::build(parts)?;
    /// let linkage = Linkage::build(&market, &Policy::default())?;
    /// let graph = linkage.graph();
    /// assert_eq!(petgraph::algo::connected_components(&graph), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn graph(&self) -> UnGraph<Node, Candidate> {
        let (offers, demands) = (self.market().offers().len(), self.market().demands().len());
        let mut graph = UnGraph::with_capacity(offers + demands, self.len());
        for o in 0..offers {
            graph.add_node(Node::Offer(OfferIx::at(o)));
        }
        for d in 0..demands {
            graph.add_node(Node::Demand(DemandIx::at(d)));
        }
        for candidate in self.candidates() {
            let ends = [candidate.offer.index(), offers + candidate.demand.index()];
            let [from, to] = ends.map(NodeIndex::new);
            graph.add_edge(from, to, candidate);
        }
        graph
    }
}
