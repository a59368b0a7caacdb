//! Every rule and the score at their boundaries, on one pair.

use crate::support::markets::{day, days};
use crate::support::straightforward::Straightforward;
use lienket::{
    Acceptance, AcceptanceKind, Boost, Certificate, CertificateStatus, Contract, Cooperative, Criterion,
    Demand, Enterprise, Error, Exclusion, Kg, Km, Linkage, Market, MarketParts, Offer, Place, Policy,
    Relation, Rule, StandardEntry, VndPerKg,
};

/// One offer and one demand that pass every rule.
fn pair() -> (MarketParts, Policy) {
    let mut parts = MarketParts::new(day(14));
    parts.cooperatives.push(Cooperative::new("c", Place::point(0.0, 0.0)).tag("young"));
    parts.enterprises.push(Enterprise::new("e", Place::point(0.0, 0.0)));
    parts.offers.push(Offer::new("o", "c", "tea/green", Kg(10)));
    parts.demands.push(Demand::new("d", "e", "tea", Kg(10)));
    (parts, Policy::default())
}

/// The rule that stops the changed pair, or nothing; the straightforward version must agree.
fn verdict(change: impl FnOnce(&mut MarketParts, &mut Policy)) -> Option<Rule> {
    let (mut parts, mut policy) = pair();
    change(&mut parts, &mut policy);
    let market = Market::build(parts.clone()).expect("a valid market");
    let linkage = Linkage::build(&market, &policy).expect("a valid policy");
    let offer = market.find_offer("o").expect("known");
    let stopped = linkage.stopped_offer(offer);
    let found = Rule::ALL.into_iter().find(|rule| stopped.by(*rule) == 1);
    assert_eq!(found.is_none(), linkage.len() == 1);
    assert_eq!(Straightforward::of(&parts, &policy).judge(0, 0).err(), found);
    found
}

/// The joint score, in micro-units, of the changed pair.
fn joint(change: impl FnOnce(&mut MarketParts, &mut Policy)) -> u32 {
    let (mut parts, mut policy) = pair();
    change(&mut parts, &mut policy);
    let market = Market::build(parts).expect("a valid market");
    let linkage = Linkage::build(&market, &policy).expect("a valid policy");
    linkage.candidates().next().expect("a candidate").score.micro()
}

#[test]
fn products_fit_by_path() {
    let of = |offered: &str, asked: &str| {
        verdict(|parts, _| {
            parts.offers[0].product = offered.to_owned();
            parts.demands[0].product = asked.to_owned();
        })
    };
    assert_eq!(of("tea", "tea"), None);
    assert_eq!(of("tea/green", "tea"), None);
    assert_eq!(of("tea/green/new", "tea"), None);
    assert_eq!(of("tea", "tea/green"), Some(Rule::Product));
    assert_eq!(of("tea-leaf", "tea"), Some(Rule::Product));
    assert_eq!(of("tea/greenish", "tea/green"), Some(Rule::Product));
    assert_eq!(verdict(|parts, _| parts.offers[0].product = "herb/mint".into()), Some(Rule::Product));
    let substitute = |fits: &[(&str, f64)]| {
        let list: Vec<_> = fits.iter().map(|(product, fit)| ((*product).to_owned(), *fit)).collect();
        move |parts: &mut MarketParts, policy: &mut Policy| {
            parts.offers[0].product = "herb/mint/dry".into();
            for (product, fit) in list {
                parts.demands[0] = parts.demands[0].clone().substitute(product, fit);
            }
            only(policy, Criterion::Product);
        }
    };
    assert_eq!(verdict(substitute(&[("herb/mint", 0.0)])), None);
    assert_eq!(joint(substitute(&[("herb/mint", 0.4)])), 400_000);
    // Several apply: the largest fit counts, not the narrowest path.
    assert_eq!(joint(substitute(&[("herb/mint", 0.4), ("herb", 0.7), ("herb/mint/dry", 0.2)])), 700_000);
    assert_eq!(joint(substitute(&[("herb", 0.4), ("tea/black", 0.9)])), 400_000);
    // The product itself fits wholly, whatever a substitute says.
    assert_eq!(
        joint(|parts, policy| {
            parts.demands[0] = parts.demands[0].clone().substitute("tea/green", 0.1);
            only(policy, Criterion::Product);
        }),
        1_000_000
    );
}

