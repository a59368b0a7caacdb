//! Quotas and floors against brute force, an independent check of the bound, and themselves.

use crate::support::{
    brute, check,
    quotas::{Wish, draw, links, proves, reached, within_cap},
    transports::{Shape, moved, permute, shapes},
};
use lienket::solve::{
    Cap, Members, Quotas, Side, SolveError, Transport, Unreachable, optimum, optimum_with, revalued,
};
use proptest::prelude::*;

fn wishes() -> impl Strategy<Value = Wish> {
    (0_usize..=3, prop_oneof![Just(20_i64), Just(50), Just(130)], any::<bool>(), any::<bool>())
        .prop_map(|(sides, mild, cap, link)| Wish { sides, mild, cap, link })
}

/// Most links of a flow, and the best value and most of each side among flows that link as many.
struct Truth {
    links: i64,
    /// Of flows that hold the sides as given, and the cap.
    value: Option<i128>,
    most: Vec<i128>,
}

fn truth(transport: &Transport, quotas: &Quotas, least: &[i64], linked_so_far: i64) -> Truth {
    let mut truth = Truth { links: linked_so_far, value: None, most: vec![i128::MIN; quotas.sides.len()] };
    brute::flows(transport, &mut |flow| {
        if check::feasible(transport, flow).is_err() {
            return;
        }
        let linked = links(transport, &quotas.link, flow);
        if linked < truth.links {
            return;
        }
        // With a cap, links are those that are possible within it, of which this knows nothing.
        if linked > truth.links && quotas.cap.is_none() {
            truth = Truth { links: linked, value: None, most: vec![i128::MIN; quotas.sides.len()] };
        }
        let all: Vec<i128> = quotas.sides.iter().map(|side| reached(transport, side, flow)).collect();
        for (most, &reached) in truth.most.iter_mut().zip(&all) {
            *most = (*most).max(reached);
        }
        let holds = all.iter().zip(least).all(|(&reached, &least)| reached >= i128::from(least));
        if holds && quotas.cap.as_ref().is_none_or(|cap| within_cap(transport, cap, flow)) {
            truth.value = truth.value.max(Some(check::worth(transport, flow)));
        }
    });
    truth
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tiny_markets_lie_between_what_is_found_and_the_bound(
        shape in shapes(3, 3, 3), wish in wishes(), seed in any::<u64>()
    ) {
        let transport = shape.build();
        let quotas = draw(&transport, wish, seed);
        let found = optimum_with(&transport, &quotas).expect("small numbers");
        prop_assert_eq!(proves(&transport, &quotas, &found), Ok(()));
        let truth = truth(&transport, &quotas, &found.least, if wish.cap { found.links } else { 0 });
        if let Some(proof) = &found.link_proof {
            prop_assert!(found.links <= proof.most);
            prop_assert!(wish.cap || (proof.most, found.links) == (truth.links, truth.links));
        }
        let holds = found.short.iter().all(|&short| short == 0) && found.cap_excess == 0;
        match truth.value {
            Some(best) => {
                prop_assert!(best <= found.bound, "{best} above {}", found.bound);
                prop_assert!(!holds || found.value <= best, "{} above {best}", found.value);
            }
            None => prop_assert!(!holds),
        }
        let alone = |unreachable: &&Unreachable| !unreachable.conflict && !wish.cap;
        for unreachable in found.unreachable.iter().filter(alone) {
            prop_assert_eq!(i128::from(unreachable.reachable), truth.most[unreachable.side]);
        }
        if quotas.cap.is_none() {
            for (k, side) in quotas.sides.iter().enumerate() {
                let out_of_reach = truth.most[k] < i128::from(side.least);
                prop_assert!(!out_of_reach || found.unreachable.iter().any(|unreachable| unreachable.side == k));
            }
        }
    }
}

fn middle(seed: u64, edge_capacities: bool) -> Transport {
    let shape = Shape {
        rows: 150,
        columns: 100,
        row_groups: 60,
        column_groups: 40,
        density: 12,
        limited: 40,
        zeros: 2,
        most_capacity: 5000,
        levels: 1_000_001,
        step: 1,
        edge_capacities,
        seed,
    };
    shape.build()
}

