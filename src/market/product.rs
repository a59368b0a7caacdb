//! Product paths: `fruit/dragon-fruit/red`, broad to narrow.

/// Whether `path` is `broad` or below it.
#[must_use]
pub fn covers(broad: &str, path: &str) -> bool {
    path.strip_prefix(broad).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a text is a product path: segments of `a–z 0–9 - _`, separated by single slashes.
pub(crate) fn is_path(text: &str) -> bool {
    let letter = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    !text.is_empty() && text.split('/').all(|segment| !segment.is_empty() && segment.bytes().all(letter))
}

/// The path itself, then what it lies below, narrow to broad.
pub(crate) fn and_ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |p| p.rsplit_once('/').map(|(broad, _)| broad))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_covers_itself_and_what_lies_below() {
        assert!(covers("fruit", "fruit"));
        assert!(covers("fruit", "fruit/lychee"));
        assert!(!covers("fruit", "fruits/lychee"));
        assert!(!covers("fruit/lychee", "fruit"));
        assert_eq!(and_ancestors("a/b/c").collect::<Vec<_>>(), ["a/b/c", "a/b", "a"]);
        assert!(is_path("fruit/dragon-fruit/red") && is_path("4c"));
        for bad in ["", "/", "a/", "/a", "a//b", "Fruit", "tea green", "chè"] {
            assert!(!is_path(bad), "{bad}");
        }
    }
}
