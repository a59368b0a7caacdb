//! The checker of quotas against the kernel: the same bound from the same numbers, and nothing from spoiled ones.

use super::quotas::{Claim, Floor, Ground, Least, Pair, Proved, Quotas, WHOLE, check};
use crate::plan::Prices;
use crate::solve::{self, Cap, Members, Quotafied, Side, Transport};

/// `SplitMix64`.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((x ^ (x >> 31)) % count.unsigned_abs()).cast_signed()
    }

    fn index(&mut self, count: usize) -> usize {
        usize::try_from(self.below(i64::try_from(count).unwrap())).unwrap()
    }
}

/// A market with contracts and quotas, as the checker and as the kernel see it.
struct Case {
    ground: Ground,
    quotas: Quotas,
    transport: Transport,
    asked: solve::Quotas,
}

fn case(seed: u64) -> Case {
    let mut dice = Dice(seed);
    let (offers, demands, cooperatives, enterprises) = (8, 6, 4, 3);
    let mut ground = Ground {
        cooperative_of: (0..offers).map(|_| dice.index(cooperatives)).collect(),
        enterprise_of: (0..demands).map(|_| dice.index(enterprises)).collect(),
        offers: (0..offers).map(|_| 20 + dice.below(200)).collect(),
        demands: (0..demands).map(|_| 20 + dice.below(200)).collect(),
        cooperatives: (0..cooperatives)
            .map(|_| (dice.below(2) == 0).then(|| 100 + dice.below(200)))
            .collect(),
        enterprises: (0..enterprises).map(|_| (dice.below(2) == 0).then(|| 100 + dice.below(200))).collect(),
        volumes: Vec::new(),
        pairs: Vec::new(),
    };
    ground.volumes.clone_from(&ground.demands);
    for offer in 0..offers {
        for demand in 0..demands {
            if dice.below(3) > 0 {
                let value = Some(1 + dice.below(1000));
                ground.pairs.push(Pair { offer, demand, value, kg: 0, contract: 0 });
            }
        }
    }
    // One contract, on a candidate or not.
    let signed = dice.index(ground.pairs.len());
    let Pair { offer, demand, .. } = ground.pairs[signed];
    ground.pairs[signed].contract = 5;
    if dice.below(3) == 0 {
        ground.pairs[signed].value = None;
    }
    let (c, e) = (ground.cooperative_of[offer], ground.enterprise_of[demand]);
    ground.offers[offer] -= 5;
    ground.demands[demand] -= 5;
    for limit in [&mut ground.cooperatives[c], &mut ground.enterprises[e]].into_iter().flatten() {
        *limit -= 5;
    }
    let floor = |dice: &mut Dice| Floor {
        members: (0..cooperatives).map(|_| dice.below(2) == 0).collect(),
        least: if dice.below(2) == 0 {
            Least::Share(dice.below(450_001))
        } else {
            Least::Kg(dice.below(150))
        },
        lowered: 0,
    };
    let quotas = Quotas {
        floors: (0..dice.index(3)).map(|_| floor(&mut dice)).collect(),
        enterprise: (dice.below(2) == 0).then(|| 350_000 + dice.below(300_000)),
        supplier: (dice.below(2) == 0).then(|| 300_000 + dice.below(300_000)),
        link: if dice.below(2) == 0 { vec![true; cooperatives] } else { Vec::new() },
    };
    let transport = transport(&ground, &quotas);
    let asked = asked(&ground, &quotas, c, e);
    Case { ground, quotas, transport, asked }
}

