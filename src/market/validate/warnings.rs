//! What is allowed but worth a look.

use std::collections::HashMap;

use rayon::prelude::*;

use super::{Check, Ids};
use crate::error::Issue;
use crate::market::cooperative::CertificateStatus;
use crate::market::names::{fold_name, without_legal_form};
use crate::market::product::covers;

pub(super) fn check(check: &mut Check, ids: &Ids) {
    certificates(check, ids);
    let parts = check.parts;
    let cooperatives = parts.cooperatives.iter().map(|c| (c.name.as_deref(), c.id.as_str()));
    let enterprises = parts.enterprises.iter().map(|e| (e.name.as_deref(), e.id.as_str()));
    alike(check, "cooperatives", &cooperatives.collect::<Vec<_>>());
    alike(check, "enterprises", &enterprises.collect::<Vec<_>>());
}

/// Expired certificates, capped ones that are offered more than once over, and lots certified by nothing held.
fn certificates(check: &mut Check, ids: &Ids) {
    let parts = check.parts;
    let mut offers_of: HashMap<usize, Vec<usize>> = HashMap::new();
    for (i, offer) in parts.offers.iter().enumerate() {
        let Some(&cooperative) = ids.cooperatives.get(offer.cooperative.as_str()) else { continue };
        offers_of.entry(cooperative).or_default().push(i);
        let held = &parts.cooperatives[cooperative].certificates;
        for (j, standard) in offer.certified.iter().flatten().enumerate() {
            if !held.iter().any(|c| c.standard == *standard) {
                let message = format!("`{}` holds no certificate for this standard", offer.cooperative);
                let help = "Add the certificate to the cooperative, or drop the standard here.";
                let pointer = format!("/offers/{i}/certified/{j}");
                check.push(Issue::warning("certified_not_held", pointer, message, help).found(standard));
            }
        }
    }
    for (i, cooperative) in parts.cooperatives.iter().enumerate() {
        for (j, certificate) in cooperative.certificates.iter().enumerate() {
            let pointer = format!("/cooperatives/{i}/certificates/{j}");
            if certificate.status == CertificateStatus::Active
                && let Some(until) = certificate.valid_until.filter(|until| *until < parts.as_of)
            {
                let message = format!("the certificate for `{}` expired on {until}", certificate.standard);
                let at = format!("{pointer}/valid_until");
                let help = "Renew it or leave it out; it covers no day after that.";
                check.push(Issue::warning("certificate_expired", at, message, help).found(until));
            }
            let Some(volume) = certificate.volume else { continue };
            let covered =
                offers_of.get(&i).into_iter().flatten().map(|&o| &parts.offers[o]).filter(|offer| {
                    let lot =
                        offer.certified.as_ref().is_none_or(|named| named.contains(&certificate.standard));
                    let product = &certificate.products;
                    lot && (product.is_empty() || product.iter().any(|p| covers(p, &offer.product)))
                });
            let offered: i128 = covered.map(|offer| i128::from(offer.volume.0.max(0))).sum();
            if offered > i128::from(volume.0) {
                let message = format!(
                    "the offers it covers add up to {offered} kg, above the {volume} it is limited to"
                );
                let at = format!("{pointer}/volume_kg");
                let help = "No more than the limit will be sold under it.";
                check.push(Issue::warning("certificate_overoffered", at, message, help).found(volume.0));
            }
        }
    }
}

/// Names that are the same but for diacritics, case, blanks and legal form.
fn alike(check: &mut Check, list: &str, parties: &[(Option<&str>, &str)]) {
    let key = |(name, id): &(Option<&str>, &str)| {
        let name = name.filter(|name| name != id)?;
        Some(without_legal_form(&fold_name(name)).to_owned())
    };
    let keys: Vec<Option<String>> = parties.par_iter().map(key).collect();
    let mut seen: HashMap<String, usize> = HashMap::with_capacity(keys.len());
    for (i, (key, (name, _))) in keys.into_iter().zip(parties).enumerate() {
        let (Some(key), Some(name)) = (key, name) else { continue };
        if let Some(first) = seen.get(&key) {
            let message = format!("/{list}/{first} has almost the same name");
            let help = "If they are one party, merge them; if not, tell them apart by name.";
            check.push(Issue::warning("names_alike", format!("/{list}/{i}/name"), message, help).found(name));
        } else {
            seen.insert(key, i);
        }
    }
}
