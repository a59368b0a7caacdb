//! What is exported for other solvers has the optimum that plans have.

use std::collections::BTreeMap;

use lienket::generate::{Preset, generate};
use lienket::io::{Export, write_candidates, write_network};
use lienket::{Contract, Kg, Linkage, Market, MarketParts, Mechanism, Objective, Plan, Policy, Status};

/// A min-cost flow as DIMACS writes it: supplies by node, arcs.
#[derive(Default)]
struct Dimacs {
    supply: Vec<i64>,
    /// from, to, capacity, cost
    arcs: Vec<(usize, usize, i64, i64)>,
    names: BTreeMap<usize, String>,
    kg_weight: i128,
}

fn parse(text: &str) -> Dimacs {
    let mut file = Dimacs::default();
    let mut promised = 0;
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let number = |at: usize| words[at].parse::<i64>().unwrap();
        let node = |at: usize| words[at].parse::<usize>().unwrap();
        match words[0] {
            "c" if words[1] == "node" => {
                assert!(file.names.insert(node(2), words[3..].join(" ")).is_none());
            }
            "c" if line.contains(" plus ") => file.kg_weight = number(6).into(),
            "c" => {}
            "p" => {
                assert_eq!(words[1], "min");
                file.supply = vec![0; node(2) + 1];
                promised = node(3);
            }
            "n" => file.supply[node(1)] = number(2),
            "a" => {
                assert_eq!((words.len(), words[3]), (6, "0"));
                assert!(number(4) > 0 && number(5) <= 0);
                file.arcs.push((node(1), node(2), number(4), number(5)));
            }
            other => panic!("`{other}` begins a line"),
        }
    }
    assert_eq!(file.arcs.len(), promised);
    assert_eq!(file.names.len() + 1, file.supply.len());
    assert_eq!(file.supply.iter().sum::<i64>(), 0);
    file
}

/// Least cost, by successive shortest paths after Bellman and Ford.
fn least_cost(file: &Dimacs) -> i128 {
    let (source, sink) = (0, file.supply.len());
    let mut arcs: Vec<(usize, usize, i64, i128)> = Vec::new();
    let mut add = |from, to, room, cost: i128| arcs.extend([(from, to, room, cost), (to, from, 0, -cost)]);
    for &(from, to, capacity, cost) in &file.arcs {
        add(from, to, capacity, cost.into());
    }
    for (node, &kg) in file.supply.iter().enumerate() {
        if kg > 0 {
            add(source, node, kg, 0);
        } else {
            add(node, sink, -kg, 0);
        }
    }
    let mut left: i64 = file.supply.iter().filter(|kg| **kg > 0).sum();
    let mut total = 0;
    while left > 0 {
        let mut best: Vec<Option<(i128, usize)>> = vec![None; sink + 1];
        best[source] = Some((0, usize::MAX));
        let mut changed = true;
        while changed {
            changed = false;
            for (at, &(from, to, room, cost)) in arcs.iter().enumerate() {
                let Some((so_far, _)) = best[from] else { continue };
                if room > 0 && best[to].is_none_or(|(known, _)| so_far + cost < known) {
                    best[to] = Some((so_far + cost, at));
                    changed = true;
                }
            }
        }
        let mut path = Vec::new();
        let mut node = sink;
        while node != source {
            let at = best[node].expect("disposal is always possible").1;
            path.push(at);
            node = arcs[at].0;
        }
        let amount = path.iter().map(|&at| arcs[at].2).min().unwrap();
        for at in path {
            arcs[at].2 -= amount;
            arcs[at ^ 1].2 += amount;
            total += arcs[at].3 * i128::from(amount);
        }
        left -= amount;
    }
    total
}

/// A forum with capacities that bind and contracts.
fn parts(seed: u64) -> MarketParts {
    let mut parts = generate(Preset::Forum, seed, 0.6).unwrap();
    for (at, cooperative) in parts.cooperatives.iter_mut().enumerate() {
        let offered = parts.offers.iter().filter(|o| o.cooperative == cooperative.id);
        let offered: i64 = offered.map(|o| o.volume.0).sum();
        cooperative.capacity = (at % 3 == 0).then_some(Kg(offered / 2)).or(cooperative.capacity);
    }
    for (at, enterprise) in parts.enterprises.iter_mut().enumerate() {
        let wanted: i64 =
            parts.demands.iter().filter(|d| d.enterprise == enterprise.id).map(|d| d.volume.0).sum();
        enterprise.capacity = match at % 4 {
            0 => Some(Kg(wanted / 3)),
            1 => Some(Kg(i64::MAX)),
            _ => None,
        };
    }
    let linkage = Linkage::build(&Market::build(parts.clone()).unwrap(), &Policy::default()).unwrap();
    let market = linkage.market();
    let (mut offers, mut demands) = (Vec::new(), Vec::new());
    for candidate in linkage.candidates() {
        if offers.contains(&candidate.offer) || demands.contains(&candidate.demand) || offers.len() > 5 {
            continue;
        }
        offers.push(candidate.offer);
        demands.push(candidate.demand);
        let (offer, demand) = (market.offer(candidate.offer), market.demand(candidate.demand));
        let volume = Kg((offer.volume.0.min(demand.volume.0) / 5).max(1));
        parts.contracts.push(Contract { offer: offer.id.clone(), demand: demand.id.clone(), volume });
    }
    parts
}

