//! Names of products, standards and places, as people write them, to ids of the catalogue.
//!
//! An id stands for itself. Any other text is compared without marks, case and signs with every name and alias; of
//! several that bear it, the one that bears it with the same marks is meant (`dừa` is no `dứa`), else it asks which.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use unicode_normalization::UnicodeNormalization;

use super::quoted::{Item, items, unquote};
use super::{Ask, Read, Reading, plain_letters};
use crate::error::nearest;
use crate::market::{Catalogue, Place, PlaceMatch, ProductEntry, fold_name};
use crate::units::Date;

/// Entries by folded name, each with the name as it is spelt, marks and all.
type ByName = BTreeMap<String, Vec<(String, String)>>;

/// A name with its marks, whatever its case, blanks and form of Unicode.
fn spelt(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").nfc().flat_map(char::to_lowercase).collect()
}

/// The names of a catalogue on a day.
pub(in crate::io) struct Names {
    catalogue: Catalogue,
    as_of: Date,
    products: ByName,
    standards: ByName,
    /// Answers given: the same few places stand in thousands of rows.
    places: RefCell<HashMap<String, Read<Place>>>,
}

fn add(names: &mut ByName, name: &str, id: &str) {
    let folded = fold_name(name);
    if folded.is_empty() {
        return;
    }
    let ids = names.entry(folded).or_default();
    let entry = (spelt(name), id.to_owned());
    if !ids.contains(&entry) {
        ids.push(entry);
    }
}

impl Names {
    pub(in crate::io) fn new(catalogue: Catalogue, as_of: Date) -> Self {
        let (mut products, mut standards) = (ByName::new(), ByName::new());
        for product in catalogue.products() {
            let english = product.name_en.iter().flat_map(|name| name.split('/').chain([name.as_str()]));
            // What stands in brackets tells kinds of it, each of which may be a product of its own.
            let outside = product.name.split_once('(').map_or(product.name.as_str(), |(outside, _)| outside);
            let own = outside.split([',', '/']).chain([product.name.as_str(), product.id.as_str()]);
            for name in own.chain(english).chain(product.aliases.iter().map(String::as_str)) {
                add(&mut products, name, &product.id);
            }
        }
        for standard in catalogue.standards() {
            let own =
                [standard.name.as_str(), standard.id.as_str()].into_iter().chain(standard.name_en.as_deref());
            for name in own.chain(standard.aliases.iter().map(String::as_str)) {
                add(&mut standards, name, &standard.id);
            }
        }
        Self { catalogue, as_of, products, standards, places: RefCell::default() }
    }

    /// The entry of a path, for the weight of its unit.
    pub(in crate::io) fn product_entry(&self, path: &str) -> Option<&ProductEntry> {
        self.catalogue.product(path)
    }

