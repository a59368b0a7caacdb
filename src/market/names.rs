//! Names as people write them: with and without diacritics, composed or decomposed.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A name without case, diacritics, punctuation and blanks, for comparing.
///
/// ```
/// use lienket::fold_name;
/// assert_eq!(fold_name("HTX chè Hảo Đạt"), fold_name("htx  Che Hao Dat"));
/// ```
#[must_use]
pub fn fold_name(name: &str) -> String {
    name.nfd()
        .filter(|c| !is_combining_mark(*c))
        .map(|c| if matches!(c, 'đ' | 'Đ') { 'd' } else { c })
        .flat_map(char::to_lowercase)
        .filter(|c| c.is_alphanumeric())
        .collect()
}

/// Drops words that every party's name begins with, in a folded name.
pub(crate) fn without_legal_form(folded: &str) -> &str {
    const FORMS: [&str; 9] = [
        "lienhiephoptacxa",
        "lienhiephtx",
        "tohoptac",
        "hoptacxa",
        "congtytnhh",
        "congtycophan",
        "congty",
        "htx",
        "tht",
    ];
    let rest = FORMS.iter().find_map(|form| folded.strip_prefix(form)).unwrap_or(folded);
    if rest.is_empty() { folded } else { rest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_ignores_marks_case_and_composition() {
        assert_eq!(fold_name("Thanh Hoá"), fold_name("Thanh Hóa"));
        assert_eq!(fold_name("Đắk Lắk"), "daklak");
        assert_eq!(fold_name("e\u{301}"), fold_name("é"));
        assert_eq!(without_legal_form(&fold_name("HTX Hảo Đạt")), "haodat");
        assert_eq!(without_legal_form("htx"), "htx");
    }
}
