//! What changed between two rounds, as plain text: what is new, what is gone, what moved, and why; and how many
//! allocations stand on what.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use crate::plan::Language;
use crate::report::words::Words;
use crate::round::{Because, Change, Decision, DecisionKind, Movement, PlanDiff, Round, Standing};
use crate::units::Kg;

/// Words of this report, in a language.
struct Own {
    title: &'static str,
    nothing: &'static str,
    stays: &'static str,
    before: &'static str,
    after: &'static str,
    pairs: &'static str,
    movement: fn(Movement) -> &'static str,
    standing: fn(Standing) -> &'static str,
    kind: fn(DecisionKind) -> &'static str,
    by: &'static str,
    gave_way: &'static str,
    freed: &'static str,
    stopped: &'static str,
    chosen: &'static str,
    stood: &'static str,
    stands_on: &'static str,
    more: &'static str,
}

const ENGLISH: Own = Own {
    title: "From round {} to round {}",
    nothing: "Nothing was decided; the plan stands.",
    stays: "stays",
    before: "before",
    after: "after",
    pairs: "pairs",
    movement: |movement| match movement {
        Movement::New => "New",
        Movement::Changed => "Changed",
        Movement::Gone => "Gone",
        Movement::Noted => "Decided, not linked before or after",
        Movement::Kept => "Kept",
    },
    standing: |standing| match standing {
        Standing::Contract => "contract",
        Standing::Signed => "signed",
        Standing::Accepted => "accepted",
        Standing::Forced => "by hand",
        Standing::Kept => "kept",
        Standing::New => "assigned",
    },
    kind: |kind| match kind {
        DecisionKind::Accepted => "accepted",
        DecisionKind::Declined => "declined",
        DecisionKind::Signed => "signed",
        DecisionKind::Forced => "put in by hand",
        DecisionKind::Forbidden => "forbidden",
        DecisionKind::Reopened => "reopened",
    },
    by: "by",
    gave_way: "gives way to",
    freed: "takes what is left by",
    stopped: "no more:",
    chosen: "chosen by the mechanism",
    stood: "nothing touched it",
    stands_on: "The plan stands on",
    more: "more",
};

const VIETNAMESE: Own = Own {
    title: "Từ vòng {} sang vòng {}",
    nothing: "Không có quyết định nào; phương án giữ nguyên.",
    stays: "giữ nguyên",
    before: "trước",
    after: "sau",
    pairs: "cặp",
    movement: |movement| match movement {
        Movement::New => "Mới",
        Movement::Changed => "Thay đổi",
        Movement::Gone => "Không còn",
        Movement::Noted => "Đã quyết định, trước và sau đều không kết nối",
        Movement::Kept => "Giữ nguyên",
    },
    standing: |standing| match standing {
        Standing::Contract => "hợp đồng",
        Standing::Signed => "đã ký",
        Standing::Accepted => "đã đồng ý",
        Standing::Forced => "do ban tổ chức đưa vào",
        Standing::Kept => "giữ lại",
        Standing::New => "phân bổ",
    },
    kind: |kind| match kind {
        DecisionKind::Accepted => "đồng ý",
        DecisionKind::Declined => "từ chối",
        DecisionKind::Signed => "đã ký",
        DecisionKind::Forced => "ban tổ chức đưa vào",
        DecisionKind::Forbidden => "ban tổ chức cấm",
        DecisionKind::Reopened => "mở lại",
    },
    by: "bởi",
    gave_way: "nhường chỗ cho",
    freed: "nhận phần để lại của",
    stopped: "không thêm:",
    chosen: "do cơ chế chọn",
    stood: "không bị tác động",
    stands_on: "Phương án gồm",
    more: "nữa",
};

fn own(language: Language) -> &'static Own {
    match language {
        Language::English => &ENGLISH,
        Language::Vietnamese => &VIETNAMESE,
    }
}

/// Most pairs told one by one in a section; `changes.csv` has them all.
const SHOWN: usize = 40;
const FITS: &str = "writing to a string cannot fail";

