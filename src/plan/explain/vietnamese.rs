//! Explanations in Vietnamese.

use crate::linkage::{PoolStop, Rule};
use crate::plan::explain::prose::Words;
use crate::plan::explain::{Held, Missing, Outcome, PoolStanding, Remedy, Rival, Shortcoming};
use crate::plan::reason::Reason;
use crate::policy::Criterion;
use crate::units::grouped;
use crate::{AcceptanceKind, CertificateStatus, Date, Kg, VndPerKg};

pub(super) const WORDS: Words = Words {
    outcome,
    pool,
    remedy,
    reason,
    rule,
    criterion,
    kind,
    thousands: '.',
    point: ',',
    of: "của",
    offer: "Chào bán",
    demand: "nhu cầu",
    distance: "Khoảng cách",
    scores: ["điểm", "hợp tác xã", "doanh nghiệp"],
    pools: "Gom chung",
    rules: "Điều kiện",
    passed: "đạt",
    criteria: "Tiêu chí (trọng số × giá trị = đóng góp: phía hợp tác xã, phía doanh nghiệp)",
    certificates: "Chứng nhận",
    required: "bắt buộc",
    preferred: "ưu tiên",
    held: "có chứng nhận",
    until: "đến",
    accepted: "được chấp nhận cho",
    matched: "đã kết nối",
    left: "còn lại",
    links: "Liên kết",
    contract: "trong đó theo hợp đồng",
    funnel: "Kết quả của các cặp",
    near: "Các cặp gần đạt nhất",
};

fn kg(kg: Kg) -> String {
    format!("{} kg", grouped(kg.0.into(), '.'))
}

fn vnd(price: VndPerKg) -> String {
    format!("{} đ/kg", grouped(price.0.into(), '.'))
}

fn rivals(rivals: &[Rival]) -> String {
    if rivals.is_empty() {
        return "cặp khác".to_owned();
    }
    let list = rivals.iter().take(5).map(|r| {
        let score = r
            .score
            .map_or_else(String::new, |score| format!(", điểm {}", score.to_string().replace('.', ",")));
        format!("`{}` → `{}` ({}{score})", r.offer, r.demand, kg(r.volume_kg))
    });
    let more =
        if rivals.len() > 5 { format!(" và {} cặp khác", rivals.len() - 5) } else { String::new() };
    list.collect::<Vec<_>>().join(", ") + &more
}

fn short(missing: Missing) -> String {
    match missing {
        Missing::MicroScore(micro) => format!("; thiếu {},{:06} điểm", micro / 1_000_000, micro % 1_000_000),
        Missing::Kilograms(kg) => format!("; mỗi kg ở đây làm mất {} kg ở nơi khác", grouped(kg.into(), '.')),
        Missing::VndPerKg(price) => format!("; thiếu {}", vnd(VndPerKg(price))),
    }
}

fn pool(standing: &PoolStanding) -> String {
    match standing {
        PoolStanding::Through {
            hub,
            collection_km,
            trunk_km,
            pool_kg,
            lot_kg,
            critical,
            better_alone,
            ..
        } => {
            let critical =
                if *critical { "; thiếu bên này thì nhóm không đủ lô tối thiểu" } else { "" };
            let alone = if *better_alone == Some(true) { "; tự giao sẽ có lợi hơn" } else { "" };
            format!(
                "qua điểm gom `{hub}` ({} km đến điểm gom, {} km từ điểm gom), cả nhóm giao {} cho lô tối thiểu {}{critical}{alone}",
                format!("{collection_km:.1}").replace('.', ","),
                format!("{trunk_km:.1}").replace('.', ","),
                kg(*pool_kg),
                kg(*lot_kg)
            )
        }
        PoolStanding::Possible => "có thể gom chung, nhưng kế hoạch này không gom".to_owned(),
        PoolStanding::Stopped { by } => match by {
            PoolStop::Rule(stopped) => format!("không: vướng {}", rule(*stopped)),
            PoolStop::PoolRadius => {
                "không: trong bán kính của mọi điểm gom đều không đủ lô tối thiểu".to_owned()
            }
            PoolStop::LeftOut => "không: chỉ xét các điểm gom khác của nhu cầu này".to_owned(),
            PoolStop::NoLot => "không: nhu cầu không có lô tối thiểu cần gom".to_owned(),
        },
    }
}

fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Linked { volume_kg, contract_kg } if contract_kg.0 == 0 => {
            format!("được kết nối, {}", kg(*volume_kg))
        }
        Outcome::Linked { volume_kg, contract_kg } => {
            format!("được kết nối, {}, trong đó {} theo hợp đồng", kg(*volume_kg), kg(*contract_kg))
        }
        Outcome::Stopped { rule: stopped, only } => {
            let only = if *only {
                "chỉ vướng điều kiện này"
            } else {
                "còn vướng điều kiện khác"
            };
            format!("không kết nối: vướng {} ({only})", rule(*stopped))
        }
        Outcome::OutCompeted { missing, rivals: list, ask_at_most } => {
            let lever = ask_at_most
                .map_or_else(String::new, |ask| format!("; giá chào từ {} trở xuống sẽ được chọn", vnd(ask)));
            format!(
                "không kết nối: các cặp khác có giá trị hơn: {}{}{lever}",
                rivals(list),
                missing.map_or_else(String::new, short)
            )
        }
        Outcome::Tie { rivals: list } => {
            format!("không kết nối: ngang điểm với {}; quy tắc phân định đã công bố quyết định", rivals(list))
        }
        Outcome::Capacity { full } => {
            let who = match *full {
                "cooperative" => "hợp tác xã",
                "enterprise" => "doanh nghiệp",
                "demand" => "nhu cầu",
                _ => "chào bán",
            };
            format!("không kết nối: {who} không còn khối lượng để giao dịch")
        }
        Outcome::Lot { room_kg, lot_kg } => {
            format!("không kết nối: chỉ còn {}, dưới lô tối thiểu {}", kg(*room_kg), kg(*lot_kg))
        }
        Outcome::PartnerLimit { full, limit } => {
            let (who, partners) =
                if *full == "demand" { ("nhu cầu", "nhà cung cấp") } else { ("chào bán", "bên mua") };
            format!("không kết nối: {who} đã đủ {limit} {partners} cho phép")
        }
        Outcome::AllOrNothing { volume_kg } => {
            format!(
                "không kết nối: nhu cầu chỉ nhận đủ {} hoặc không nhận, và không được đáp ứng đủ trong phương án này",
                kg(*volume_kg)
            )
        }
        Outcome::CertifiedVolume { standard, room_kg, .. } if room_kg.0 <= 0 => {
            format!("không kết nối: sản lượng được chứng nhận `{standard}` đã bán hết")
        }
        Outcome::CertifiedVolume { standard, room_kg, lot_kg } => format!(
            "không kết nối: chứng nhận `{standard}` chỉ còn {}, dưới lô tối thiểu {}",
            kg(*room_kg),
            kg(*lot_kg)
        ),
        Outcome::NoGain => {
            "không kết nối: không có lợi ích bằng tiền (thiếu giá, hoặc cước vận chuyển lớn hơn chênh lệch)"
                .to_owned()
        }
        Outcome::Policy => "không kết nối: cơ chế phân bổ chưa chọn cặp này dù vẫn còn khối lượng".to_owned(),
    }
}

fn remedy(remedy: &Remedy) -> String {
    match remedy {
        Remedy::OtherProduct { offered, asked } => {
            format!(
                "chào bán `{offered}`; bên mua nhận {}",
                asked.iter().map(|p| format!("`{p}`")).collect::<Vec<_>>().join(", ")
            )
        }
        Remedy::LiftExclusion => "hai bên bị loại trừ nhau hoặc cặp này bị cấm: gỡ bỏ".to_owned(),
        Remedy::ShiftWindow { days, available, needed } => {
            format!("có hàng {available}, cần hàng {needed}: dời một bên {days} ngày")
        }
        Remedy::Certify { missing } => missing.iter().map(shortcoming).collect::<Vec<_>>().join("; "),
        Remedy::ShortenDistance { km, counted_km, limit_km } => {
            let over = (km * 1000.0).ceil() / 1000.0;
            let text = format!("{counted_km:.3} km so với giới hạn {limit_km:.3} km: vượt {over:.3} km");
            text.replace('.', ",")
        }
        Remedy::AgreePrice { vnd_per_kg, ask_at_most, bid_at_least } => format!(
            "chênh {}: giá chào từ {} trở xuống, hoặc giá mua từ {} trở lên",
            vnd(VndPerKg(*vnd_per_kg)),
            vnd(*ask_at_most),
            vnd(*bid_at_least)
        ),
        Remedy::LowerLot { kg: between, lot_kg, volume_kg } => format!(
            "lô tối thiểu {} lớn hơn khối lượng {}: chênh {}",
            kg(*lot_kg),
            kg(*volume_kg),
            kg(*between)
        ),
        Remedy::RaiseScore { missing, least } => {
            format!("thấp hơn điểm tối thiểu {least} là {missing}").replace('.', ",")
        }
        Remedy::Unspecified { rule: stopped } => format!("vướng {}", rule(*stopped)),
    }
}

