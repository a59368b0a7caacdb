//! Words of reports, in each language.

use crate::plan::{Language, Status};
use crate::policy::{Mechanism, Objective};
use crate::units::grouped;

/// Words of the report in a language.
pub(super) struct Words {
    pub(super) thousands: char,
    pub(super) point: char,
    pub(super) title: &'static str,
    pub(super) cooperatives: &'static str,
    pub(super) enterprises: &'static str,
    pub(super) offers: &'static str,
    pub(super) demands: &'static str,
    pub(super) candidates: &'static str,
    pub(super) optimal: &'static str,
    pub(super) feasible: &'static str,
    pub(super) nothing: &'static str,
    pub(super) stable: &'static str,
    pub(super) fair: &'static str,
    pub(super) egalitarian: &'static str,
    pub(super) costs: &'static str,
    /// By score, volume, welfare.
    pub(super) objectives: [&'static str; 3],
    pub(super) mechanisms: fn(Mechanism) -> &'static str,
    pub(super) matched: &'static str,
    pub(super) of_offered: &'static str,
    pub(super) of_demanded: &'static str,
    pub(super) linked: &'static str,
    pub(super) of: &'static str,
    pub(super) value: &'static str,
    pub(super) unpriced: &'static str,
    pub(super) score: &'static str,
    pub(super) distance: &'static str,
    pub(super) fill: [&'static str; 4],
    pub(super) links: &'static str,
    pub(super) wants: &'static str,
    pub(super) gets: &'static str,
    pub(super) contract: &'static str,
    pub(super) through: &'static str,
    pub(super) left_offers: &'static str,
    pub(super) left_demands: &'static str,
    pub(super) none: &'static str,
    /// Rows of the comparison: see `comparison`.
    pub(super) rows: [&'static str; 13],
    pub(super) comparison: &'static str,
    /// Rows of the frontier: see `comparison`.
    pub(super) frontier_rows: [&'static str; 7],
    pub(super) frontier: &'static str,
    pub(super) statuses: fn(Status) -> &'static str,
}

const ENGLISH: Words = Words {
    thousands: ',',
    point: '.',
    title: "Matching round as of",
    cooperatives: "cooperatives",
    enterprises: "enterprises",
    offers: "offers",
    demands: "demands",
    candidates: "candidate pairs",
    optimal: "proven: no plan is better",
    feasible: "best found; no plan is better by more than",
    nothing: "best found: nothing new; no plan is worth more than",
    stable: "proven: no two would rather trade with each other",
    fair: "proven: no fill rate can rise unless a lower one falls",
    egalitarian: "proven: the side in excess shares evenly in kg",
    costs: "against the optimum it costs",
    objectives: ["most score", "most volume, then most score", "most gain in VND"],
    mechanisms: |mechanism| match mechanism {
        Mechanism::Optimal => "optimal",
        Mechanism::Greedy => "greedy",
        Mechanism::Stable => "stable",
        Mechanism::Fair => "fair",
        Mechanism::Egalitarian => "egalitarian",
    },
    matched: "Matched",
    of_offered: "of what is offered",
    of_demanded: "of what is demanded",
    linked: "Linked",
    of: "of",
    value: "Value at the middle of ask and bid",
    unpriced: "without a price",
    score: "Mean score",
    distance: "mean distance",
    fill: ["Fill rates of cooperatives", "median", "least", "Gini"],
    links: "Links",
    wants: "wants",
    gets: "gets",
    contract: "by contract",
    through: "through",
    left_offers: "Offers with something left",
    left_demands: "Demands with something left",
    none: "none",
    comparison: "Mechanisms side by side",
    rows: [
        "proved",
        "matched, t",
        "score, million × t",
        "value, million VND",
        "linked cooperatives",
        "least fill rate",
        "median fill rate",
        "Gini of fill rates",
        "blocking pairs",
        "tonne-kilometres",
        "score lost to the best",
        "value lost to the best",
        "volume lost to the best",
    ],
    frontier: "The price of fairness: from the most valuable plan to the fairest",
    frontier_rows: [
        "least fill rate",
        "median fill rate",
        "Gini of fill rates",
        "linked cooperatives",
        "score lost to the optimum",
        "value lost to the optimum",
        "volume lost to the optimum",
    ],
    statuses: |status| match status {
        Status::Optimal => "optimal",
        Status::Feasible => "limits kept",
        Status::Stable => "stable",
        Status::Fair => "fair",
        Status::Egalitarian => "egalitarian",
    },
};

const VIETNAMESE: Words = Words {
    thousands: '.',
    point: ',',
    title: "Phiên kết nối cung cầu, tính đến ngày",
    cooperatives: "hợp tác xã",
    enterprises: "doanh nghiệp",
    offers: "chào bán",
    demands: "nhu cầu",
    candidates: "cặp có thể kết nối",
    optimal: "đã chứng minh: không phương án nào tốt hơn",
    feasible: "tốt nhất tìm được; không phương án nào tốt hơn quá",
    nothing: "tốt nhất tìm được: chưa có liên kết mới; không phương án nào có giá trị hơn",
    stable: "đã chứng minh: không có hai bên nào cùng muốn bỏ phương án này để mua bán với nhau",
    fair: "đã chứng minh: không thể nâng tỷ lệ tiêu thụ của ai mà không hạ của người thấp hơn",
    egalitarian: "đã chứng minh: bên dư được chia đều theo kg",
    costs: "so với tối ưu mất",
    objectives: [
        "tổng điểm lớn nhất",
        "khối lượng lớn nhất, rồi điểm lớn nhất",
        "lợi ích bằng tiền lớn nhất",
    ],
    mechanisms: |mechanism| match mechanism {
        Mechanism::Optimal => "tối ưu",
        Mechanism::Greedy => "lần lượt theo điểm",
        Mechanism::Stable => "ổn định",
        Mechanism::Fair => "công bằng",
        Mechanism::Egalitarian => "chia đều",
    },
    matched: "Đã kết nối",
    of_offered: "lượng chào bán",
    of_demanded: "lượng cần mua",
    linked: "Có liên kết",
    of: "trên",
    value: "Giá trị theo giá giữa chào bán và đặt mua",
    unpriced: "chưa có giá",
    score: "Điểm bình quân",
    distance: "khoảng cách bình quân",
    fill: ["Tỷ lệ tiêu thụ của hợp tác xã", "trung vị", "thấp nhất", "Gini"],
    links: "Liên kết",
    wants: "cần",
    gets: "nhận",
    contract: "theo hợp đồng",
    through: "qua điểm gom",
    left_offers: "Chào bán còn dư",
    left_demands: "Nhu cầu chưa đủ",
    none: "không có",
    comparison: "So sánh các cơ chế",
    rows: [
        "đã chứng minh",
        "đã kết nối, tấn",
        "điểm, triệu × tấn",
        "giá trị, triệu đồng",
        "hợp tác xã có liên kết",
        "tỷ lệ tiêu thụ thấp nhất",
        "tỷ lệ tiêu thụ trung vị",
        "hệ số Gini của tỷ lệ tiêu thụ",
        "cặp muốn phá phương án",
        "tấn-kilômét",
        "điểm mất so với tốt nhất",
        "giá trị mất so với tốt nhất",
        "khối lượng mất so với tốt nhất",
    ],
    frontier: "Cái giá của công bằng: từ phương án giá trị nhất đến phương án công bằng nhất",
    frontier_rows: [
        "tỷ lệ tiêu thụ thấp nhất",
        "tỷ lệ tiêu thụ trung vị",
        "hệ số Gini của tỷ lệ tiêu thụ",
        "hợp tác xã có liên kết",
        "điểm mất so với tối ưu",
        "giá trị mất so với tối ưu",
        "khối lượng mất so với tối ưu",
    ],
    statuses: |status| match status {
        Status::Optimal => "tối ưu",
        Status::Feasible => "giữ giới hạn",
        Status::Stable => "ổn định",
        Status::Fair => "công bằng",
        Status::Egalitarian => "chia đều",
    },
};

impl Words {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Vietnamese => &VIETNAMESE,
        }
    }

    pub(super) fn objective(&self, objective: Objective) -> &'static str {
        self.objectives[match objective {
            Objective::Score => 0,
            Objective::Volume => 1,
            Objective::Welfare => 2,
        }]
    }

    pub(super) fn whole(&self, number: i128) -> String {
        grouped(number, self.thousands)
    }

    /// A number in units of so many, rounded half up.
    pub(super) fn rounded(&self, number: i128, unit: i128) -> String {
        self.whole((number + unit / 2).div_euclid(unit))
    }

    /// A number with its noun, given as many: of one, English drops the s.
    pub(super) fn counted(&self, number: i128, noun: &str) -> String {
        let noun = if number == 1 { noun.strip_suffix('s').unwrap_or(noun) } else { noun };
        format!("{} {noun}", self.whole(number))
    }

    pub(super) fn kg(&self, kg: i128) -> String {
        format!("{} kg", self.whole(kg))
    }

    pub(super) fn decimal(&self, number: f64, digits: usize) -> String {
        format!("{number:.digits$}").replace('.', &self.point.to_string())
    }

    /// Hundredths with no more digits than they need.
    pub(super) fn shortest(&self, hundredths: u32) -> String {
        (f64::from(hundredths) / 100.0).to_string().replace('.', &self.point.to_string())
    }

    pub(super) fn optional(&self, number: Option<f64>, digits: usize) -> String {
        number.map_or_else(|| "–".to_owned(), |number| self.decimal(number, digits))
    }

    pub(super) fn percent(&self, share: f64) -> String {
        format!("{} %", self.decimal(share * 100.0, 1))
    }

    pub(super) fn optional_percent(&self, share: Option<f64>) -> String {
        share.map_or_else(|| "–".to_owned(), |share| self.percent(share))
    }
}