/// What changed, as text in a language: a line a pair with what it had, what it has, and why. What is kept is counted.
#[must_use]
pub fn changes(diff: &PlanDiff, language: Language) -> String {
    let mut text = String::new();
    write_changes(diff, own(language), Words::of(language), language, &mut text).expect(FITS);
    text
}

fn write_changes(
    diff: &PlanDiff,
    own: &Own,
    words: &Words,
    language: Language,
    out: &mut String,
) -> fmt::Result {
    let ([from, to], [stayed, was, is]) = (diff.rounds(), diff.kilograms());
    writeln!(out, "{}", own.title.replacen("{}", &from.to_string(), 1).replacen("{}", &to.to_string(), 1))?;
    if from == to {
        return writeln!(out, "  {}", own.nothing);
    }
    let kg = |Kg(kg): Kg| words.kg(kg.into());
    writeln!(out, "  {} {} → {} {}; {} {}", own.before, kg(was), own.after, kg(is), own.stays, kg(stayed))?;
    for movement in Movement::ALL {
        let list: Vec<&Change> = diff.of(movement).collect();
        if list.is_empty() {
            continue;
        }
        writeln!(out, "\n{}: {}", (own.movement)(movement), words.counted(list.len() as i128, own.pairs))?;
        if movement == Movement::Kept {
            continue;
        }
        for change in list.iter().take(SHOWN) {
            line(change, own, words, language, out)?;
        }
        if let Some(more) = list.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            writeln!(out, "  … {} {}", words.whole(more as i128), own.more)?;
        }
    }
    Ok(())
}

fn line(change: &Change, own: &Own, words: &Words, language: Language, out: &mut String) -> fmt::Result {
    let Change { offer, cooperative, demand, enterprise, before, after, .. } = change;
    write!(out, "  {offer} ({cooperative}) → {demand} ({enterprise}): ")?;
    match (before, after) {
        (Kg(0), Kg(0)) => {}
        (Kg(0), Kg(kg)) | (Kg(kg), Kg(0)) => write!(out, "{}; ", words.kg((*kg).into()))?,
        (before, after) => write!(out, "{} → {}; ", words.kg(before.0.into()), words.kg(after.0.into()))?,
    }
    match &change.why {
        Because::Decided { decision } => {
            let Decision { kind, by, reason, on, .. } = decision;
            write!(out, "{} {} {by}", (own.kind)(*kind), own.by)?;
            if let Some(day) = on {
                write!(out, ", {day}")?;
            }
            writeln!(out, ": {reason}")
        }
        Because::GaveWay { to } => writeln!(out, "{} {}", own.gave_way, pairs(to)),
        Because::Freed { by } => writeln!(out, "{} {}", own.freed, pairs(by)),
        Because::Stopped { reason } => writeln!(out, "{} {}", own.stopped, language.reason(*reason)),
        Because::Chosen => writeln!(out, "{}", own.chosen),
        Because::Stood => writeln!(out, "{}", own.stood),
    }
}

fn pairs(list: &[(String, String)]) -> String {
    let shown = list.iter().take(3).map(|(offer, demand)| format!("{offer} → {demand}"));
    let more = if list.len() > 3 { format!(" (+{})", list.len() - 3) } else { String::new() };
    shown.collect::<Vec<_>>().join(", ") + &more
}

/// How many pairs and kilograms of the plan stand on contracts, decisions, on having stood, and on the mechanism.
#[must_use]
pub fn standing(round: &Round, language: Language) -> String {
    let (own, words) = (own(language), Words::of(language));
    let mut counts: BTreeMap<Standing, (i128, i128)> = BTreeMap::new();
    for (allocation, standing) in round.standings() {
        let (pairs, kg) = counts.entry(standing).or_default();
        *pairs += 1;
        *kg += i128::from(allocation.volume.0);
    }
    let mut text = format!("{}:", own.stands_on);
    for (standing, (pairs, kg)) in counts {
        write!(
            text,
            "\n  {}: {}, {}",
            (own.standing)(standing),
            words.counted(pairs, own.pairs),
            words.kg(kg)
        )
        .expect(FITS);
    }
    text.push('\n');
    text
}
