//! Words that stand for one of a few things: yes and no, kinds of cooperatives, states of certificates, services.

#[cfg(feature = "xlsx")]
use crate::round::DecisionKind;

use super::{Ask, Raw, Read, Reading, plain_letters};

fn one_of(text: &str, words: &[(&str, &'static str)]) -> Option<&'static str> {
    let letters = plain_letters(text);
    words.iter().find(|(word, _)| *word == letters).map(|(_, value)| *value)
}

/// The document's word for a text: as it is where it is one, else with a note.
fn word(text: &str, words: &[(&str, &'static str)], code: &'static str, help: &str) -> Read<String> {
    match one_of(text, words) {
        Some(value) if value == text => Ok(Reading::plain(value.to_owned())),
        Some(value) => Ok(Reading::noted(value.to_owned(), format!("read as `{value}`"))),
        None => Err(Ask::new(code, "this word is not known here", help)),
    }
}

/// Yes or no.
pub(in crate::io) fn yes(raw: &Raw) -> Read<bool> {
    let value = match raw {
        Raw::Bool(value) => return Ok(Reading::plain(*value)),
        Raw::Number(1.0) => Some(true),
        Raw::Number(0.0) => Some(false),
        Raw::Text(text) => match text.as_str() {
            "true" => return Ok(Reading::plain(true)),
            "false" => return Ok(Reading::plain(false)),
            _ => match plain_letters(text).as_str() {
                "co" | "yes" | "y" | "x" | "true" | "dung" | "1" | "✓" | "✔" | "v" => Some(true),
                "khong" | "no" | "n" | "false" | "sai" | "0" | "-" | "✗" => Some(false),
                _ => None,
            },
        },
        _ => None,
    };
    let ask = || Ask::new("not_yes_or_no", "this is neither yes nor no", "Write có or không.");
    value.map(|v| Reading::noted(v, if v { "read as yes" } else { "read as no" })).ok_or_else(ask)
}

/// What was decided about a pair, by its code or a word of the drop-down.
#[cfg(feature = "xlsx")]
pub(in crate::io) fn decision(text: &str) -> Result<DecisionKind, Ask> {
    const WORDS: &[(&str, DecisionKind)] = &[
        ("accept", DecisionKind::Accepted),
        ("dong y", DecisionKind::Accepted),
        ("chap nhan", DecisionKind::Accepted),
        ("decline", DecisionKind::Declined),
        ("tu choi", DecisionKind::Declined),
        ("khong dong y", DecisionKind::Declined),
        ("ky", DecisionKind::Signed),
        ("da ky", DecisionKind::Signed),
        ("dua vao", DecisionKind::Forced),
        ("ban to chuc dua vao", DecisionKind::Forced),
        ("cam", DecisionKind::Forbidden),
        ("ban to chuc cam", DecisionKind::Forbidden),
        ("mo lai", DecisionKind::Reopened),
    ];
    let letters = plain_letters(text);
    let letters = letters.trim();
    WORDS
        .iter()
        .chain(DecisionKind::CODES)
        .find(|(word, _)| *word == letters)
        .map(|(_, kind)| *kind)
        .ok_or_else(|| {
            let help = "Write one of đồng ý, từ chối, đã ký, ban tổ chức đưa vào, ban tổ chức cấm, mở lại.";
            Ask::new("unknown_word", "this is none of the decisions", help)
        })
}

/// The kind of a cooperative.
pub(in crate::io) fn kind(text: &str) -> Read<String> {
    const KINDS: &[(&str, &str)] = &[
        ("cooperative", "cooperative"),
        ("htx", "cooperative"),
        ("hop tac xa", "cooperative"),
        ("cooperative_group", "cooperative_group"),
        ("cooperative group", "cooperative_group"),
        ("tht", "cooperative_group"),
        ("to hop tac", "cooperative_group"),
        ("union", "union"),
        ("lien hiep", "union"),
        ("lien hiep htx", "union"),
        ("lien hiep hop tac xa", "union"),
        ("lhhtx", "union"),
    ];
    let help = "Write hợp tác xã, tổ hợp tác or liên hiệp HTX; enterprises, households and alliances (liên minh) are no \
                cooperatives.";
    word(text, KINDS, "unknown_kind", help)
}

/// The state of a certificate.
pub(in crate::io) fn status(text: &str) -> Read<String> {
    const STATES: &[(&str, &str)] = &[
        ("active", "active"),
        ("con hieu luc", "active"),
        ("con han", "active"),
        ("hieu luc", "active"),
        ("suspended", "suspended"),
        ("dinh chi", "suspended"),
        ("tam dinh chi", "suspended"),
        ("tam ngung", "suspended"),
        ("revoked", "revoked"),
        ("thu hoi", "revoked"),
        ("da thu hoi", "revoked"),
        ("bi thu hoi", "revoked"),
    ];
    let help = "Write active (còn hiệu lực), suspended (tạm đình chỉ) or revoked (thu hồi); for an expired one fill in \
                valid_until (đến ngày).";
    word(text, STATES, "unknown_status", help)
}

/// The kind of an acceptance.
pub(in crate::io) fn acceptance(text: &str) -> Read<String> {
    const KINDS: &[(&str, &str)] = &[
        ("legal", "legal"),
        ("phap ly", "legal"),
        ("technical", "technical"),
        ("ky thuat", "technical"),
        ("market", "market"),
        ("thi truong", "market"),
    ];
    word(text, KINDS, "unknown_kind", "Write legal, technical or market.")
}

/// A service or a tag: Vietnamese for a common one is read as that; any other word stands for itself.
pub(in crate::io) fn service(text: &str) -> Reading<String> {
    const SERVICES: &[(&str, &str)] = &[
        ("von", "credit"),
        ("tin dung", "credit"),
        ("vay von", "credit"),
        ("ho tro von", "credit"),
        ("dao tao", "training"),
        ("tap huan", "training"),
        ("van chuyen", "transport"),
        ("van tai", "transport"),
        ("bao bi", "packaging"),
        ("dong goi", "packaging"),
        ("may moc", "machinery"),
        ("vat tu", "inputs"),
        ("xuc tien thuong mai", "trade_promotion"),
        ("nu lam chu", "women_led"),
        ("phu nu lam chu", "women_led"),
        ("mien nui", "mountain"),
        ("dan toc thieu so", "ethnic_minority"),
    ];
    match one_of(text, SERVICES) {
        Some(value) => Reading::noted(value.to_owned(), format!("“{text}” read as `{value}`")),
        None => Reading::plain(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_as_people_write_them() {
        let yes_of = |text: &str| yes(&Raw::Text(text.to_owned())).map(|read| read.value).ok();
        for (text, value) in [
            ("có", Some(true)),
            ("X", Some(true)),
            ("không", Some(false)),
            ("Đúng", Some(true)),
            ("false", Some(false)),
            ("có thể", None),
            ("", None),
        ] {
            assert_eq!(yes_of(text), value, "{text}");
        }
        assert_eq!(yes(&Raw::Bool(true)).unwrap(), Reading::plain(true));
        assert_eq!(kind("cooperative").unwrap(), Reading::plain("cooperative".to_owned()));
        for (text, value) in
            [("HTX", "cooperative"), ("Tổ hợp tác", "cooperative_group"), ("Liên hiệp HTX", "union")]
        {
            assert_eq!(kind(text).unwrap().value, value);
            assert_eq!(kind(text).unwrap().notes.len(), 1);
        }
        assert!(kind("Liên minh HTX").is_err() && kind("doanh nghiệp").is_err());
        assert_eq!(status("Thu hồi").unwrap().value, "revoked");
        assert!(status("hết hạn").is_err());
        assert_eq!(service("Tập huấn").value, "training");
        assert_eq!(service("đặc biệt"), Reading::plain("đặc biệt".to_owned()));
    }
}