    /// Reads a product.
    pub(in crate::io) fn product(&self, text: &str) -> Read<String> {
        let text = text.trim();
        if self.catalogue.knows_product(text) {
            return Ok(Reading::plain(text.to_owned()));
        }
        let found = find(&self.products, text, "product")?;
        if let Some(id) = found {
            return Ok(Reading::noted(id.clone(), format!("“{text}” read as `{id}`")));
        }
        let path = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'/');
        if text.contains('/') && text.bytes().all(path) {
            // A path of the market's own; validation warns of what the catalogue does not know.
            return Ok(Reading::plain(text.to_owned()));
        }
        Err(unknown("unknown_product", "product", text, &self.products))
    }

    /// Reads one standard.
    fn standard(&self, text: &str) -> Read<Option<String>> {
        if self.catalogue.standard(text).is_some() {
            return Ok(Reading::plain(Some(text.to_owned())));
        }
        if let Some(id) = find(&self.standards, text, "standard")? {
            return Ok(Reading::noted(Some(id.clone()), format!("“{text}” read as `{id}`")));
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        let letters = plain_letters(text);
        let polite = ["giay chung nhan ", "chung nhan ", "chung chi ", "giay ", "dat ", "co "];
        let skip =
            polite.iter().find(|word| letters.starts_with(*word)).map(|word| word.split_whitespace().count());
        match skip {
            Some(skip) if skip < words.len() => {
                let rest = words[skip..].join(" ");
                let found = find(&self.standards, &rest, "standard")?;
                Ok(found.map_or(Reading::plain(None), |id| {
                    Reading::noted(Some(id.clone()), format!("“{text}” read as `{id}`"))
                }))
            }
            _ => Ok(Reading::plain(None)),
        }
    }

    /// Reads a list of standards that are held or asked for. What is in progress, expired or absent is not held.
    pub(in crate::io) fn standards(&self, text: &str) -> Read<Vec<String>> {
        let (items, by_commas) = items(text);
        let mut read = Reading::plain(Vec::new());
        if by_commas {
            read.notes.push("read as a list separated by commas".to_owned());
        }
        for item in items {
            match item {
                Item::Exact(id) => read.value.push(id),
                Item::Written(item) => {
                    let one = self.item(&item)?;
                    read.value.extend(one.value);
                    read.notes.extend(one.notes);
                }
            }
        }
        Ok(read)
    }

    fn item(&self, item: &str) -> Read<Option<String>> {
        let whole = self.standard(item)?;
        if whole.value.is_some() {
            return Ok(whole);
        }
        if is_absent(item) {
            return Ok(Reading::noted(None, format!("“{item}” read as none")));
        }
        if is_pending(item) {
            return Ok(Reading::noted(None, format!("“{item}” is not held, so it was left out")));
        }
        let Some((outer, inner)) = item.strip_suffix(')').and_then(|item| item.split_once('(')) else {
            return Err(unknown("unknown_standard", "standard", item, &self.standards));
        };
        let (outer, inner) = (outer.trim(), inner.trim());
        let read = self.standard(outer)?;
        let Some(id) = read.value.clone() else {
            return Err(unknown("unknown_standard", "standard", outer, &self.standards));
        };
        if is_pending(inner) {
            if self.names_another(inner) {
                let note = format!("“{inner}” is not held, so it was left out");
                return Ok(Reading { notes: [read.notes, vec![note]].concat(), ..Reading::plain(Some(id)) });
            }
            return Ok(Reading::noted(None, format!("“{item}” is not held, so it was left out")));
        }
        if self.names_another(inner) {
            let message = format!("whether “{inner}” is held beside “{outer}” is not clear");
            return Err(Ask::new("unclear_standard", message, "Write each standard as an item of its own."));
        }
        let note = format!("“({inner})” was left out");
        Ok(Reading { notes: [read.notes, vec![note]].concat(), ..Reading::plain(Some(id)) })
    }

    /// Whether the last words of a remark name a standard.
    fn names_another(&self, remark: &str) -> bool {
        let words: Vec<&str> = remark.split_whitespace().collect();
        (0..words.len()).any(|from| {
            let rest = words[from..].join(" ");
            self.catalogue.standard(&rest).is_some() || self.standards.contains_key(&fold_name(&rest))
        })
    }

    /// Reads a place: an id, coordinates, or a name that was or is in use.
    pub(in crate::io) fn place(&self, text: &str) -> Read<Place> {
        if self.catalogue.place(text).is_some() {
            return Ok(Reading::plain(Place::id(text)));
        }
        if let Some(answer) = self.places.borrow().get(text) {
            return answer.clone();
        }
        let answer = self.named_place(text.trim());
        self.places.borrow_mut().insert(text.to_owned(), answer.clone());
        answer
    }

    fn named_place(&self, text: &str) -> Read<Place> {
        let numbers: Option<Vec<f64>> =
            text.split([',', ';']).map(|number| number.trim().parse().ok()).collect();
        if let Some([lat, lon]) = numbers.as_deref() {
            return Ok(Reading::noted(
                Place::point(*lat, *lon),
                format!("read as latitude {lat}, longitude {lon}"),
            ));
        }
        let mut suggestion = None;
        // “xã Phù Nham, tỉnh Yên Bái”: the last part is the province.
        let last = text.rsplit([',', ';']).next().map(str::trim).filter(|last| *last != text);
        for part in [Some(text), last].into_iter().flatten() {
            match self.catalogue.find_place(part, Some(self.as_of)) {
                PlaceMatch::One(place) => {
                    let other = self.catalogue.find_place(part, None);
                    let or = match &other {
                        PlaceMatch::Ambiguous(all) => {
                            all.iter().find(|other| other.id != place.id).map_or_else(String::new, |other| {
                                format!("; write {} if that was meant", other.id)
                            })
                        }
                        _ => String::new(),
                    };
                    return Ok(Reading::noted(
                        Place::id(&place.id),
                        format!("“{text}” read as {}{or}", place.id),
                    ));
                }
                PlaceMatch::Ambiguous(all) => {
                    let ids: Vec<&str> = all.iter().map(|place| place.id.as_str()).collect();
                    return Err(Ask::new(
                        "ambiguous_place",
                        "several places bear this name",
                        format!("Write one of {}.", ids.join(", ")),
                    ));
                }
                PlaceMatch::Unknown(near) => suggestion = near.or(suggestion),
            }
        }
        let help = suggestion.map_or_else(
            || "Write a province, or latitude and longitude in columns of their own.".to_owned(),
            |near| format!("Did you mean `{}` ({})?", near.id, near.name),
        );
        Err(Ask::new("unknown_place", "there is no place of this name", help))
    }
}