/// Two overlapping floors as shares, a little above what the optimum gives, and a cap a little below.
fn pressing(transport: &Transport) -> Quotas {
    let best = optimum(transport).expect("small numbers").dense(transport);
    let total: i64 = best.iter().sum();
    let row_of = check::rows(transport);
    let floor = |every: u32, more: i64| {
        let members: Vec<bool> = transport.row_group.iter().map(|group| group % every == 0).collect();
        let inside = (0..best.len()).filter(|&edge| members[row_of[edge]]);
        let share = 1000 * inside.map(|edge| best[edge]).sum::<i64>() / total + more;
        Side { members: Members::Rows(members), inside: 1000 - share, outside: -share, least: 0 }
    };
    let mut units = vec![0; transport.column_group_capacity.len()];
    for (edge, &column) in transport.column.iter().enumerate() {
        units[transport.column_group[column as usize] as usize] += best[edge];
    }
    let most = units.iter().max().expect("there are groups");
    let cap = Cap {
        part: 1000 * most / total * 8 / 10,
        of: 1000,
        column_group_base: vec![0; units.len()],
        base: 0,
    };
    Quotas {
        sides: vec![floor(2, 8), floor(3, 12)],
        cap: Some(cap),
        link: vec![true; transport.row_group_capacity.len()],
    }
}

#[test]
fn on_middle_markets_floors_hold_and_the_gap_is_a_few_units() {
    for seed in 0..12 {
        let transport = middle(seed, seed % 3 == 0);
        let all = pressing(&transport);
        let subsets = [
            Quotas { sides: all.sides[..1].to_vec(), ..Quotas::default() },
            Quotas { sides: all.sides.clone(), ..Quotas::default() },
            Quotas { cap: all.cap.clone(), ..Quotas::default() },
            Quotas { link: all.link.clone(), ..Quotas::default() },
            Quotas { sides: all.sides.clone(), link: all.link.clone(), cap: None },
            all,
        ];
        let plain = check::worth(&transport, &optimum(&transport).expect("small").dense(&transport));
        for (which, quotas) in subsets.iter().enumerate() {
            let found = optimum_with(&transport, quotas).expect("small numbers");
            assert_eq!(proves(&transport, quotas, &found), Ok(()));
            assert_eq!((found.short.iter().max(), found.cap_excess), (quotas.sides.first().map(|_| &0), 0));
            assert!(found.unreachable.is_empty(), "seed {seed}, {which}");
            assert!(found.bound <= plain);
            let gap = found.bound - found.value;
            // Units are worth up to 10^6; the whole some 10^11.
            let most = if quotas.cap.is_some() { 400_000_000 } else { 30_000_000 };
            assert!((0..most).contains(&gap), "seed {seed}, {which}: {gap} of {plain}");
        }
    }
}

#[test]
fn order_and_threads_do_not_matter() {
    for seed in 0..6 {
        let transport = middle(seed, seed % 2 == 0);
        let quotas = pressing(&transport);
        let found = optimum_with(&transport, &quotas).expect("small numbers");
        let other = permute(&transport, seed + 99);
        let sides = quotas.sides.iter().map(|side| {
            let Members::Rows(members) = &side.members else { panic!("of rows") };
            Side { members: Members::Rows(moved(members, &other.row)), ..side.clone() }
        });
        let cap = quotas.cap.as_ref().map(|cap| Cap {
            column_group_base: moved(&cap.column_group_base, &other.column_group),
            ..cap.clone()
        });
        let permuted = Quotas { sides: sides.collect(), cap, link: moved(&quotas.link, &other.row_group) };
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
        let again = one.install(|| optimum_with(&other.transport, &permuted).expect("small numbers"));
        let mut flow: Vec<(usize, i64)> =
            found.flow.iter().map(|&(edge, units)| (other.edge[edge], units)).collect();
        flow.sort_unstable();
        assert_eq!(again.flow, flow);
        assert_eq!((again.value, again.bound, again.links), (found.value, found.bound, found.links));
        assert_eq!((&again.multipliers, &again.reached), (&found.multipliers, &found.reached));
        assert_eq!(again.row_price, moved(&found.row_price, &other.row));
        assert_eq!(again.cap_price, moved(&found.cap_price, &other.column_group));
        assert_eq!(again.link_price, moved(&found.link_price, &other.row_group));
    }
}

/// Rows of `row_capacity`, one group each; columns likewise; all edges, worth by row and column.
fn full(rows: &[i64], columns: &[i64], value: &[&[i64]]) -> Transport {
    let number = |index: usize| u32::try_from(index).expect("small");
    Transport {
        row_capacity: rows.to_vec(),
        column_capacity: columns.to_vec(),
        row_group: (0..rows.len()).map(number).collect(),
        column_group: (0..columns.len()).map(number).collect(),
        row_group_capacity: vec![None; rows.len()],
        column_group_capacity: vec![None; columns.len()],
        row_start: (0..=rows.len()).map(|row| row * columns.len()).collect(),
        column: rows.iter().flat_map(|_| (0..columns.len()).map(number)).collect(),
        value: value.iter().flat_map(|row| row.to_vec()).collect(),
        row_key: (1..=rows.len() as u64).map(|row| row * 0x9E37_79B9).collect(),
        column_key: (1..=columns.len() as u64).map(|column| column * 0x85EB_CA6B).collect(),
        ..Transport::default()
    }
}

