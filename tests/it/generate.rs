//! Synthetic markets: the same bytes for ever, valid, and of the density they promise.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::ControlFlow;

use lienket::generate::{Preset, generate, generate_watched};
use lienket::io::json;
use lienket::{Error, Linkage, Market, Mechanism, Place, Plan, Policy, Rule, Stage, Status};
use sha2::{Digest, Sha256};

fn market(preset: Preset, seed: u64, scale: f64) -> Market {
    Market::build(generate(preset, seed, scale).unwrap()).unwrap()
}

fn hash(preset: Preset, scale: f64) -> String {
    let mut document = Vec::new();
    json::write_market(&market(preset, 1, scale), &mut document).unwrap();
    Sha256::digest(&document).iter().fold(String::new(), |mut hash, byte| {
        write!(hash, "{byte:02x}").unwrap();
        hash
    })
}

/// A change here is a change for everybody who has published a figure: say so in the change log.
#[test]
fn the_bytes_are_pinned() {
    let found = [(Preset::Forum, 1.0), (Preset::Province, 0.2), (Preset::National, 0.01)]
        .map(|(preset, scale)| hash(preset, scale));
    assert_eq!(
        found,
        [
            "5b663ca76b2e008cbc414846f7d076b80db0cf66dd0da9e69271dc103a4c530f",
            "20f76fa1ae8fa9db72c19a83ca0d8b3a1cfefbde802213b7fb73789208a58e1b",
            "fce81be8b84775d58cc316a0bd9e443a4d0750d195c10bbab833eac16ea20e33",
        ]
    );
}

#[test]
fn the_parts_stand_in_canonical_order_and_validate_almost_without_a_warning() {
    for preset in Preset::ALL {
        for seed in 0..5 {
            let scale = if preset == Preset::National { 0.05 } else { 1.0 };
            let parts = generate(preset, seed, scale).unwrap();
            assert!(parts.offers.is_sorted_by_key(|offer| &offer.id));
            let market = Market::build(parts).unwrap();
            let entries = market.offers().len() + market.demands().len();
            assert!(market.warnings().len() * 500 <= entries + 500, "{}", market.warnings().len());
            assert!(market.warnings().iter().all(|warning| warning.code == "certificate_expired"));
        }
    }
}

#[test]
fn seeds_differ_and_one_seed_does_not() {
    assert_eq!(generate(Preset::Forum, 3, 1.0).unwrap(), generate(Preset::Forum, 3, 1.0).unwrap());
    assert_ne!(generate(Preset::Forum, 3, 1.0).unwrap(), generate(Preset::Forum, 4, 1.0).unwrap());
    assert_ne!(generate(Preset::Forum, 0, 1.0).unwrap(), generate(Preset::Forum, u64::MAX, 1.0).unwrap());
}

fn candidates_per_offer(preset: Preset, seed: u64, scale: f64) -> f64 {
    let market = market(preset, seed, scale);
    let linkage = Linkage::build(&market, &Policy::default()).unwrap();
    f64::from(u32::try_from(linkage.len()).unwrap())
        / f64::from(u32::try_from(market.offers().len()).unwrap())
}

#[test]
fn densities_stay_in_their_bands() {
    for seed in 1..4 {
        for (preset, scale, band) in [
            (Preset::Forum, 1.0, 1.0..5.0),
            (Preset::Province, 1.0, 8.0..30.0),
            (Preset::Province, 3.0, 8.0..30.0),
            (Preset::National, 0.01, 30.0..90.0),
            (Preset::National, 0.03, 40.0..80.0),
            (Preset::National, 0.1, 45.0..75.0),
        ] {
            let density = candidates_per_offer(preset, seed, scale);
            assert!(band.contains(&density), "{preset:?} × {scale}, seed {seed}: {density}");
        }
    }
}