/// The one id that bears a name.
fn find<'n>(names: &'n ByName, text: &str, kind: &str) -> Result<Option<&'n String>, Ask> {
    let Some(entries) = names.get(&fold_name(text)) else { return Ok(None) };
    let ids = |wanted: Option<&str>| {
        let mut ids: Vec<&'n String> = Vec::new();
        for (spelling, id) in entries {
            if wanted.is_none_or(|wanted| wanted == spelling) && !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    };
    let several = match (ids(None).as_slice(), ids(Some(&spelt(text))).as_slice()) {
        ([one], _) | (_, [one]) => return Ok(Some(one)),
        (all, _) => all.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(", "),
    };
    Err(Ask::new(
        "ambiguous_name",
        format!("“{text}” can be more than one {kind}"),
        format!("Write one of {several}."),
    ))
}

fn unknown(code: &'static str, kind: &str, text: &str, names: &ByName) -> Ask {
    let folded = fold_name(text);
    let near = nearest(&folded, names.keys().map(String::as_str)).and_then(|name| names.get(name)?.first());
    let help = near.map_or_else(
        || "`lienket catalogue` lists what is known; add others to the market's own catalogue.".to_owned(),
        |(spelling, id)| {
            let spelling = if spelling == id { String::new() } else { format!(" ({spelling})") };
            format!("Did you mean `{id}`{spelling}?")
        },
    );
    Ask::new(code, format!("“{text}” is no {kind} known here"), help)
}

/// Words that say there is none.
fn is_absent(text: &str) -> bool {
    matches!(
        plain_letters(text).as_str(),
        "khong" | "khong co" | "chua" | "chua co" | "none" | "no" | "-" | "n/a"
    )
}

/// Whether a text speaks of what is not held: in progress, planned or expired.
fn is_pending(text: &str) -> bool {
    let letters = plain_letters(text);
    // `đăng ký` is a registration, `đang` is in progress.
    let registered = letters.starts_with("dang ky");
    let begins = [
        "dang ",
        "chua ",
        "sap ",
        "du kien",
        "het han",
        "het hieu luc",
        "in progress",
        "pending",
        "applying",
    ];
    let more = ["expired", "planned", "cho cap", "xin cap"];
    !registered && begins.iter().chain(&more).any(|word| letters.starts_with(word)) || letters == "dang"
}