fn shortcoming(s: &Shortcoming) -> String {
    let Shortcoming { standard, from, until, state } = s;
    let days = if from == until { format!("ngày {from}") } else { format!("từ {from} đến {until}") };
    match state {
        Held::Nothing => format!("cần có chứng nhận `{standard}`, hiệu lực {days}"),
        Held::PartOfTheDays { held, from: late, until: early } => {
            let taken = if held == standard { String::new() } else { format!(" (thay cho `{standard}`)") };
            format!("`{held}`{taken} {}: cần gia hạn để có hiệu lực {days}", ends(*late, *early))
        }
        Held::AcceptanceLapses { held, from: late, until: early } => format!(
            "`{held}` chỉ được chấp nhận thay `{standard}` trong một phần thời gian ({}): cần có chính `{standard}`, hiệu lực {days}",
            ends(*late, *early)
        ),
        Held::NotInForce { status } => {
            let status = match status {
                CertificateStatus::Active => "còn hiệu lực",
                CertificateStatus::Suspended => "bị đình chỉ",
                CertificateStatus::Revoked => "bị thu hồi",
            };
            format!("`{standard}` {status}: cần được khôi phục, hiệu lực {days}")
        }
        Held::OtherProducts => {
            format!("`{standard}` chỉ cấp cho sản phẩm khác: mở rộng cho sản phẩm này, hiệu lực {days}")
        }
        Held::NotThisLot => {
            format!("có `{standard}` nhưng không áp dụng cho lô này: cần chứng nhận cho lô, hiệu lực {days}")
        }
    }
}

/// The end or ends at which a span falls short.
fn ends(late: Option<Date>, early: Option<Date>) -> String {
    match (late, early) {
        (Some(late), Some(early)) => format!("chỉ từ {late} đến {early}"),
        (Some(late), None) => format!("chỉ từ {late}"),
        (None, Some(early)) => format!("chỉ đến {early}"),
        (None, None) => "không phủ hết các ngày".to_owned(),
    }
}

fn reason(why: Reason) -> &'static str {
    match why {
        Reason::Rule(Rule::Product) => "không ai hỏi mua, hoặc không ai bán, sản phẩm này",
        Reason::Rule(Rule::Excluded) => "cặp gần nhất bị loại trừ",
        Reason::Rule(Rule::Window) => "thời gian không trùng nhau",
        Reason::Rule(Rule::Certification) => "thiếu chứng nhận bắt buộc",
        Reason::Rule(Rule::Distance) => "quá xa",
        Reason::Rule(Rule::Price) => "giá chào cao hơn giá mua",
        Reason::Rule(Rule::Lot) | Reason::Lot => "khối lượng dưới lô tối thiểu",
        Reason::Rule(Rule::Score) => "điểm dưới mức tối thiểu",
        Reason::NoCounterpart => "phía bên kia không có ai",
        Reason::OutCompeted => "các cặp khác có giá trị hơn",
        Reason::Capacity => "đã hết khả năng cung ứng hoặc tiêu thụ, hoặc đối tác đã đủ khối lượng",
        Reason::PartnerLimit => "số đối tác có giới hạn",
        Reason::AllOrNothing => "nhu cầu chỉ nhận đủ hoặc không nhận, và không được đáp ứng đủ",
        Reason::CertifiedVolume => "sản lượng được chứng nhận đã hết",
        Reason::Tie => "ngang điểm, quyết định theo quy tắc đã công bố",
        Reason::Policy => "cơ chế phân bổ chưa chọn",
    }
}

fn rule(rule: Rule) -> &'static str {
    match rule {
        Rule::Product => "sản phẩm",
        Rule::Excluded => "loại trừ",
        Rule::Window => "thời gian",
        Rule::Certification => "chứng nhận",
        Rule::Distance => "khoảng cách",
        Rule::Price => "giá",
        Rule::Lot => "lô tối thiểu",
        Rule::Score => "điểm tối thiểu",
    }
}

fn criterion(criterion: Criterion) -> &'static str {
    match criterion {
        Criterion::Product => "sản phẩm",
        Criterion::Volume => "khối lượng",
        Criterion::Certification => "chứng nhận",
        Criterion::Location => "địa điểm",
        Criterion::Price => "giá",
        Criterion::Timing => "thời gian",
        Criterion::Services => "dịch vụ",
        Criterion::Relationship => "quan hệ",
    }
}

fn kind(kind: AcceptanceKind) -> &'static str {
    match kind {
        AcceptanceKind::Legal => "theo luật",
        AcceptanceKind::Technical => "theo kỹ thuật",
        AcceptanceKind::Market => "theo thông lệ thị trường",
    }
}