/// Every fiftieth offer finds as many candidates as all would on average.
#[test]
fn densities_hold_in_larger_markets() {
    for scale in [1.0, 4.0] {
        let mut parts = generate(Preset::National, 1, scale).unwrap();
        let mut at = 0;
        parts.offers.retain(|_| {
            at += 1;
            at % 50 == 0
        });
        let offers = f64::from(u32::try_from(parts.offers.len()).unwrap());
        let linkage = Linkage::build(&Market::build(parts).unwrap(), &Policy::default()).unwrap().len();
        let density = f64::from(u32::try_from(linkage).unwrap()) / offers;
        assert!((50.0..75.0).contains(&density), "× {scale}: {density}");
    }
}

#[test]
fn every_rule_but_those_left_off_stops_somebody() {
    let market = market(Preset::Province, 1, 1.0);
    let linkage = Linkage::build(&market, &Policy::default()).unwrap();
    for rule in Rule::ALL {
        let stopped: u32 = (0..market.offers().len())
            .map(|at| market.find_offer(&market.offers()[at].id).unwrap())
            .map(|offer| linkage.stopped_offer(offer).by(rule))
            .sum();
        assert_eq!(stopped > 0, !matches!(rule, Rule::Lot | Rule::Score), "{rule:?}");
    }
    assert!(market.offers().iter().all(|o| o.min_lot.0 == 1 && o.max_buyers.is_none()));
    assert!(
        market.demands().iter().all(|d| d.min_lot.0 == 1 && d.max_suppliers.is_none() && !d.all_or_nothing)
    );
    let plan = Plan::solve(&linkage, Mechanism::Optimal).unwrap();
    assert_eq!(plan.bounds().status, Status::Optimal);
}

#[test]
fn national_markets_share_few_places_and_use_most_products() {
    let market = market(Preset::National, 1, 1.0);
    assert_eq!((market.offers().len(), market.demands().len()), (60_000, 40_000));
    let written = |place: &Place| place.to_string();
    let parties = market.cooperatives().iter().map(|c| written(&c.place));
    let places: BTreeSet<String> =
        parties.chain(market.enterprises().iter().map(|e| written(&e.place))).collect();
    assert!((2_000..=2_400).contains(&places.len()), "{}", places.len());
    let products: BTreeSet<&str> = market.offers().iter().map(|o| o.product.as_str()).collect();
    assert!((120..=150).contains(&products.len()), "{}", products.len());
    let share = |held: usize| f64::from(u32::try_from(held).unwrap()) / 24_000.0;
    let hold = |standard: &str| {
        let holds = |c: &&lienket::Cooperative| c.certificates.iter().any(|held| held.standard == standard);
        share(market.cooperatives().iter().filter(holds).count())
    };
    assert!((0.01..0.08).contains(&hold("vietgap")), "{}", hold("vietgap"));
    assert!((0.2..0.45).contains(&hold("attp")), "{}", hold("attp"));
    assert!((0.05..0.2).contains(&hold("ocop-3")), "{}", hold("ocop-3"));
}

#[test]
fn scales_make_more_and_fewer_entries_but_never_none() {
    let sizes = |scale| {
        let parts = generate(Preset::Province, 1, scale).unwrap();
        (parts.cooperatives.len(), parts.offers.len(), parts.enterprises.len(), parts.demands.len())
    };
    assert_eq!(sizes(1.0), (600, 1_500, 225, 900));
    assert_eq!(sizes(2.0), (1_200, 3_000, 450, 1_800));
    assert_eq!(sizes(0.1), (60, 150, 23, 90));
    assert_eq!(sizes(1e-9), (1, 1, 1, 1));
    assert_eq!(sizes(f64::MIN_POSITIVE), (1, 1, 1, 1));
}

#[test]
fn impossible_scales_are_refused_with_what_is_possible() {
    for scale in [0.0, -0.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 166.7, 1e300] {
        let error = generate(Preset::National, 1, scale).unwrap_err();
        assert!(matches!(error, Error::Unreadable { .. }));
        let message = error.to_string();
        assert!(message.contains("above 0") && message.contains("up to 166"), "{message}");
    }
}

#[test]
fn generation_tells_of_itself_and_can_be_stopped() {
    let stopped = generate_watched(Preset::National, 1, 1.0, &|progress| {
        assert_eq!((progress.stage, progress.total), (Stage::Generation, 100_000));
        if progress.done > 5_000 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(matches!(stopped, Err(Error::Cancelled)));
}