fn kg(members: &[bool], least: i64) -> Side {
    Side { members: Members::Rows(members.to_vec()), inside: 1, outside: 0, least }
}

#[test]
fn floors_out_of_reach_are_told_with_what_binds() {
    // Rows 1 and 2 can give 30 and 20; the column takes 40.
    let market = full(&[100, 30, 20], &[40], &[&[9], &[5], &[4]]);
    let ask = |sides: Vec<Side>| {
        let quotas = Quotas { sides, ..Quotas::default() };
        let found = optimum_with(&market, &quotas).expect("small numbers");
        assert_eq!(proves(&market, &quotas, &found), Ok(()));
        assert_eq!(found.value, found.bound);
        found
    };
    let alone = ask(vec![kg(&[false, true, false], 35)]);
    assert_eq!((alone.reached[0], alone.least[0], alone.value), (30, 30, 10 * 9 + 30 * 5));
    let told = &alone.unreachable[0];
    assert_eq!((told.side, told.reachable, told.conflict), (0, 30, false));
    assert_eq!((&told.rows, &told.columns), (&vec![1], &vec![]));

    let both = ask(vec![kg(&[false, true, true], 60)]);
    assert_eq!((both.least[0], both.unreachable[0].columns.as_slice()), (40, &[0][..]));

    // Each alone could be met, not both: the first comes first.
    let quotas = Quotas {
        sides: vec![kg(&[false, true, false], 30), kg(&[true, false, false], 20)],
        ..Quotas::default()
    };
    let found = optimum_with(&market, &quotas).expect("small numbers");
    assert_eq!(proves(&market, &quotas, &found), Ok(()));
    assert_eq!((found.reached[0], found.unreachable.len()), (30, 1));
    let told = &found.unreachable[0];
    assert_eq!((told.side, told.conflict), (1, true));
    assert!((2..=10).contains(&found.reached[1]) && found.short == [0, 0], "{:?}", found.reached);
}

#[test]
fn links_come_before_value_and_floors_overlap() {
    // The best flow gives all to row 0; the others can be linked, but only two of the three by their own columns.
    let market = full(&[10, 10, 10], &[6, 6], &[&[9, 9], &[1, 1], &[1, 1]]);
    let quotas = Quotas { link: vec![true; 3], ..Quotas::default() };
    let found = optimum_with(&market, &quotas).expect("small numbers");
    assert_eq!(proves(&market, &quotas, &found), Ok(()));
    assert_eq!((found.links, found.value, found.bound), (3, 10 * 9 + 2, 10 * 9 + 2));

    // With one unit to be had there is one link, and the cover says so.
    let narrow = full(&[10, 10], &[1], &[&[9], &[1]]);
    let found = optimum_with(&narrow, &Quotas { link: vec![true; 2], ..Quotas::default() }).expect("small");
    let proof = found.link_proof.expect("links were asked for");
    assert_eq!((found.links, proof.most, found.value), (1, 1, 9));
    assert_eq!((proof.rows.as_slice(), proof.columns.as_slice()), (&[][..], &[0][..]));

    let overlap = vec![kg(&[false, true, true], 7), kg(&[false, false, true], 4)];
    let quotas = Quotas { sides: overlap, ..Quotas::default() };
    let found = optimum_with(&market, &quotas).expect("small numbers");
    assert_eq!(proves(&market, &quotas, &found), Ok(()));
    assert_eq!((found.value, found.bound, found.reached[0]), (5 * 9 + 7, 5 * 9 + 7, 7));
    assert!(found.reached[1] >= 4);
    assert_eq!(found.multipliers[0] / found.scale, 8);
}

#[test]
fn scarce_links_are_kept_where_floors_mix_flows() {
    let mut mixed = 0;
    for seed in 0..150 {
        let shape = Shape {
            rows: 40,
            columns: 12,
            row_groups: 30,
            column_groups: 6,
            density: 30,
            limited: 10,
            zeros: 0,
            most_capacity: 3,
            levels: 1000,
            step: 1,
            edge_capacities: false,
            seed,
        };
        let transport = shape.build();
        let wish = Wish { sides: 2, mild: 60, cap: false, link: true };
        let quotas = draw(&transport, wish, seed);
        let found = optimum_with(&transport, &quotas).expect("small numbers");
        assert_eq!(proves(&transport, &quotas, &found), Ok(()), "seed {seed}");
        let proof = found.link_proof.as_ref().expect("links were asked for");
        assert_eq!(found.links, proof.most);
        let wanting = i64::try_from(quotas.link.iter().filter(|&&wants| wants).count()).expect("few");
        mixed +=
            i32::from(proof.most < wanting && found.multipliers.iter().any(|&multiplier| multiplier > 0));
    }
    assert!(mixed > 20, "{mixed}");
}

