//! What a document adds to the catalogue.

use super::Check;
use crate::error::Issue;
use crate::market::catalogue::Catalogue;
use crate::market::product;

pub(super) fn check<'a>(check: &mut Check<'a>, built_in: &Catalogue) {
    let additions = &check.parts.catalogue;
    let both = |check: &mut Check<'a>, list: &str, i: usize, id: &str| {
        let pointer = format!("/catalogue/{list}/{i}/id");
        let message = "the built-in catalogue has this id already";
        let help = "Leave the entry out, or give it another id.";
        check.push(Issue::error("in_both_catalogues", pointer, message, help).found(id));
    };
    check.ids("catalogue/products", additions.products.iter().map(|p| p.id.as_str()));
    for (i, entry) in additions.products.iter().enumerate() {
        check.name(Some(&entry.name), || format!("/catalogue/products/{i}/name"));
        if !product::is_path(&entry.id) {
            let help = "Write segments of a–z, 0–9, - and _ separated by single slashes.";
            let pointer = format!("/catalogue/products/{i}/id");
            let issue = Issue::error("bad_product_path", pointer, "this is not a product path", help);
            check.push(issue.found(&entry.id));
        }
        if built_in.product(&entry.id).is_some() {
            both(check, "products", i, &entry.id);
        }
    }
    check.ids("catalogue/standards", additions.standards.iter().map(|s| s.id.as_str()));
    for (i, entry) in additions.standards.iter().enumerate() {
        check.name(Some(&entry.name), || format!("/catalogue/standards/{i}/name"));
        if built_in.standard(&entry.id).is_some() {
            both(check, "standards", i, &entry.id);
        }
    }
    check.ids("catalogue/places", additions.places.iter().map(|p| p.id.as_str()));
    for (i, entry) in additions.places.iter().enumerate() {
        check.name(Some(&entry.name), || format!("/catalogue/places/{i}/name"));
        check.coordinates(entry.lat, entry.lon, || format!("/catalogue/places/{i}"));
        if built_in.place(&entry.id).is_some() {
            both(check, "places", i, &entry.id);
        }
    }
    check.catalogue = built_in.with(additions);
    for (i, link) in additions.acceptances.iter().enumerate() {
        check.standard(&link.holds, || format!("/catalogue/acceptances/{i}/holds"));
        check.standard(&link.asked, || format!("/catalogue/acceptances/{i}/for"));
        if let (Some(from), Some(until)) = (link.from, link.until)
            && from > until
        {
            let message = format!("the acceptance ends on {until} before it begins on {from}");
            let pointer = format!("/catalogue/acceptances/{i}/until");
            check.push(
                Issue::error("window_reversed", pointer, message, "Exchange the two days.").found(until),
            );
        }
    }
}
