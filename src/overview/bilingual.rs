//! Text in both languages, for documents that have both.

use serde::Serialize;

use crate::linkage::Rule;
use crate::market::{Catalogue, CooperativeKind, PlaceEntry};
use crate::plan::Language;

/// A text in Vietnamese and English.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Bilingual {
    /// Tiếng Việt.
    pub vi: String,
    /// English.
    pub en: String,
}

impl Bilingual {
    /// A text in both languages.
    #[must_use]
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { vi: vi.into(), en: en.into() }
    }

    /// A text that is the same in both, as names are.
    #[must_use]
    pub fn same(text: &str) -> Self {
        Self::new(text, text)
    }

    /// What a function says in each language.
    #[must_use]
    pub fn of<T: Into<String>>(say: impl Fn(Language) -> T) -> Self {
        Self::new(say(Language::Vietnamese), say(Language::English))
    }

    /// The text in one language.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Vietnamese => &self.vi,
            Language::English => &self.en,
        }
    }
}

/// A name with its English one, where there is one.
fn named(name: &str, name_en: Option<&str>) -> Bilingual {
    Bilingual::new(name, name_en.unwrap_or(name))
}

/// A product path by its catalogue name; by the path itself where it has none.
pub(super) fn product(catalogue: &Catalogue, path: &str) -> Bilingual {
    catalogue
        .product(path)
        .map_or_else(|| Bilingual::same(path), |entry| named(&entry.name, entry.name_en.as_deref()))
}

/// A standard by its catalogue name.
pub(super) fn standard(catalogue: &Catalogue, id: &str) -> Bilingual {
    catalogue.standard(id).map_or_else(
        || Bilingual::same(id),
        |at| {
            let entry = catalogue.standard_entry(at);
            named(&entry.name, entry.name_en.as_deref())
        },
    )
}

pub(super) fn place(entry: &PlaceEntry) -> Bilingual {
    named(&entry.name, entry.name_en.as_deref())
}

pub(super) fn kind(kind: CooperativeKind) -> Bilingual {
    match kind {
        CooperativeKind::Cooperative => Bilingual::new("Hợp tác xã", "Cooperative"),
        CooperativeKind::CooperativeGroup => Bilingual::new("Tổ hợp tác", "Cooperative group"),
        CooperativeKind::Union => Bilingual::new("Liên hiệp hợp tác xã", "Union of cooperatives"),
    }
}

/// Tags are the organiser's own; those that rounds commonly have are told in words.
pub(super) fn tag(tag: &str) -> Bilingual {
    let known = match tag {
        "women_led" => ("Phụ nữ làm chủ", "Women-led"),
        "mountain" => ("Miền núi", "Mountain district"),
        "ethnic_minority" => ("Dân tộc thiểu số", "Ethnic minority"),
        "high_tech" => ("Công nghệ cao", "High-tech"),
        "young_founder" => ("Thanh niên khởi nghiệp", "Young founder"),
        "domestic_retail" => ("Bán lẻ trong nước", "Domestic retail"),
        "processor" => ("Chế biến", "Processor"),
        "exporter" => ("Xuất khẩu", "Exporter"),
        "distributor" => ("Phân phối", "Distributor"),
        "canteen" => ("Bếp ăn tập thể", "Canteen"),
        "hotel" => ("Khách sạn", "Hotel"),
        _ => return Bilingual::same(tag),
    };
    Bilingual::new(known.0, known.1)
}

pub(super) fn stars(stars: u8) -> Bilingual {
    match stars {
        0 => Bilingual::new("Chưa có sao OCOP", "No OCOP stars"),
        n => Bilingual::new(format!("OCOP {n} sao"), format!("OCOP {n} stars")),
    }
}

pub(super) fn rule(rule: Rule) -> Bilingual {
    Bilingual::of(|language| language.rule(rule))
}