/// Switches every criterion off but one.
fn only(policy: &mut Policy, criterion: Criterion) {
    for side in [&mut policy.weights.cooperative, &mut policy.weights.enterprise] {
        for each in Criterion::ALL {
            *side.get_mut(each) = if each == criterion { 2.0 } else { 0.0 };
        }
    }
}

#[test]
fn exclusions_name_both_parties() {
    let excluded = |cooperative: &str, enterprise: &str| {
        verdict(|parts, _| {
            parts.cooperatives.push(Cooperative::new("c2", Place::point(0.0, 0.0)));
            parts.enterprises.push(Enterprise::new("e2", Place::point(0.0, 0.0)));
            let (cooperative, enterprise) = (cooperative.to_owned(), enterprise.to_owned());
            parts.exclusions.push(Exclusion { cooperative, enterprise });
        })
    };
    assert_eq!(excluded("c", "e"), Some(Rule::Excluded));
    assert_eq!(excluded("c", "e2"), None);
    assert_eq!(excluded("c2", "e"), None);
}

#[test]
fn windows_share_a_day_at_least() {
    let windows = |offer: Option<(i64, i64)>, demand: Option<(i64, i64)>| {
        verdict(|parts, _| {
            parts.offers[0].available = offer.map(|(from, to)| days(from, to));
            parts.demands[0].needed = demand.map(|(from, to)| days(from, to));
        })
    };
    assert_eq!(windows(Some((10, 14)), Some((14, 20))), None);
    assert_eq!(windows(Some((10, 13)), Some((14, 20))), Some(Rule::Window));
    assert_eq!(windows(Some((14, 20)), Some((10, 14))), None);
    assert_eq!(windows(Some((15, 20)), Some((10, 14))), Some(Rule::Window));
    assert_eq!(windows(Some((14, 14)), Some((14, 14))), None);
    assert_eq!(windows(Some((14, 14)), Some((15, 15))), Some(Rule::Window));
    assert_eq!(windows(None, Some((1, 1))), None);
    assert_eq!(windows(Some((1, 1)), None), None);
    assert_eq!(windows(None, None), None);
}

#[test]
fn certificates_cover_every_shared_day() {
    // The windows share the days 12 … 16.
    let held = |from: Option<i64>, until: Option<i64>| {
        verdict(|parts, _| {
            parts.offers[0].available = Some(days(10, 16));
            parts.demands[0].needed = Some(days(12, 20));
            parts.demands[0].requires.push("vietgap".into());
            let mut certificate = Certificate::new("vietgap");
            (certificate.valid_from, certificate.valid_until) = (from.map(day), until.map(day));
            parts.cooperatives[0].certificates.push(certificate);
        })
    };
    assert_eq!(held(None, None), None);
    assert_eq!(held(Some(12), Some(16)), None);
    assert_eq!(held(Some(13), Some(16)), Some(Rule::Certification));
    assert_eq!(held(Some(12), Some(15)), Some(Rule::Certification));
    assert_eq!(held(None, Some(15)), Some(Rule::Certification));
    // Two that cover the days together do not: it must be one.
    assert_eq!(
        verdict(|parts, _| {
            parts.offers[0].available = Some(days(10, 16));
            parts.demands[0].requires.push("vietgap".into());
            for valid in [days(10, 13), days(14, 16)] {
                parts.cooperatives[0].certificates.push(Certificate::new("vietgap").valid(valid));
            }
        }),
        Some(Rule::Certification)
    );
    // Without windows the day of the market counts, the 14th; with one window, its days.
    let today = |from: i64, until: i64, window: Option<(i64, i64)>| {
        verdict(|parts, _| {
            parts.demands[0].requires.push("vietgap".into());
            parts.demands[0].needed = window.map(|(from, to)| days(from, to));
            parts.cooperatives[0].certificates.push(Certificate::new("vietgap").valid(days(from, until)));
        })
    };
    assert_eq!(today(14, 14, None), None);
    assert_eq!(today(15, 20, None), Some(Rule::Certification));
    assert_eq!(today(10, 13, None), Some(Rule::Certification));
    assert_eq!(today(20, 21, Some((20, 21))), None);
    assert_eq!(today(14, 14, Some((20, 21))), Some(Rule::Certification));
}