fn transport(ground: &Ground, quotas: &Quotas) -> Transport {
    let number = |index: usize| u32::try_from(index).unwrap();
    let mut transport = Transport {
        row_capacity: ground.offers.clone(),
        column_capacity: ground.demands.clone(),
        row_group: ground.cooperative_of.iter().map(|&c| number(c)).collect(),
        column_group: ground.enterprise_of.iter().map(|&e| number(e)).collect(),
        row_group_capacity: ground.cooperatives.clone(),
        column_group_capacity: ground.enterprises.clone(),
        row_start: vec![0],
        row_key: (0..ground.offers.len() as u64).map(|row| row * 77 + 5).collect(),
        column_key: (0..ground.demands.len() as u64).map(|column| column * 91 + 2).collect(),
        edge_capacity: quotas.supplier.map(|_| Vec::new()),
        ..Transport::default()
    };
    for row in 0..ground.offers.len() {
        for pair in ground.pairs.iter().filter(|pair| pair.offer == row && pair.value.is_some()) {
            transport.column.push(number(pair.demand));
            transport.value.push(pair.value.unwrap());
            if let (Some(capacity), Some(share)) = (&mut transport.edge_capacity, quotas.supplier) {
                capacity.push((share * ground.volumes[pair.demand] / WHOLE - pair.contract).max(0));
            }
        }
        transport.row_start.push(transport.column.len());
    }
    transport
}

fn asked(ground: &Ground, quotas: &Quotas, cooperative: usize, enterprise: usize) -> solve::Quotas {
    let side = |floor: &Floor| {
        let members = ground.cooperative_of.iter().map(|&c| floor.members[c]).collect();
        let signed = if floor.members[cooperative] { 5 } else { 0 };
        let (inside, outside, least) = match floor.least {
            Least::Share(share) => (WHOLE - share, -share, share * 5 - WHOLE * signed),
            Least::Kg(least) => (1, 0, least - signed),
        };
        Side { members: Members::Rows(members), inside, outside, least }
    };
    let base = |e| if e == enterprise { 5 } else { 0 };
    solve::Quotas {
        sides: quotas.floors.iter().map(side).collect(),
        cap: quotas.enterprise.map(|part| Cap {
            part,
            of: WHOLE,
            column_group_base: (0..ground.enterprises.len()).map(base).collect(),
            base: 5,
        }),
        link: quotas.link.iter().enumerate().map(|(c, &asked)| asked && c != cooperative).collect(),
    }
}

/// The kernel's answer as a plan would carry it.
fn told(case: &mut Case, found: &Quotafied) -> (Prices, Claim) {
    let candidates = case.ground.pairs.iter_mut().filter(|pair| pair.value.is_some());
    for (edge, pair) in candidates.enumerate() {
        let at = found.flow.binary_search_by_key(&edge, |&(edge, _)| edge);
        pair.kg = at.map_or(0, |at| found.flow[at].1);
    }
    for ((floor, side), least) in case.quotas.floors.iter_mut().zip(&case.asked.sides).zip(&found.least) {
        floor.lowered = side.least - least;
    }
    let prices = Prices {
        offers: found.row_price.clone(),
        demands: found.column_price.clone(),
        cooperatives: found.row_group_price.clone(),
        enterprises: found.column_group_price.clone(),
        kg_weight: 0,
    };
    let mut link = found.link_price.clone();
    link.resize(case.quotas.link.len(), 0);
    let claim = Claim {
        scale: found.scale,
        multipliers: found.multipliers.clone(),
        enterprise: found.cap_price.clone(),
        link,
        bonus: found.link_bonus,
        links: found.links,
    };
    (prices, claim)
}

fn proved(case: &Case, prices: &Prices, claim: &Claim) -> Result<Proved, Vec<String>> {
    check(&case.ground, &case.quotas, prices, claim)
        .map_err(|issues| issues.into_iter().map(|issue| issue.code.to_string()).collect())
}

