//! The report page: its numbers are those of the plan, names are text, nothing is fetched, and a level of privacy
//! holds.

use std::collections::BTreeMap;

use lienket::{
    Certificate, Cooperative, Demand, Enterprise, Kg, Km, Linkage, Market, MarketParts, Mechanism, Metrics,
    Offer, Outcome, Overview, Party, Place, Plan, Policy, Privacy, Rule, VndPerKg, io, report,
};
use proptest::prelude::*;

use crate::support::markets;

pub(crate) const LEVELS: [Privacy; 3] = [Privacy::Public, Privacy::Organiser, Privacy::Auditor];

pub(crate) fn forum() -> Plan {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/cooperative-forum-2025");
    solve(&io::read_market(path).unwrap())
}

pub(crate) fn solve(market: &Market) -> Plan {
    let linkage = Linkage::build(market, &Policy::default()).unwrap();
    Plan::solve(&linkage, Mechanism::Optimal).unwrap()
}

/// One offer and one demand of everything in the lists.
fn parts(names: &[&str]) -> MarketParts {
    let mut parts = MarketParts::new("2025-11-28".parse().unwrap());
    for (i, name) in names.iter().enumerate() {
        let (c, e) = (format!("c{i}"), format!("e{i}"));
        parts
            .cooperatives
            .push(Cooperative::new(&c, Place::id("vn/thai-nguyen")).name(*name).tag("women_led"));
        parts.enterprises.push(Enterprise::new(&e, Place::id("vn/ha-noi")).name(*name));
        parts.offers.push(Offer::new(format!("o{i}"), &c, "tea/green", Kg(500)));
        parts.demands.push(Demand::new(format!("d{i}"), &e, "tea", Kg(400)));
    }
    parts
}

/// A page with its slashes, which the engine escapes.
fn unescaped(page: &str) -> String {
    page.replace("&#x2f;", "/")
}

fn page(plan: &Plan, privacy: Privacy) -> String {
    report::html(&Overview::of(plan, privacy))
}

#[test]
fn figures_are_those_of_the_metrics() {
    let plan = forum();
    let (overview, metrics) = (Overview::of(&plan, Privacy::Organiser), Metrics::of(&plan));
    let (total, all) = (&overview.total, &metrics.all);
    assert_eq!(total.sold_kg, all.matched_kg);
    assert_eq!(total.bought_kg, all.bought_kg);
    assert_eq!((total.offered_kg, total.demanded_kg), (all.offered_kg, all.demanded_kg));
    assert_eq!((total.cooperatives, total.enterprises), (all.cooperatives, all.enterprises));
    assert_eq!(total.linked_cooperatives, all.linked_cooperatives);
    assert_eq!(total.linked_enterprises, all.linked_enterprises);
    assert_eq!((total.value_vnd, total.unpriced_kg), (Some(all.value_vnd), all.unpriced_kg));
    for group in &overview.tags {
        let same = &metrics.by_tag[&group.key];
        assert_eq!(group.figures.sold_kg, same.matched_kg, "{}", group.key);
        assert_eq!(group.figures.linked_cooperatives, same.linked_cooperatives, "{}", group.key);
        assert_eq!(group.figures.bought_kg, same.bought_kg, "{}", group.key);
        assert_eq!(group.figures.value_vnd, Some(same.value_vnd), "{}", group.key);
    }
    assert_eq!(overview.tags.len(), metrics.by_tag.len());
    // Every way of cutting the whole adds up to it.
    for cut in [&overview.products, &overview.kinds, &overview.stars] {
        assert_eq!(cut.iter().map(|group| group.figures.sold_kg).sum::<i128>(), all.matched_kg);
    }
    assert_eq!(overview.areas.iter().map(|area| area.figures.bought_kg).sum::<i128>(), all.matched_kg);
    assert_eq!(overview.flows.iter().map(|flow| flow.volume_kg).sum::<i128>(), all.matched_kg);
    assert_eq!(overview.flows.iter().map(|flow| flow.links).sum::<u64>(), overview.links.len() as u64);
    let offering =
        plan.market().offers().iter().map(|o| &o.cooperative).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(overview.fill_classes.iter().sum::<u64>(), offering.len() as u64);
    let stopped: u64 = overview.stopped.iter().map(|(_, count)| count).sum();
    assert_eq!(stopped + overview.candidates, overview.pairs());
    let left: u64 = overview.offer_reasons.iter().map(|reason| reason.count).sum();
    assert_eq!(left, plan.unmatched_offers().len() as u64);
    // And the page says them.
    let page = unescaped(&page(&plan, Privacy::Organiser));
    for said in ["37.384 tấn", "37,384 t", "77/114", "829,2 tỷ đồng", "829.2 bn VND", "67,5 %", "67.5 %"]
    {
        assert!(page.contains(said), "{said}");
    }
    assert!(page.contains(">15/12/2025 – 31/03/2026<"), "days as each language writes them");
}

