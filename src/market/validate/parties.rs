//! Cooperatives with their certificates, and enterprises.

use super::{Check, Positions};
use crate::error::Issue;
use crate::market::cooperative::Certificate;

pub(super) fn cooperatives<'a>(check: &mut Check<'a>) -> Positions<'a> {
    let list = &check.parts.cooperatives;
    let ids = check.ids("cooperatives", list.iter().map(|c| c.id.as_str()));
    for (i, cooperative) in list.iter().enumerate() {
        check.name(cooperative.name.as_ref(), || format!("/cooperatives/{i}/name"));
        check.place(&cooperative.place, || format!("/cooperatives/{i}/place"));
        check.words(&cooperative.tags, || format!("/cooperatives/{i}/tags"));
        if let Some(capacity) = cooperative.capacity {
            check.at_least(capacity.0.into(), 0, "a capacity", || format!("/cooperatives/{i}/capacity_kg"));
        }
        for (j, held) in cooperative.certificates.iter().enumerate() {
            certificate(check, held, &format!("/cooperatives/{i}/certificates/{j}"));
        }
    }
    ids
}

fn certificate<'a>(check: &mut Check<'a>, certificate: &'a Certificate, pointer: &str) {
    check.standard(&certificate.standard, || format!("{pointer}/standard"));
    check.words(&certificate.products, || format!("{pointer}/products"));
    for (i, path) in certificate.products.iter().enumerate() {
        check.product(path, || format!("{pointer}/products/{i}"));
    }
    if let (Some(from), Some(until)) = (certificate.valid_from, certificate.valid_until)
        && from > until
    {
        let message = format!("the certificate ends on {until} before it begins on {from}");
        let at = format!("{pointer}/valid_until");
        check.push(Issue::error("window_reversed", at, message, "Exchange the two days.").found(until));
    }
    if let Some(volume) = certificate.volume {
        check.mass(volume, 1, || format!("{pointer}/volume_kg"));
    }
}

pub(super) fn enterprises<'a>(check: &mut Check<'a>) -> Positions<'a> {
    let list = &check.parts.enterprises;
    let ids = check.ids("enterprises", list.iter().map(|e| e.id.as_str()));
    for (i, enterprise) in list.iter().enumerate() {
        check.name(enterprise.name.as_ref(), || format!("/enterprises/{i}/name"));
        check.place(&enterprise.place, || format!("/enterprises/{i}/place"));
        check.words(&enterprise.tags, || format!("/enterprises/{i}/tags"));
        if let Some(capacity) = enterprise.capacity {
            check.at_least(capacity.0.into(), 0, "a capacity", || format!("/enterprises/{i}/capacity_kg"));
        }
    }
    ids
}