#[test]
fn certificates_are_active_and_cover_product_and_lot() {
    let held = |certificate: Certificate, certified: Option<&[&str]>| {
        verdict(|parts, _| {
            parts.demands[0].requires.push("vietgap".into());
            parts.cooperatives[0].certificates.push(certificate);
            parts.offers[0].certified =
                certified.map(|list| list.iter().map(|id| (*id).to_owned()).collect());
        })
    };
    let vietgap = || Certificate::new("vietgap");
    let no = Some(Rule::Certification);
    assert_eq!(held(vietgap(), None), None);
    assert_eq!(held(vietgap(), Some(&["vietgap"])), None);
    assert_eq!(held(vietgap(), Some(&["haccp", "vietgap"])), None);
    assert_eq!(held(vietgap(), Some(&[])), no);
    assert_eq!(held(vietgap(), Some(&["haccp"])), no);
    assert_eq!(held(vietgap().status(CertificateStatus::Suspended), None), no);
    assert_eq!(held(vietgap().status(CertificateStatus::Revoked), None), no);
    assert_eq!(held(vietgap().product("tea"), None), None);
    assert_eq!(held(vietgap().product("herb").product("tea/green"), None), None);
    assert_eq!(held(vietgap().product("tea/black"), None), no);
    assert_eq!(held(vietgap().product("tea/green/new"), None), no);
    assert_eq!(held(vietgap().volume(Kg(1)), None), None);
    assert_eq!(held(Certificate::new("haccp"), None), no);
    // Every standard required, not one of them.
    assert_eq!(
        verdict(|parts, _| {
            parts.demands[0] = parts.demands[0].clone().requires("vietgap").requires("haccp");
            parts.cooperatives[0].certificates.push(vietgap());
        }),
        no
    );
}

