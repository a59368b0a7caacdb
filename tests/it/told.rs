//! What people read: explanations of every outcome, in both languages and as JSON, pinned.

use std::fmt::Write;

use crate::support::markets::{day, days};
use lienket::{
    Certificate, CertificateStatus, Contract, Cooperative, Demand, Enterprise, Exclusion, Explanation, Kg,
    Km, Language, Linkage, Market, MarketParts, Mechanism, Objective, Offer, Outcome, Place, Plan, Policy,
    Relation, VndPerKg, io,
};

fn at(lon: f64) -> Place {
    Place::point(0.0, lon)
}

fn plan(parts: MarketParts, policy: &Policy) -> Plan {
    let market = Market::build(parts).expect("valid");
    let linkage = Linkage::build(&market, policy).expect("valid");
    Plan::solve(&linkage, Mechanism::Optimal).expect("a plan")
}

/// Tea and mint: linked with and without contract, out-competed, tied, without capacity, stopped by every rule.
fn network() -> MarketParts {
    let mut parts = MarketParts::new(day(14));
    parts.cooperatives = vec![
        Cooperative::new("c1", at(0.0))
            .name("HTX Một")
            .certificate(Certificate::new("iso22000").valid(days(1, 30)).product("tea")),
        Cooperative::new("c2", at(0.0))
            .name("HTX Hai")
            .capacity(Kg(5))
            .certificate(Certificate::new("haccp").valid(days(1, 13))),
        Cooperative::new("c3", at(2.0))
            .certificate(Certificate::new("haccp").status(CertificateStatus::Suspended)),
    ];
    parts.enterprises = vec![
        Enterprise::new("e1", at(0.0)).name("Siêu thị Một"),
        Enterprise::new("e2", at(0.0)).capacity(Kg(7)),
    ];
    parts.offers = vec![
        Offer::new("best", "c1", "tea/green", Kg(8))
            .ask(VndPerKg(10_000))
            .available(days(10, 20))
            .seeks("credit"),
        Offer::new("dear", "c1", "tea/green", Kg(9)).ask(VndPerKg(11_900)).available(days(10, 20)),
        Offer::new("full", "c2", "mint", Kg(6)),
        Offer::new("late", "c2", "mint/dry", Kg(2)).min_lot(Kg(2)),
        Offer::new("wrong", "c3", "herb/mint", Kg(3)).ask(VndPerKg(13_000)).available(days(21, 25)),
    ];
    parts.demands = vec![
        Demand::new("tea", "e1", "tea", Kg(8))
            .bid(VndPerKg(12_000))
            .needed(days(15, 18))
            .requires("haccp")
            .prefers("attp")
            .prefers("vietgap")
            .max_distance(Km(150.0))
            .provides("credit"),
        Demand::new("mint", "e2", "mint", Kg(9)).min_lot(Kg(2)),
    ];
    parts.contracts = vec![Contract { offer: "full".into(), demand: "mint".into(), volume: Kg(1) }];
    parts.exclusions = vec![Exclusion { cooperative: "c3".into(), enterprise: "e1".into() }];
    parts.relations = vec![Relation { cooperative: "c1".into(), enterprise: "e1".into(), reliability: 0.9 }];
    parts
}

/// The limits: a lot, a partner limit, all or nothing, a certificate sold out; and a tie.
fn limits() -> MarketParts {
    let mut parts = MarketParts::new(day(14));
    for id in ["a", "b"] {
        parts.cooperatives.push(
            Cooperative::new(format!("c-{id}"), at(0.0))
                .certificate(Certificate::new("vietgap").volume(Kg(4))),
        );
        parts.enterprises.push(Enterprise::new(format!("e-{id}"), at(0.0)));
    }
    let paths = ["tea", "herb", "fruit", "spice", "honey"];
    for path in paths {
        parts.offers.push(Offer::new(format!("a-{path}"), "c-a", path, Kg(10)));
        parts.demands.push(Demand::new(format!("{path}-x"), "e-a", path, Kg(10)));
    }
    for path in ["tea", "herb"] {
        parts.offers.push(Offer::new(format!("b-{path}"), "c-b", path, Kg(5)));
        let (offer, demand) = (format!("b-{path}"), format!("{path}-x"));
        parts.contracts.push(Contract { offer, demand, volume: Kg(5) });
    }
    parts.offers[0].min_lot = Kg(6);
    parts.demands[1].max_suppliers = Some(1);
    parts.demands[2] = parts.demands[2].clone().all_or_nothing();
    parts.demands[2].volume = Kg(11);
    parts.demands[3].requires.push("vietgap".into());
    parts.demands.push(Demand::new("spice-y", "e-b", "spice", Kg(10)).requires("vietgap"));
    parts.offers.push(Offer::new("b-honey", "c-b", "honey", Kg(10)));
    parts
}