/// A text cell: to the letter in quotes, else without blanks around it.
pub(in crate::io) fn text(text: &str) -> Reading<String> {
    if let Some(exact) = unquote(text) {
        return Reading::plain(exact);
    }
    let trimmed = text.trim();
    if trimmed == text {
        Reading::plain(text.to_owned())
    } else {
        Reading::noted(trimmed.to_owned(), "blanks around the text were left out")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names::new(Catalogue::built_in(), Date::new(2025, 11, 28).unwrap())
    }

    #[test]
    fn products_by_any_name() {
        let names = names();
        for (text, id, notes) in [
            ("tea/green", "tea/green", 0),
            ("my-own/thing", "my-own/thing", 0),
            ("Tôm sú", "aquaculture/shrimp/black-tiger", 1),
            ("tom su", "aquaculture/shrimp/black-tiger", 1),
            ("TO\u{302}M SU\u{301}", "aquaculture/shrimp/black-tiger", 1),
            ("ngao", "aquaculture/clam", 1),
            ("Dừa", "coconut", 1),
            ("dứa", "fruit/pineapple", 1),
            ("cà  phê", "coffee", 1),
        ] {
            let read = names.product(text).unwrap_or_else(|ask| panic!("{text}: {}", ask.message));
            assert_eq!((read.value.as_str(), read.notes.len()), (id, notes), "{text}");
        }
        assert_eq!(names.product("dua").unwrap_err().code, "ambiguous_name");
        let ask = names.product("tôm súu").unwrap_err();
        assert_eq!(
            (ask.code, ask.help.as_str()),
            ("unknown_product", "Did you mean `aquaculture/shrimp/black-tiger` (tôm sú)?")
        );
    }

    #[test]
    fn certificates_in_progress_are_not_held() {
        let names = names();
        for (text, held) in [
            ("vietgap;ocop-4", &["vietgap", "ocop-4"][..]),
            ("VietGAP, OCOP 4 sao (đang làm HACCP)", &["vietgap", "ocop-4"]),
            ("VietGAP, OCOP 4 sao, đang làm HACCP", &["vietgap", "ocop-4"]),
            ("viet gap; OCOP 4*", &["vietgap", "ocop-4"]),
            ("VietGAP (đang làm)", &[]),
            ("HACCP (hết hạn)", &[]),
            ("chưa có", &[]),
            ("Đăng ký GACC (Trung Quốc)", &["gacc"]),
            ("GLOBALG.A.P. (IFA)", &["globalgap"]),
            ("chứng nhận VietGAP", &["vietgap"]),
            ("VietGAP (10 ha)", &["vietgap"]),
            (";", &[]),
        ] {
            let read = names.standards(text).unwrap_or_else(|ask| panic!("{text}: {}", ask.message));
            assert_eq!(read.value, held, "{text}");
            assert_eq!(read.notes.is_empty(), ["vietgap;ocop-4", ";"].contains(&text), "{text}");
        }
        for (text, code) in [
            ("VietGAB", "unknown_standard"),
            ("theo tiêu chuẩn HACCP", "unknown_standard"),
            ("OCOP 4 sao (VietGAP)", "unclear_standard"),
            ("abc (đang làm)", "unknown_standard"),
        ] {
            assert_eq!(names.standards(text).unwrap_err().code, code, "{text}");
        }
        assert!(names.standards("VietGAB").unwrap_err().help.contains("vietgap"));
    }

    #[test]
    fn places_old_and_new() {
        let names = names();
        for (text, id) in [
            ("vn/thai-nguyen", "vn/thai-nguyen"),
            ("Thái Nguyên", "vn/thai-nguyen"),
            ("thai nguyen", "vn/thai-nguyen"),
            ("Tỉnh Bắc Kạn", "vn63/bac-kan"),
            ("BA\u{306}\u{301}c Ka\u{323}n", "vn63/bac-kan"),
            ("xã Phù Nham, Yên Bái", "vn63/yen-bai"),
        ] {
            let read = names.place(text).unwrap_or_else(|ask| panic!("{text}: {}", ask.message));
            assert_eq!((read.value, read.notes.is_empty()), (Place::id(id), text == id), "{text}");
        }
        assert!(names.place("Bắc Ninh").unwrap().notes[0].contains("vn63/bac-ninh"));
        assert_eq!(names.place("21.03, 105.85").unwrap().value, Place::point(21.03, 105.85));
        assert!(names.place("Thái Nguyễm").unwrap_err().help.contains("vn/thai-nguyen"));
        assert_eq!(names.place("Atlantis").unwrap_err().code, "unknown_place");
    }
}