#[test]
fn a_share_is_rounded_to_the_side_that_keeps_it() {
    // A third of all from row 1: of 10 units 4, or of 9 units 3.
    let market = full(&[10, 10], &[10], &[&[9], &[2]]);
    let third = Side { members: Members::Rows(vec![false, true]), inside: 2, outside: -1, least: 0 };
    let found = optimum_with(&market, &Quotas { sides: vec![third], ..Quotas::default() }).expect("small");
    assert_eq!(found.short, [0]);
    assert_eq!(found.value, 6 * 9 + 4 * 2);
    assert_eq!(found.bound, 66); // 20/3 · 9 + 10/3 · 2 rounded down

    let cap = Cap { part: 1, of: 2, column_group_base: vec![3, 0], base: 3 };
    let market = full(&[10], &[9, 4], &[&[9, 2]]);
    let quotas = Quotas { cap: Some(cap), ..Quotas::default() };
    let found = optimum_with(&market, &quotas).expect("small numbers");
    assert_eq!(proves(&market, &quotas, &found), Ok(()));
    // 3 + 1 of 8.
    assert_eq!((found.cap_excess, found.value, found.bound), (0, 9 + 4 * 2, 9 + 4 * 2));
}

#[test]
fn multipliers_prove_the_bound_and_spoiled_ones_do_not() {
    let transport = middle(3, false);
    let quotas = Quotas { link: Vec::new(), ..pressing(&transport) };
    let found = optimum_with(&transport, &quotas).expect("small numbers");
    assert!(found.multipliers.iter().any(|&multiplier| multiplier > 0));
    assert!(found.cap_price.iter().any(|&price| price > 0));
    let spoil = |spoil: fn(&mut lienket::solve::Quotafied)| {
        let mut spoiled = found.clone();
        spoil(&mut spoiled);
        assert!(proves(&transport, &quotas, &spoiled).is_err());
    };
    spoil(|found| found.multipliers.iter_mut().for_each(|multiplier| *multiplier += 1 << 20));
    spoil(|found| found.multipliers[0] = -1);
    spoil(|found| found.bound -= 1);
    spoil(|found| found.row_price.iter_mut().for_each(|price| *price /= 2));
    spoil(|found| found.cap_price.fill(0));
    spoil(|found| found.reached[0] += 1);

    // The re-valued transport is what the multipliers say, and its optimum bounds the value, solved by anyone.
    let sides = Quotas { sides: quotas.sides, ..Quotas::default() };
    let found = optimum_with(&transport, &sides).expect("small numbers");
    let again =
        revalued(&transport, &sides.sides, &found.multipliers, found.scale, found.grain).expect("small");
    let best = optimum(&again.transport).expect("small numbers");
    let worth = check::worth(&again.transport, &best.dense(&again.transport)) * i128::from(found.grain);
    let least = found.multipliers.iter().zip(&found.least);
    let least: i128 = least.map(|(&m, &least)| i128::from(m) * i128::from(least)).sum();
    assert_eq!((worth - least).div_euclid(i128::from(found.scale)), found.bound);
}

#[test]
fn what_is_no_quota_is_refused() {
    let market = full(&[10, 10], &[10], &[&[9], &[2]]);
    let refused = |quotas: Quotas| optimum_with(&market, &quotas).expect_err("it is none");
    let of = |side: Side| Quotas { sides: vec![side], ..Quotas::default() };
    assert!(matches!(refused(of(kg(&[true], 1))), SolveError::Malformed { .. }));
    let nothing = Side { inside: 0, ..kg(&[true, false], 1) };
    assert!(matches!(refused(of(nothing)), SolveError::Malformed { .. }));
    let huge = Side { inside: 1 << 40, ..kg(&[true, false], 1) };
    assert!(matches!(refused(of(huge)), SolveError::Overflow { .. }));
    let cap = |part, of| Some(Cap { part, of, column_group_base: vec![0], base: 0 });
    for cap in [cap(1, 0), cap(-1, 2), Some(Cap { part: 1, of: 2, column_group_base: vec![], base: 0 })] {
        assert!(matches!(refused(Quotas { cap, ..Quotas::default() }), SolveError::Malformed { .. }));
    }
    let link = vec![true; 3];
    assert!(matches!(refused(Quotas { link, ..Quotas::default() }), SolveError::Malformed { .. }));
    // Nothing at all is the plain optimum.
    let found = optimum_with(&market, &Quotas::default()).expect("small numbers");
    assert_eq!((found.value, found.bound), (90, 90));
}