#[test]
fn names_are_text_whatever_they_hold() {
    let hostile = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "{{ 7*7 }}{% raw %}",
        "</style></script></svg>",
        "'&amp;<b>",
    ];
    let mut parts = parts(&hostile);
    parts.cooperatives[0].tags.push("<i>tag</i>".to_owned());
    let plan = solve(&Market::build(parts).unwrap());
    for privacy in LEVELS {
        let page = page(&plan, privacy);
        assert_eq!(page.matches("<script").count(), 1, "the page's own");
        assert_eq!(page.matches("</style>").count(), 1);
        for raw in ["<img", "<i>", "'&amp;<b>"] {
            assert!(!page.contains(raw), "{raw} at {privacy:?}");
        }
        assert!(page.contains("&lt;script&gt;alert(1)"), "the name is there, as text");
        assert!(page.contains("{{ 7*7 }}"));
    }
}

#[test]
fn nothing_is_fetched() {
    let page = page(&forum(), Privacy::Auditor);
    let policy = "content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\"";
    assert!(page.contains(policy));
    // The namespace of SVG is a name, not an address.
    let addresses = page.replace("http://www.w3.org/2000/svg", "");
    for way in ["http:", "https:", "//cdn", "src=", "@import", "url(http", "fetch(", "XMLHttpRequest"] {
        assert!(!addresses.contains(way), "{way}");
    }
    assert_eq!(page.matches("<link").count(), page.matches("<link rel=\"icon\" href=\"data:,\">").count());
}

#[test]
fn pictures_are_told_in_words_and_figures_too() {
    let page = page(&forum(), Privacy::Organiser);
    let pictures = page.matches("<svg role=\"img\"").count();
    assert_eq!(pictures, 7);
    assert_eq!(page.matches("<title lang=\"vi\">").count(), pictures);
    assert_eq!(page.matches("<desc lang=\"en\">").count(), pictures);
    assert_eq!(page.matches("<details class=\"figures\">").count(), 5);
    assert!(!page.contains("NaN") && !page.contains("inf ") && !page.contains("undefined<"));
}

#[test]
fn markets_of_nothing_and_of_misfits_have_a_page() {
    let empty = Market::build(MarketParts::new("2025-11-28".parse().unwrap())).unwrap();
    let mut misfits = parts(&["a", "b"]);
    misfits.demands.iter_mut().for_each(|demand| demand.product = "coffee".to_owned());
    for (market, nobody) in [(empty, "0/0"), (Market::build(misfits).unwrap(), "0/2")] {
        let plan = solve(&market);
        for privacy in LEVELS {
            let page = page(&plan, privacy);
            assert!(unescaped(&page).contains(nobody) && page.contains("Nothing flows."));
            assert!(!page.contains("NaN") && !page.contains("inf"));
        }
    }
}

/// Prices that are nobody's size, by who has them.
const ASKS: [i64; 3] = [918_273, 645_546, 737_291];
const BIDS: [i64; 2] = [951_357, 852_258];

