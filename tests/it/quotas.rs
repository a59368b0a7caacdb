//! Quotas and floors against brute force, an independent check of the bound, and themselves.

use crate::support::{
    brute, check,
    quotas::{Wish, draw, links, proves, reached, within_cap},
    transports::{Shape, moved, permute, shapes},
};
use lienket::solve::{Cap, Members, Quotas, Side, SolveError, Transport, Unreachable, optimum, optimum_with, revalued};
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
