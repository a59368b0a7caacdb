//! Contracts within every limit, and exclusions and relations between known parties.

use std::collections::{HashMap, HashSet};

use super::{Check, Ids};
use crate::error::Issue;

/// Contracts must fit volumes, capacities and partner limits. (Whether they fit certified volumes depends on
/// the policy and is checked where candidates are known.) A contract that overruns a limit is the one named.
pub(super) fn contracts(check: &mut Check, ids: &Ids) {
    let parts = check.parts;
    let mut pairs = HashMap::new();
    let excluded: HashSet<(&str, &str)> =
        parts.exclusions.iter().map(|x| (x.cooperative.as_str(), x.enterprise.as_str())).collect();
    let mut used: HashMap<(&str, usize), i128> = HashMap::new();
    let mut partners: HashMap<(&str, usize), u64> = HashMap::new();
    for (i, contract) in parts.contracts.iter().enumerate() {
        check.mass(contract.volume, 1, || format!("/contracts/{i}/volume_kg"));
        let offer =
            check.reference("offer", &contract.offer, &ids.offers, || format!("/contracts/{i}/offer"));
        let demand =
            check.reference("demand", &contract.demand, &ids.demands, || format!("/contracts/{i}/demand"));
        let (Some(offer_at), Some(demand_at)) = (offer, demand) else { continue };
        if let Some(first) = pairs.insert((offer_at, demand_at), i) {
            let message = format!("/contracts/{first} is between the same offer and demand");
            let help = "Write one contract a pair, with the total volume.";
            check.push(Issue::error("duplicate_contract", format!("/contracts/{i}"), message, help));
            continue;
        }
        let (offer, demand) = (&parts.offers[offer_at], &parts.demands[demand_at]);
        let cooperative = ids.cooperatives.get(offer.cooperative.as_str()).copied();
        let enterprise = ids.enterprises.get(demand.enterprise.as_str()).copied();
        if excluded.contains(&(offer.cooperative.as_str(), demand.enterprise.as_str())) {
            let message =
                format!("`{}` and `{}` are excluded from each other", offer.cooperative, demand.enterprise);
            let help = "The contract is kept and no more is linked; check which of the two is right.";
            check.push(Issue::warning("contract_excluded", format!("/contracts/{i}"), message, help));
        }
        let limits = [
            ("offer", Some(offer_at), Some(offer.volume)),
            ("demand", Some(demand_at), Some(demand.volume)),
            ("cooperative", cooperative, cooperative.and_then(|c| parts.cooperatives[c].capacity)),
            ("enterprise", enterprise, enterprise.and_then(|e| parts.enterprises[e].capacity)),
        ];
        for (kind, at, limit) in limits {
            let (Some(at), Some(limit)) = (at, limit) else { continue };
            let total = used.entry((kind, at)).or_default();
            let before = *total;
            *total += i128::from(contract.volume.0.max(0));
            if *total > i128::from(limit.0.max(0)) && before <= i128::from(limit.0.max(0)) {
                let message =
                    format!("with this one the {kind}'s contracts add up to {total} kg, above its {limit}");
                let help = format!("Lower the contract, or raise what the {kind} can take.");
                let pointer = format!("/contracts/{i}/volume_kg");
                check.push(
                    Issue::error("contract_over_limit", pointer, message, help).found(contract.volume.0),
                );
            }
        }
        let limits = [
            ("offer", offer_at, offer.max_buyers, "max_buyers"),
            ("demand", demand_at, demand.max_suppliers, "max_suppliers"),
        ];
        for (kind, at, limit, field) in limits {
            let count = partners.entry((kind, at)).or_default();
            *count += 1;
            if limit.is_some_and(|limit| *count - 1 == limit) {
                let message = format!("the {kind} has more contracts than its `{field}` allows");
                let help = format!("Raise `{field}`, or drop a contract.");
                check.push(Issue::error("contract_over_partners", format!("/contracts/{i}"), message, help));
            }
        }
    }
}

/// Exclusions, barred pairs and relations: known ids, one relation a pair.
pub(super) fn pairs(check: &mut Check, ids: &Ids) {
    let parts = check.parts;
    let mut seen = HashSet::new();
    for (i, exclusion) in parts.exclusions.iter().enumerate() {
        let pointer = |field: &str| format!("/exclusions/{i}/{field}");
        check.reference("cooperative", &exclusion.cooperative, &ids.cooperatives, || pointer("cooperative"));
        check.reference("enterprise", &exclusion.enterprise, &ids.enterprises, || pointer("enterprise"));
        if !seen.insert(exclusion) {
            let message = "this exclusion stands in the list already";
            check.push(Issue::warning("repeated", format!("/exclusions/{i}"), message, "Once is enough."));
        }
    }
    let mut seen = HashSet::new();
    for (i, barred) in parts.barred.iter().enumerate() {
        let pointer = |field: &str| format!("/barred/{i}/{field}");
        check.reference("offer", &barred.offer, &ids.offers, || pointer("offer"));
        check.reference("demand", &barred.demand, &ids.demands, || pointer("demand"));
        if !seen.insert(barred) {
            let message = "this pair stands in the list already";
            check.push(Issue::warning("repeated", format!("/barred/{i}"), message, "Once is enough."));
        }
    }
    let mut seen = HashMap::new();
    for (i, relation) in parts.relations.iter().enumerate() {
        let pointer = |field: &str| format!("/relations/{i}/{field}");
        check.reference("cooperative", &relation.cooperative, &ids.cooperatives, || pointer("cooperative"));
        check.reference("enterprise", &relation.enterprise, &ids.enterprises, || pointer("enterprise"));
        check.fraction(relation.reliability, "a reliability", || pointer("reliability"));
        if let Some(first) = seen.insert((&relation.cooperative, &relation.enterprise), i) {
            let message = format!("/relations/{first} is between the same parties");
            let help = "Write one relation a pair.";
            check.push(Issue::error("duplicate_relation", format!("/relations/{i}"), message, help));
        }
    }
}