#[test]
fn acceptances_chain_while_every_link_is_in_force() {
    // x-a → x-b → x-c, the second link until the 16th; needed 12 … 16 or 17.
    let chain = |until: i64, to: i64, held: &str, lot: &str, kinds: [AcceptanceKind; 2]| {
        verdict(|parts, _| {
            let standard =
                |id: &str| StandardEntry { id: id.into(), name: id.into(), ..StandardEntry::default() };
            parts.catalogue.standards = ["x-a", "x-b", "x-c"].map(standard).to_vec();
            let link = |holds: &str, asked: &str, kind, until: Option<i64>| {
                let (holds, asked) = (holds.to_owned(), asked.to_owned());
                Acceptance { holds, asked, kind, from: Some(day(12)), until: until.map(day), basis: None }
            };
            parts.catalogue.acceptances =
                vec![link("x-b", "x-c", kinds[1], Some(until)), link("x-a", "x-b", kinds[0], None)];
            parts.demands[0] = parts.demands[0].clone().requires("x-c").needed(days(12, to));
            parts.offers[0].certified = Some(vec![lot.to_owned()]);
            parts.cooperatives[0].certificates.push(Certificate::new(held));
        })
    };
    let no = Some(Rule::Certification);
    assert_eq!(chain(16, 16, "x-a", "x-a", [AcceptanceKind::Legal, AcceptanceKind::Technical]), None);
    assert_eq!(chain(15, 16, "x-a", "x-a", [AcceptanceKind::Legal, AcceptanceKind::Technical]), no);
    assert_eq!(chain(16, 17, "x-a", "x-a", [AcceptanceKind::Legal, AcceptanceKind::Technical]), no);
    assert_eq!(chain(16, 16, "x-b", "x-b", [AcceptanceKind::Legal, AcceptanceKind::Technical]), None);
    // `certified` names the standard that is held, not the one it is taken for.
    assert_eq!(chain(16, 16, "x-a", "x-c", [AcceptanceKind::Legal, AcceptanceKind::Technical]), no);
    assert_eq!(chain(16, 16, "x-a", "x-a", [AcceptanceKind::Legal, AcceptanceKind::Market]), no);
    // Acceptances have a direction.
    assert_eq!(
        verdict(|parts, _| {
            parts.demands[0] = parts.demands[0].clone().requires("ocop-4");
            parts.cooperatives[0].certificates.push(Certificate::new("ocop-3"));
        }),
        no
    );
    // The built-in one: OCOP 5 stars serve for 3 by two technical links.
    let ocop = |accept: &[AcceptanceKind]| {
        verdict(|parts, policy| {
            parts.demands[0] = parts.demands[0].clone().requires("ocop-3");
            parts.cooperatives[0].certificates.push(Certificate::new("ocop-5"));
            policy.accept = accept.iter().copied().collect();
        })
    };
    assert_eq!(ocop(&[AcceptanceKind::Legal, AcceptanceKind::Technical]), None);
    assert_eq!(ocop(&[AcceptanceKind::Technical]), None);
    assert_eq!(ocop(&[AcceptanceKind::Legal, AcceptanceKind::Market]), no);
    assert_eq!(ocop(&[]), no);
}

#[test]
fn market_equivalents_count_where_policy_or_demand_says_so() {
    let taken = |policy_says: bool, demand_says: bool| {
        verdict(|parts, policy| {
            parts.demands[0] = parts.demands[0].clone().requires("vietgap");
            parts.demands[0].accepts_market_equivalents = demand_says;
            parts.cooperatives[0].certificates.push(Certificate::new("globalgap"));
            if policy_says {
                policy.accept.insert(AcceptanceKind::Market);
            }
        })
    };
    assert_eq!(taken(false, false), Some(Rule::Certification));
    assert_eq!(taken(true, false), None);
    assert_eq!(taken(false, true), None);
    assert_eq!(taken(true, true), None);
}

#[test]
fn distances_are_within_the_smaller_limit_to_the_metre() {
    // One degree of longitude on the equator: 111 195 m.
    let within = |demand: Option<f64>, policy: Option<f64>, road_factor: f64| {
        verdict(|parts, rules| {
            parts.enterprises[0].place = Place::point(0.0, 1.0);
            parts.demands[0].max_distance = demand.map(Km);
            rules.max_distance = policy.map(Km);
            rules.road_factor = road_factor;
        })
    };
    let no = Some(Rule::Distance);
    assert_eq!(within(Some(111.195), None, 1.0), None);
    assert_eq!(within(Some(111.194), None, 1.0), no);
    assert_eq!(within(None, Some(111.195), 1.0), None);
    assert_eq!(within(None, Some(111.194), 1.0), no);
    assert_eq!(within(Some(500.0), Some(100.0), 1.0), no);
    assert_eq!(within(Some(100.0), Some(500.0), 1.0), no);
    assert_eq!(within(Some(222.39), None, 2.0), None);
    assert_eq!(within(Some(222.389), None, 2.0), no);
    assert_eq!(within(None, None, 9.0), None);
    assert_eq!(verdict(|parts, _| parts.demands[0].max_distance = Some(Km(0.0))), None);
    // The offer's and the demand's own places come before their parties'.
    assert_eq!(
        verdict(|parts, _| {
            parts.enterprises[0].place = Place::point(0.0, 1.0);
            parts.demands[0] = parts.demands[0].clone().place(Place::point(0.0, 2.0)).max_distance(Km(1.0));
            parts.offers[0].place = Some(Place::point(0.0, 2.0));
        }),
        None
    );
}