/// Every pair, then every offer and demand, with a line before each.
fn all(plan: &Plan) -> Vec<(String, Explanation)> {
    let market = plan.market();
    let mut list = Vec::new();
    for offer in market.offers() {
        for demand in market.demands() {
            let told = plan.explain(&offer.id, &demand.id).expect("known");
            list.push((format!("{} with {}", offer.id, demand.id), told));
        }
    }
    list.extend(market.offers().iter().map(|o| (o.id.clone(), plan.explain_offer(&o.id).expect("known"))));
    list.extend(market.demands().iter().map(|d| (d.id.clone(), plan.explain_demand(&d.id).expect("known"))));
    list
}

fn text(list: &[(String, Explanation)], language: Language) -> String {
    list.iter().fold(String::new(), |mut text, (title, told)| {
        write!(text, "== {title}\n{}\n", told.in_language(language)).expect("fits");
        text
    })
}

/// Outcomes of pairs alone, a line each, for markets whose explanations are long.
fn outcomes(list: &[(String, Explanation)]) -> Vec<(String, Outcome)> {
    let pairs = list.iter().filter_map(|(title, told)| match told {
        Explanation::Pair(pair) => Some((title.clone(), pair.outcome.clone())),
        _ => None,
    });
    pairs.collect()
}

#[test]
fn a_network_is_told_in_english_and_vietnamese_and_as_json() {
    let plan = plan(network(), &Policy::default());
    let list = all(&plan);
    insta::assert_snapshot!("network_english", text(&list, Language::English));
    insta::assert_snapshot!("network_vietnamese", text(&list, Language::Vietnamese));
    let json: String = list.iter().map(|(_, told)| io::explanation_document(told)).collect();
    insta::assert_snapshot!("network_json", json);
    assert!(list.iter().all(|(_, told)| told.to_string() == told.in_language(Language::English)));
}

#[test]
fn limits_are_told_in_english_and_vietnamese() {
    let plan = plan(limits(), &Policy::default());
    let list: Vec<_> = all(&plan)
        .into_iter()
        .filter(|(_, told)| match told {
            Explanation::Pair(pair) => !matches!(pair.outcome, Outcome::Stopped { .. }),
            _ => true,
        })
        .collect();
    insta::assert_snapshot!("limits_english", text(&list, Language::English));
    insta::assert_snapshot!("limits_vietnamese", text(&list, Language::Vietnamese));
}

#[test]
fn the_hand_made_markets_show_every_outcome() {
    let welfare = Policy { objective: Objective::Welfare, ..Policy::default() };
    let mut shown = outcomes(&all(&plan(network(), &Policy::default())));
    shown.extend(outcomes(&all(&plan(limits(), &Policy::default()))));
    shown.extend(outcomes(&all(&plan(limits(), &welfare))));
    let idle = {
        let market = Market::build(limits()).expect("valid");
        let linkage = Linkage::build(&market, &Policy::default()).expect("valid");
        let signed = market.parts().contracts.iter().map(|c| {
            (
                market.find_offer(&c.offer).expect("known"),
                market.find_demand(&c.demand).expect("known"),
                c.volume,
            )
        });
        Plan::adopt(&linkage, &signed.collect::<Vec<_>>()).expect("contracts alone are feasible")
    };
    shown.extend(outcomes(&all(&idle)));
    let code = |outcome: &Outcome| serde_json::to_value(outcome).expect("plain data")["code"].clone();
    let mut codes: Vec<String> =
        shown.iter().map(|(_, o)| code(o).as_str().unwrap_or_default().to_owned()).collect();
    codes.sort();
    codes.dedup();
    assert_eq!(
        codes,
        [
            "all_or_nothing",
            "capacity",
            "certified_volume",
            "linked",
            "lot",
            "no_gain",
            "out_competed",
            "partner_limit",
            "policy",
            "stopped",
            "tie",
        ]
    );
}