fn network(linkage: &Linkage) -> Dimacs {
    let mut file = Vec::new();
    write_network(linkage, &mut file).unwrap();
    parse(std::str::from_utf8(&file).unwrap())
}

#[test]
fn the_least_cost_is_minus_the_objective() {
    for seed in 0..4 {
        let market = Market::build(parts(seed)).unwrap();
        for objective in [Objective::Score, Objective::Volume, Objective::Welfare] {
            let policy = Policy { objective, freight: 2_000.0, ..Policy::default() };
            let linkage = Linkage::build(&market, &policy).unwrap();
            let plan = Plan::solve(&linkage, Mechanism::Optimal).unwrap();
            let bounds = plan.bounds();
            assert_eq!(bounds.status, Status::Optimal);
            assert!(bounds.objective > 0);
            let file = network(&linkage);
            let expected = match bounds.score {
                Some((score, _)) => bounds.objective * file.kg_weight + score,
                None => bounds.objective,
            };
            assert_eq!(least_cost(&file), -expected, "{objective:?}, seed {seed}");
        }
    }
}

#[test]
fn nodes_are_named_and_pairs_have_their_scores() {
    let market = Market::build(parts(9)).unwrap();
    let linkage = Linkage::build(&market, &Policy::default()).unwrap();
    let file = network(&linkage);
    assert_eq!(file.names[&1], "root");
    let limited = market.cooperatives().iter().filter(|c| c.capacity.is_some()).count();
    assert_eq!(file.names.values().filter(|name| name.starts_with("cooperative ")).count(), limited);
    let node = |name: String| *file.names.iter().find(|(_, known)| **known == name).unwrap().0;
    for candidate in linkage.candidates() {
        let (offer, demand) = (market.offer(candidate.offer), market.demand(candidate.demand));
        let ends = (node(format!("offer {}", offer.id)), node(format!("demand {}", demand.id)));
        let arc = file.arcs.iter().find(|arc| (arc.0, arc.1) == ends);
        // A pair may have nothing left after its contracts.
        if let Some(arc) = arc {
            assert_eq!(arc.3, -i64::from(candidate.score.micro()));
            assert!(arc.2 <= offer.volume.0.min(demand.volume.0));
        }
    }
}

#[test]
fn an_empty_market_is_a_network_too() {
    let market = Market::build(MarketParts::new("2025-11-28".parse().unwrap())).unwrap();
    let file = network(&Linkage::build(&market, &Policy::default()).unwrap());
    assert_eq!((file.supply.len(), file.arcs.len(), least_cost(&file)), (2, 0, 0));
}

#[test]
fn the_table_has_every_candidate() {
    let market = Market::build(parts(2)).unwrap();
    let linkage = Linkage::build(&market, &Policy::default()).unwrap();
    let mut file = Vec::new();
    write_candidates(&linkage, &mut file).unwrap();
    let mut table = csv::Reader::from_reader(&file[..]);
    assert_eq!(
        table.headers().unwrap(),
        &["offer", "demand", "score", "cooperative_score", "enterprise_score", "distance_km"][..]
    );
    let rows: Vec<csv::StringRecord> = table.records().collect::<Result<_, _>>().unwrap();
    assert_eq!(rows.len(), linkage.len());
    for (row, candidate) in rows.iter().zip(linkage.candidates()) {
        assert_eq!(row[0], market.offer(candidate.offer).id);
        assert_eq!(row[1], market.demand(candidate.demand).id);
        assert_eq!(row[2], candidate.score.to_string());
        assert_eq!(row[3], candidate.cooperative_score.to_string());
        assert_eq!(row[4], candidate.enterprise_score.to_string());
        assert_eq!(row[5], linkage.distance(candidate.offer, candidate.demand).km().to_string());
    }
}

#[test]
fn other_names_say_what_there_is() {
    assert_eq!(Export::of("a/b.MIN").unwrap(), Export::Network);
    assert_eq!(Export::of("b.csv").unwrap(), Export::Candidates);
    let message = |path: &str| Export::of(path).unwrap_err().to_string();
    assert!(message("b.parquet").contains("does not write Parquet"));
    for path in ["b", "b.json", ".min", ""] {
        assert!(message(path).contains("`.min`"), "{path}");
    }
}