#[test]
fn the_checker_finds_the_bound_of_the_kernel() {
    let (mut with_caps, mut with_floors, mut with_links) = (0, 0, 0);
    for seed in 0..400 {
        let mut case = case(seed);
        let found = solve::optimum_with(&case.transport, &case.asked).unwrap();
        let (prices, claim) = told(&mut case, &found);
        if found.short.iter().any(|&short| short > 0) || found.cap_excess > 0 {
            assert!(proved(&case, &prices, &claim).is_err(), "seed {seed}");
            continue;
        }
        let proved =
            proved(&case, &prices, &claim).unwrap_or_else(|issues| panic!("seed {seed}: {issues:?}"));
        assert_eq!(proved.links, found.links, "seed {seed}");
        // What capacities of pairs cost is rounded by the kernel, and not by the checker.
        let same = proved.bound == found.bound;
        assert!(same || case.quotas.supplier.is_some() && proved.bound < found.bound, "seed {seed}");
        assert!(found.value <= proved.bound, "seed {seed}");
        with_caps += usize::from(claim.enterprise.iter().any(|&price| price > 0));
        with_floors += usize::from(claim.multipliers.iter().any(|&multiplier| multiplier > 0));
        with_links += usize::from(claim.links > 0);
    }
    assert!(with_caps > 20 && with_floors > 20 && with_links > 50, "{with_caps} {with_floors} {with_links}");
}

#[test]
fn spoiled_claims_are_refused() {
    let mut refused = 0;
    for seed in 0..200 {
        let mut case = case(seed);
        let found = solve::optimum_with(&case.transport, &case.asked).unwrap();
        let (prices, claim) = told(&mut case, &found);
        let Ok(sound) = proved(&case, &prices, &claim) else { continue };
        // Prices that are lower prove nothing, unless pairs have capacities: then no less.
        for list in [&prices.offers, &prices.demands] {
            let Some(at) = list.iter().position(|&price| price > 0) else { continue };
            let mut less = prices.clone();
            let of_offers = std::ptr::eq(list, &raw const prices.offers);
            let spoiled = if of_offers { &mut less.offers } else { &mut less.demands };
            spoiled[at] = 0;
            match proved(&case, &less, &claim) {
                Ok(other) => assert!(other.bound >= found.value, "seed {seed}"),
                Err(codes) => {
                    assert_eq!(codes, ["prices"]);
                    refused += 1;
                }
            }
        }
        let negative =
            Claim { multipliers: claim.multipliers.iter().map(|m| -m - 1).collect(), ..claim.clone() };
        assert!(case.quotas.floors.is_empty() || proved(&case, &prices, &negative).is_err());
        let larger =
            Claim { multipliers: claim.multipliers.iter().map(|m| m * 3 + 900).collect(), ..claim.clone() };
        if let Ok(other) = proved(&case, &prices, &larger) {
            assert!(other.bound >= found.value, "seed {seed}");
        }
        let more_links = Claim { links: claim.links + 1, ..claim.clone() };
        assert_eq!(proved(&case, &prices, &more_links), Err(vec!["links".to_owned()]));
        for floor in 0..case.quotas.floors.len() {
            let kept = case.quotas.floors[floor].clone();
            case.quotas.floors[floor].least = match kept.least {
                Least::Share(_) => Least::Share(WHOLE),
                Least::Kg(_) => Least::Kg(i64::MAX / 2),
            };
            let members_have_all = sound.floors[floor] == sound.kg && matches!(kept.least, Least::Share(_));
            case.quotas.floors[floor].lowered = 0;
            let codes = proved(&case, &prices, &claim);
            assert!(members_have_all || codes.is_err_and(|codes| codes.contains(&"quota".to_owned())));
            case.quotas.floors[floor] = kept;
        }
        if case.quotas.enterprise.is_some() && sound.kg > 5 {
            let kept = case.quotas.enterprise.replace(10_000);
            assert!(proved(&case, &prices, &claim).is_err(), "seed {seed}");
            case.quotas.enterprise = kept;
        }
        if case.quotas.supplier.is_some() && found.value > 0 {
            let kept = case.quotas.supplier.replace(0);
            let codes = proved(&case, &prices, &claim);
            assert!(codes.is_err_and(|codes| codes.contains(&"supplier_share".to_owned())));
            case.quotas.supplier = kept;
        }
    }
    assert!(refused > 50, "{refused}");
}