/// Three sellers of one tea: one linked, one out-competed, one kept away by its price; two buyers.
fn sentinels() -> Plan {
    let mut parts = MarketParts::new("2025-11-28".parse().unwrap());
    for (i, ask) in ASKS.iter().enumerate() {
        let c = format!("c{i}");
        parts.cooperatives.push(Cooperative::new(&c, Place::id("vn/thai-nguyen")));
        parts.offers.push(Offer::new(format!("o{i}"), &c, "tea/green", Kg(500)).ask(VndPerKg(*ask)));
    }
    for (i, bid) in BIDS.iter().enumerate() {
        let e = format!("e{i}");
        parts.enterprises.push(Enterprise::new(&e, Place::id("vn/ha-noi")));
        parts.demands.push(Demand::new(format!("d{i}"), &e, "tea", Kg(300)).bid(VndPerKg(*bid)));
    }
    // Nothing fits this one's price.
    parts.demands[1].volume = Kg(200);
    parts.demands.push(Demand::new("d2", "e1", "tea", Kg(250)).bid(VndPerKg(123_321)));
    solve(&Market::build(parts).unwrap())
}

/// A price as text in any of the ways that documents write it.
fn told(text: &str, price: i64) -> bool {
    let (high, low) = (price / 1000, price % 1000);
    let ways = [format!("{price}"), format!("{high}.{low:03}"), format!("{high},{low:03}")];
    ways.iter().any(|way| text.contains(way.as_str()))
}

fn prices() -> impl Iterator<Item = i64> {
    ASKS.into_iter().chain(BIDS).chain([123_321])
}

#[test]
fn the_public_sees_no_price() {
    let plan = sentinels();
    let overview = Overview::of(&plan, Privacy::Public);
    let page = report::html(&overview);
    for price in prices() {
        assert!(!told(&page, price), "{price} on the page");
        assert!(!told(&format!("{overview:?}"), price), "{price} in the overview");
    }
    assert!(overview.links.iter().all(|link| link.score.is_none()));
    assert_eq!(overview.total.value_vnd, None);
    assert!(overview.left_offers.is_empty() && overview.gaps.is_empty() && overview.prices.is_empty());
    assert!(!overview.links.is_empty() && !overview.levers.is_empty(), "there is something to hide");
    // The organiser sees all of them that are in links or gaps, so the names above are the right ones.
    let page = self::page(&plan, Privacy::Organiser);
    assert!(BIDS.into_iter().all(|bid| told(&page, bid)));
    let organiser = Overview::of(&plan, Privacy::Organiser);
    assert!(organiser.prices.is_empty() && !Overview::of(&plan, Privacy::Auditor).prices.is_empty());
}

#[test]
fn a_participant_sees_no_price_of_others() {
    let plan = sentinels();
    let overview = Overview::of(&plan, Privacy::Organiser);
    for table in [overview.cooperatives_table(), overview.enterprises_table()] {
        assert!(table.rows.len() >= 3);
        for price in prices() {
            assert!(!told(&format!("{table:?}"), price), "{price} in {}", table.key);
        }
    }
    for (offer, demand) in (0..3).flat_map(|o| (0..3).map(move |d| (format!("o{o}"), format!("d{d}")))) {
        let all = [plan.explain(&offer, &demand), plan.explain_offer(&offer), plan.explain_demand(&demand)];
        for explanation in all.map(Result::unwrap) {
            let public = explanation.clone().told_to(Privacy::Public);
            let texts = [
                io::explanation_document(&public),
                public.in_language(lienket::Language::Vietnamese),
                public.to_string(),
            ];
            for (price, text) in prices().flat_map(|p| texts.iter().map(move |text| (p, text))) {
                assert!(!told(text, price), "{price} in {text}");
            }
            assert!(!texts[0].contains("score\":") && !texts[0].contains("rivals\": [\n"), "{}", texts[0]);
            assert!(!texts[0].contains("ask_at_most") && !texts[0].contains("\"missing\""));
            assert_eq!(explanation.clone().told_to(Privacy::Organiser), explanation);
        }
    }
    let organiser = plan.explain("o0", "d2").unwrap().to_string();
    assert!(prices().any(|price| told(&organiser, price)) || organiser.contains("VND/kg"), "{organiser}");
}