#[test]
fn asks_exceed_bids_by_the_tolerance_at_most() {
    let prices = |ask: Option<i64>, bid: Option<i64>, tolerance: u32| {
        verdict(|parts, policy| {
            parts.offers[0].ask = ask.map(VndPerKg);
            parts.demands[0].bid = bid.map(VndPerKg);
            policy.price_tolerance_percent = tolerance;
        })
    };
    let no = Some(Rule::Price);
    assert_eq!(prices(Some(100), Some(100), 0), None);
    assert_eq!(prices(Some(101), Some(100), 0), no);
    assert_eq!(prices(Some(110), Some(100), 10), None);
    assert_eq!(prices(Some(111), Some(100), 10), no);
    assert_eq!(prices(Some(1), Some(1), 1), None);
    assert_eq!(prices(Some(2), Some(1), 99), no);
    assert_eq!(prices(Some(2), Some(1), 100), None);
    assert_eq!(prices(None, Some(1), 0), None);
    assert_eq!(prices(Some(i64::MAX), None, 0), None);
    assert_eq!(market_of_prices(i64::MAX, i64::MAX), None);
    assert_eq!(market_of_prices(i64::MAX, i64::MAX - 1), no);
}

/// Prices whose hundredfold does not fit 64 bits.
fn market_of_prices(ask: i64, bid: i64) -> Option<Rule> {
    let (mut parts, policy) = pair();
    parts.offers[0].ask = Some(VndPerKg(ask));
    parts.demands[0].bid = Some(VndPerKg(bid));
    let linkage = Linkage::build(&Market::build(parts).expect("valid"), &policy).expect("valid");
    let stopped = linkage.stopped_offer(linkage.market().find_offer("o").expect("known"));
    Rule::ALL.into_iter().find(|rule| stopped.by(*rule) == 1)
}

#[test]
fn lots_fit_the_smaller_volume() {
    let lots = |offer: (i64, i64), demand: (i64, i64)| {
        verdict(|parts, _| {
            (parts.offers[0].min_lot, parts.offers[0].volume) = (Kg(offer.0), Kg(offer.1));
            (parts.demands[0].min_lot, parts.demands[0].volume) = (Kg(demand.0), Kg(demand.1));
        })
    };
    assert_eq!(lots((5, 10), (1, 5)), None);
    assert_eq!(lots((6, 10), (1, 5)), Some(Rule::Lot));
    assert_eq!(lots((1, 5), (5, 10)), None);
    assert_eq!(lots((1, 5), (6, 10)), Some(Rule::Lot));
    assert_eq!(lots((7, 7), (7, 7)), None);
}

#[test]
fn the_least_score_is_rounded_like_scores() {
    // Reliability alone counts.
    let least = |reliability: f64, min_score: f64| {
        verdict(|parts, policy| {
            only(policy, Criterion::Relationship);
            parts.relations.push(Relation { cooperative: "c".into(), enterprise: "e".into(), reliability });
            policy.min_score = min_score;
        })
    };
    assert_eq!(least(0.5, 0.5), None);
    assert_eq!(least(0.5, 0.500_001), Some(Rule::Score));
    assert_eq!(least(0.5, 0.500_000_4), None);
    assert_eq!(least(0.5, 0.500_000_6), Some(Rule::Score));
    assert_eq!(least(0.499_999_6, 0.5), None);
    assert_eq!(least(0.499_999_4, 0.5), Some(Rule::Score));
    assert_eq!(least(1.0, 1.0), None);
}

