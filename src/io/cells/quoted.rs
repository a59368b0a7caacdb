//! Cells to the letter, and lists in a cell.

/// The text within double quotes, if the whole of it stands in them and quotes within are doubled.
pub(in crate::io) fn unquote(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let single = inner.replace("\"\"", "");
    (!single.contains('"') && text.len() >= 2).then(|| inner.replace("\"\"", "\""))
}

/// A text that [`unquote`] gives back.
#[cfg_attr(not(feature = "xlsx"), expect(dead_code, reason = "only workbooks are written so"))]
pub(in crate::io) fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// An item of a list in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::io) enum Item {
    /// In quotes: to the letter.
    Exact(String),
    /// Trimmed.
    Written(String),
}

/// The items of a list: separated by `;`, or where there is none outside of quotes and brackets by commas and
/// line breaks, which gives `true`. `;` alone is the empty list.
pub(in crate::io) fn items(text: &str) -> (Vec<Item>, bool) {
    let semicolons = split(text, |c| c == ';');
    let commas = semicolons.len() == 1;
    let pieces = if commas { split(text, |c| matches!(c, ',' | '\n' | '、')) } else { semicolons };
    let by_commas = commas && pieces.len() > 1;
    let items = pieces.into_iter().map(str::trim).filter(|piece| !piece.is_empty());
    let item = |piece: &str| unquote(piece).map_or_else(|| Item::Written(piece.to_owned()), Item::Exact);
    (items.map(item).collect(), by_commas)
}

/// Splits at separators that stand in no quotes and no brackets. Quotes count only where an item begins with
/// one, and an opening bracket only where it is closed.
fn split(text: &str, separates: impl Fn(char) -> bool) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut depth) = (0, 0usize);
    let (mut fresh, mut within) = (true, false);
    let mut skip_to = 0;
    for (at, c) in text.char_indices() {
        if at < skip_to {
            continue;
        }
        if within {
            if c == '"' {
                if text[at + 1..].starts_with('"') {
                    skip_to = at + 2;
                } else {
                    within = false;
                }
            }
            continue;
        }
        if fresh && c == '"' && closes(&text[at..]) {
            within = true;
            fresh = false;
        } else if c == '(' && text[at..].contains(')') {
            depth += 1;
        } else if c == ')' {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && separates(c) {
            pieces.push(&text[start..at]);
            start = at + c.len_utf8();
            fresh = true;
            continue;
        }
        fresh &= c.is_whitespace() || c == '"' && within;
    }
    pieces.push(&text[start..]);
    pieces
}

/// Whether the quote that a text begins with is closed, doubled ones within it aside.
fn closes(text: &str) -> bool {
    text[1..].replace("\"\"", "").contains('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_come_off_as_they_went_on() {
        for text in ["", " a ", "\"", "a\"b", "\"\"", "=1", "a;b"] {
            assert_eq!(unquote(&quote(text)).as_deref(), Some(text));
        }
        for open in ["\"", "\"a", "a\"", "\"a\" và \"b\"", "\"\"\""] {
            assert_eq!(unquote(open), None, "{open}");
        }
    }

    #[test]
    fn lists_are_split_where_people_split_them() {
        let written =
            |words: &[&str]| words.iter().map(|w| Item::Written((*w).to_owned())).collect::<Vec<_>>();
        assert_eq!(items("a; b ;c"), (written(&["a", "b", "c"]), false));
        assert_eq!(items("a, b\nc"), (written(&["a", "b", "c"]), true));
        assert_eq!(items("a, b; c"), (written(&["a, b", "c"]), false));
        assert_eq!(items("VietGAP (x, y), b"), (written(&["VietGAP (x, y)", "b"]), true));
        assert_eq!(items("a (b; c"), (written(&["a (b", "c"]), false));
        assert_eq!(items(";"), (vec![], false));
        let exact = |text: &str| Item::Exact(text.to_owned());
        assert_eq!(items("\" a;b\"; \"c\"\"d\""), (vec![exact(" a;b"), exact("c\"d")], false));
        assert_eq!(items("\"a, b\""), (vec![exact("a, b")], false));
        assert_eq!(items("\"a; b"), (written(&["\"a", "b"]), false));
    }
}