#[test]
fn a_day_at_the_event_tells_no_price() {
    let plan = sentinels();
    let venue = "format = \"lienket/venue@1\"\nslot_minutes = 20\ntables = 3\n[[days]]\ndate = \"2025-12-01\"\nfrom = \"08:00\"\nto = \"11:00\"\n";
    let venue = io::venue::from_toml(venue).unwrap();
    let timetable = lienket::Timetable::schedule(&plan, &venue).unwrap();
    assert!(!timetable.meetings().is_empty());
    for meeting in timetable.meetings() {
        for party in [Party::Cooperative(meeting.cooperative), Party::Enterprise(meeting.enterprise)] {
            for language in [lienket::Language::English, lienket::Language::Vietnamese] {
                let page = report::party_page(&timetable, party, language);
                assert!(prices().all(|price| !told(&page, price)), "{page}");
            }
        }
    }
}

#[test]
fn long_tables_say_that_they_are_cut() {
    let names: Vec<String> = (0..420).map(|i| format!("n{i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut parts = parts(&names);
    for (i, demand) in parts.demands.iter_mut().enumerate() {
        demand.volume = Kg(100 + i64::try_from(i).unwrap());
        demand.max_suppliers = Some(1);
    }
    let plan = solve(&Market::build(parts).unwrap());
    let page = page(&plan, Privacy::Organiser);
    let all = plan.allocations().len();
    assert!(all > 300);
    assert!(page.contains(&format!("300 of {all} rows")) && page.contains(&format!("300 trên {all} dòng")));
    let (_, after) = page.split_once("data-table=\"links\"").unwrap();
    let (table, _) = after.split_once("</table>").unwrap();
    assert_eq!(table.matches("<tr>").count(), 301);
}

#[test]
fn a_missing_paper_is_told_with_who_it_would_link() {
    let mut parts = parts(&["x", "y"]);
    parts.demands[0] = Demand::new("d0", "e0", "tea", Kg(400)).requires("haccp");
    parts.demands[1] = Demand::new("d1", "e1", "tea", Kg(200)).requires("haccp").requires("vietgap");
    parts.cooperatives[1].certificates.push(Certificate::new("vietgap"));
    let plan = solve(&Market::build(parts).unwrap());
    let overview = Overview::of(&plan, Privacy::Organiser);
    // c0 lacks one paper for e0; c1 lacks one for either, and the larger is told.
    let found: Vec<_> = overview.gaps.iter().map(|gap| (gap.offer.as_str(), gap.demand.as_str())).collect();
    assert_eq!(found, [("o0", "d0"), ("o1", "d0")]);
    assert_eq!(overview.levers.len(), 1);
    let lever = &overview.levers[0];
    assert_eq!((lever.standards.as_slice(), lever.cooperatives), (["haccp".to_owned()].as_slice(), 2));
    assert_eq!(lever.volume_kg, 800);
    assert!(page(&plan, Privacy::Public).contains("HACCP"), "what papers are missing is no secret");
}

#[test]
fn places_of_before_count_where_they_are_now() {
    let mut parts = parts(&["a", "b", "c"]);
    parts.cooperatives[0].place = Place::id("vn63/bac-kan");
    parts.cooperatives[1].place = Place::point(21.59, 105.85);
    let overview = Overview::of(&solve(&Market::build(parts.clone()).unwrap()), Privacy::Organiser);
    let with = |overview: &Overview, id: &str| {
        overview.areas.iter().find(|area| area.id == id).map_or(0, |area| area.figures.cooperatives)
    };
    assert_eq!((with(&overview, "vn/thai-nguyen"), overview.areas.len()), (3, 34));
    assert_eq!(overview.by_coordinates, 1);
    // Before the mergers there were 63.
    parts.as_of = "2024-11-28".parse().unwrap();
    parts.cooperatives[2].place = Place::id("vn63/thai-nguyen");
    parts.enterprises.iter_mut().for_each(|e| e.place = Place::id("vn63/ha-noi"));
    let overview = Overview::of(&solve(&Market::build(parts).unwrap()), Privacy::Organiser);
    assert_eq!((with(&overview, "vn63/bac-kan"), with(&overview, "vn63/thai-nguyen")), (1, 2));
    assert_eq!(overview.areas.len(), 63);
}

/// What is left of each offer and each demand, by id, the capacities of their parties included.
fn rooms(plan: &Plan) -> [BTreeMap<String, i64>; 2] {
    let market = plan.market();
    let sum = |keep: &dyn Fn(&lienket::Allocation) -> bool| -> i64 {
        plan.allocations().iter().filter(|a| keep(a)).map(|a| a.volume.0).sum()
    };
    let offers = market.offers().iter().map(|offer| {
        let at = market.find_offer(&offer.id).unwrap();
        let party = market.cooperative_of(at);
        let own = offer.volume.0 - sum(&|a| a.offer == at);
        let all = sum(&|a| market.cooperative_of(a.offer) == party);
        (offer.id.clone(), market.cooperative(party).capacity.map_or(own, |kg| own.min(kg.0 - all)))
    });
    let demands = market.demands().iter().map(|demand| {
        let at = market.find_demand(&demand.id).unwrap();
        let party = market.enterprise_of(at);
        let own = demand.volume.0 - sum(&|a| a.demand == at);
        let all = sum(&|a| market.enterprise_of(a.demand) == party);
        (demand.id.clone(), market.enterprise(party).capacity.map_or(own, |kg| own.min(kg.0 - all)))
    });
    [offers.filter(|o| o.1 > 0).collect(), demands.filter(|d| d.1 > 0).collect()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_page_does_not_depend_on_the_order_of_the_input(mix in markets::middle(true), seed: u64) {
        let (parts, policy) = mix.build();
        let (mut other, mut same) = (parts.clone(), policy.clone());
        markets::permute(&mut other, &mut same, seed);
        let plan = |parts, policy: &Policy| {
            let linkage = Linkage::build(&Market::build(parts).unwrap(), policy).unwrap();
            Plan::solve(&linkage, policy.mechanism).unwrap()
        };
        let plans = [plan(parts, &policy), plan(other, &same)];
        for privacy in LEVELS {
            let [a, b] = plans.each_ref().map(|plan| report::html(&Overview::of(plan, privacy)));
            prop_assert_eq!(a, b);
        }
    }

    #[test]
    fn gaps_are_what_explanations_say(mix in markets::tiny(true)) {
        let (parts, policy) = mix.build();
        let market = Market::build(parts).unwrap();
        let linkage = Linkage::build(&market, &policy).unwrap();
        let plan = Plan::solve(&linkage, policy.mechanism).unwrap();
        let gaps = plan.gaps();
        prop_assert_eq!(gaps.left_out, 0);
        let told = [Rule::Window, Rule::Certification, Rule::Distance, Rule::Price, Rule::Lot];
        let [offers, demands] = rooms(&plan);
        prop_assert_eq!(gaps.looked_at, offers.len());
        let mut best: BTreeMap<(String, Rule), i64> = BTreeMap::new();
        for ((o, have), (d, want)) in offers.iter().flat_map(|o| demands.iter().map(move |d| (o, d))) {
            let lienket::Explanation::Pair(pair) = plan.explain(o, d).unwrap() else { unreachable!() };
            let Outcome::Stopped { rule, only: true } = pair.outcome else { continue };
            let lots = [market.find_offer(o).map(|o| market.offer(o).min_lot), market.find_demand(d).map(|d| market.demand(d).min_lot)];
            let lot = lots.into_iter().map(|lot| lot.unwrap().0).max().unwrap();
            let volume = *have.min(want);
            if told.contains(&rule) && (rule == Rule::Lot || volume >= lot) {
                let most = best.entry((o.clone(), rule)).or_default();
                *most = volume.max(*most);
            }
        }
        let found: BTreeMap<(String, Rule), i64> =
            gaps.found.iter().map(|gap| ((market.offer(gap.offer).id.clone(), gap.rule), gap.volume.0)).collect();
        prop_assert_eq!(found, best);
    }
}

#[test]
fn a_distance_told_is_the_one_that_is_missing() {
    let mut parts = parts(&["a"]);
    parts.demands[0].max_distance = Some(Km(20.0));
    let gaps = solve(&Market::build(parts.clone()).unwrap()).gaps();
    let lienket::Remedy::ShortenDistance { counted_km, .. } = gaps.found[0].remedy else {
        panic!("{gaps:?}")
    };
    parts.demands[0].max_distance = Some(Km(counted_km));
    assert_eq!(solve(&Market::build(parts).unwrap()).allocations().len(), 1);
}