#[test]
fn boosts_add_up_and_are_clamped() {
    let boosted = |boosts: &[(&str, f64)], reliability: f64| {
        joint(|parts, policy| {
            only(policy, Criterion::Relationship);
            parts.cooperatives[0].tags.push("mountain".into());
            parts.relations.push(Relation { cooperative: "c".into(), enterprise: "e".into(), reliability });
            policy.boosts =
                boosts.iter().map(|(tag, add)| Boost { tag: (*tag).to_owned(), add: *add }).collect();
        })
    };
    assert_eq!(boosted(&[("young", 0.05)], 0.5), 550_000);
    assert_eq!(boosted(&[("young", 0.05), ("mountain", 0.1)], 0.5), 650_000);
    assert_eq!(boosted(&[("young", 0.05), ("young", 0.05)], 0.5), 600_000);
    assert_eq!(boosted(&[("women_led", 0.05)], 0.5), 500_000);
    assert_eq!(boosted(&[("young", 0.8), ("mountain", 0.8)], 0.5), 1_000_000);
    assert_eq!(boosted(&[("young", -0.8)], 0.5), 0);
    // Clamped once, after all have been added.
    assert_eq!(boosted(&[("mountain", 1.0), ("young", -0.2)], 0.5), 1_000_000);
    assert_eq!(boosted(&[("mountain", 0.9), ("young", -0.6)], 0.5), 800_000);
}

#[test]
fn the_first_rule_that_fails_is_the_reason() {
    // Everything fails; then one after the other is mended, in order.
    let mended = |count: usize| {
        verdict(|parts, policy| {
            parts.offers[0].product = if count > 0 { "tea/green".into() } else { "herb/mint".into() };
            if count <= 1 {
                parts.exclusions.push(Exclusion { cooperative: "c".into(), enterprise: "e".into() });
            }
            parts.offers[0].available = Some(days(10, 12));
            parts.demands[0].needed = Some(if count > 2 { days(12, 13) } else { days(13, 14) });
            if count <= 3 {
                parts.demands[0].requires.push("haccp".into());
            }
            parts.enterprises[0].place = Place::point(0.0, 1.0);
            parts.demands[0].max_distance = (count <= 4).then_some(Km(1.0));
            (parts.offers[0].ask, parts.demands[0].bid) =
                (Some(VndPerKg(9)), Some(VndPerKg(if count > 5 { 9 } else { 8 })));
            parts.offers[0].min_lot = Kg(if count > 6 { 10 } else { 11 });
            policy.min_score = if count > 7 { 0.0 } else { 1.0 };
        })
    };
    let found: Vec<Option<Rule>> = (0..=8).map(mended).collect();
    let expected: Vec<Option<Rule>> = Rule::ALL.into_iter().map(Some).chain([None]).collect();
    assert_eq!(found, expected);
}

#[test]
fn contracts_fit_the_certificates_they_rely_on() {
    let built = |kg: i64, requires: &str| {
        let (mut parts, policy) = pair();
        parts.demands[0].requires.push(requires.to_owned());
        parts.cooperatives[0].certificates = vec![
            Certificate::new("ocop-5").volume(Kg(4)),
            Certificate::new("vietgap").volume(Kg(2)).status(CertificateStatus::Suspended),
        ];
        parts.contracts.push(Contract { offer: "o".into(), demand: "d".into(), volume: Kg(kg) });
        Linkage::build(&Market::build(parts).expect("valid by itself"), &policy)
    };
    assert!(built(4, "ocop-4").is_ok());
    let Err(Error::Faults(issues)) = built(5, "ocop-4") else { unreachable!("five are not certified") };
    assert_eq!(
        (issues.len(), issues[0].code, issues[0].pointer.as_str()),
        (1, "contract_over_certificate", "/contracts/0/volume_kg")
    );
    // No candidate relies on nothing.
    assert!(built(5, "vietgap").is_ok());
}
