//! The columns of the empty workbook: headers and notes, Vietnamese beside English.

/// A column of the template.
pub(super) struct Label {
    pub(super) column: &'static str,
    /// Header, in Vietnamese.
    pub(super) header: &'static str,
    /// What to write, in Vietnamese and in English.
    pub(super) note: &'static str,
    /// What stands in the sample row.
    pub(super) sample: &'static str,
}

const fn label(
    column: &'static str,
    header: &'static str,
    note: &'static str,
    sample: &'static str,
) -> Label {
    Label { column, header, note, sample }
}

/// A sheet of the template: the list, its Vietnamese name, its columns.
pub(super) type Sheet = (&'static str, &'static str, &'static [Label]);

const HTX: Label = label(
    "cooperative",
    "Hợp tác xã",
    "Mã hoặc tên ở trang Hợp tác xã. | Id or name from the sheet of cooperatives.",
    "htx-mau",
);
const DN: Label = label(
    "enterprise",
    "Doanh nghiệp",
    "Mã hoặc tên ở trang Doanh nghiệp. | Id or name from the sheet of enterprises.",
    "dn-mau",
);
const PRODUCT: Label = label(
    "product",
    "Sản phẩm",
    "Tên thường gọi hoặc mã; chọn trong danh sách. | Common name or id; choose from the list.",
    "Tôm sú",
);
const VOLUME: Label = label(
    "volume_kg",
    "Sản lượng (kg)",
    "Số kg, hoặc ghi cả đơn vị: 5 tấn; 5 tấn/tháng; 20.000 quả. | Kilograms, or with a unit: 5 tấn (tonnes), 300 tạ.",
    "5 tấn",
);
const MONTHS: Label = label(
    "months",
    "Tháng thu hoạch",
    "Khi ghi …/tháng: 3-8, hoặc số tháng. | Where the volume is a month's: 3-8, or how many.",
    "3-8",
);
const PIECE: Label =
    label("kg_per_piece", "Kg mỗi quả", "Khi ghi số quả, con, bó. | Where the volume is in pieces.", "");
const MIN_LOT: Label =
    label("min_lot_kg", "Lô tối thiểu (kg)", "Bỏ trống nếu không có. | Leave empty if there is none.", "500");
const PLACE: Label = label(
    "place",
    "Tỉnh, thành phố",
    "Tên cũ hoặc mới; chọn trong danh sách. | Old or new name; choose from the list.",
    "Cà Mau",
);
const LAT: Label = label("lat", "Vĩ độ", "Thay cho tỉnh, nếu biết. | Instead of the province, if known.", "");
const LON: Label =
    label("lon", "Kinh độ", "Thay cho tỉnh, nếu biết. | Instead of the province, if known.", "");
const TAGS: Label = label(
    "tags",
    "Đặc điểm",
    "Cách nhau bằng dấu chấm phẩy. | Separated by semicolons.",
    "mountain; women_led",
);
const CAPACITY: Label = label(
    "capacity_kg",
    "Công suất (kg)",
    "Bỏ trống nếu không giới hạn. | Leave empty if there is no limit.",
    "100000",
);
const NAME: Label = label("name", "Tên", "Tên đầy đủ. | Full name.", "Đơn vị mẫu");
const STANDARDS: &str = "VietGAP; OCOP 4 sao. Đang làm thì không tính. | Separated by semicolons; what is in progress is not held.";

/// Sheets in the order in which they are filled in.
pub(super) const SHEETS: [Sheet; 8] = [
    (
        "cooperatives",
        "Hợp tác xã",
        &[
            label("id", "Mã HTX", "Tự đặt, mỗi HTX một mã. | Your own, one each.", "# htx-mau"),
            NAME,
            label("kind", "Loại hình", "Chọn trong danh sách. | Choose from the list.", "hợp tác xã"),
            PLACE,
            LAT,
            LON,
            label("members", "Số thành viên", "Số người. | How many.", "25"),
            TAGS,
            CAPACITY,
        ],
    ),
    (
        "certificates",
        "Chứng nhận",
        &[
            label(
                "cooperative",
                "Hợp tác xã",
                "Mã hoặc tên ở trang Hợp tác xã. | Id or name from the sheet of cooperatives.",
                "# htx-mau",
            ),
            label("standard", "Tiêu chuẩn", "Chọn trong danh sách. | Choose from the list.", "OCOP 4 sao"),
            label(
                "products",
                "Sản phẩm",
                "Bỏ trống nếu cho mọi sản phẩm. | Leave empty if it is for all products.",
                "",
            ),
            label("valid_from", "Từ ngày", "ngày/tháng/năm. | day/month/year.", "1/1/2025"),
            label("valid_until", "Đến ngày", "ngày/tháng/năm. | day/month/year.", "31/12/2027"),
            label(
                "status",
                "Trạng thái",
                "Chọn trong danh sách; bỏ trống là còn hiệu lực. | Empty means in force.",
                "",
            ),
            label(
                "volume_kg",
                "Khối lượng (kg)",
                "Khối lượng được chứng nhận, nếu có giới hạn. | The certified volume, if limited.",
                "",
            ),
        ],
    ),
    (
        "enterprises",
        "Doanh nghiệp",
        &[
            label("id", "Mã DN", "Tự đặt, mỗi doanh nghiệp một mã. | Your own, one each.", "# dn-mau"),
            NAME,
            PLACE,
            LAT,
            LON,
            TAGS,
            CAPACITY,
        ],
    ),
    (
        "offers",
        "Chào bán",
        &[
            label("id", "Mã chào bán", "Tự đặt, mỗi dòng một mã. | Your own, one a row.", "# o-mau"),
            HTX,
            PRODUCT,
            VOLUME,
            MONTHS,
            PIECE,
            MIN_LOT,
            label(
                "ask_vnd_per_kg",
                "Giá chào (đ/kg)",
                "15000; 15–18 nghìn đ/kg (lấy giá thấp); thỏa thuận. | Of a range the lower end counts; thỏa thuận is open.",
                "15–18 nghìn đ/kg",
            ),
            label(
                "available_from",
                "Có từ",
                "ngày/tháng/năm hoặc tháng 3/2026. | day/month/year or month/year.",
                "1/12/2025",
            ),
            label(
                "available_to",
                "Có đến",
                "ngày/tháng/năm hoặc tháng 3/2026. | day/month/year or month/year.",
                "tháng 3/2026",
            ),
            PLACE,
            LAT,
            LON,
            label("certified", "Chứng nhận", STANDARDS, "OCOP 4 sao"),
            label(
                "seeks",
                "Cần hỗ trợ",
                "vốn; đào tạo; vận chuyển; bao bì. | credit; training; transport; packaging.",
                "vốn; vận chuyển",
            ),
            label(
                "max_buyers",
                "Số người mua tối đa",
                "Bỏ trống nếu không giới hạn. | Leave empty if there is no limit.",
                "",
            ),
        ],
    ),
    (
        "demands",
        "Nhu cầu",
        &[
            label("id", "Mã nhu cầu", "Tự đặt, mỗi dòng một mã. | Your own, one a row.", "# d-mau"),
            DN,
            PRODUCT,
            VOLUME,
            MONTHS,
            PIECE,
            MIN_LOT,
            label(
                "bid_vnd_per_kg",
                "Giá mua (đ/kg)",
                "15000; 15–18 nghìn đ/kg (lấy giá cao); thỏa thuận. | Of a range the upper end counts; thỏa thuận is open.",
                "18.000",
            ),
            label(
                "needed_from",
                "Cần từ",
                "ngày/tháng/năm hoặc tháng 3/2026. | day/month/year or month/year.",
                "1/12/2025",
            ),
            label(
                "needed_to",
                "Cần đến",
                "ngày/tháng/năm hoặc tháng 3/2026. | day/month/year or month/year.",
                "tháng 6/2026",
            ),
            PLACE,
            LAT,
            LON,
            label("requires", "Yêu cầu", STANDARDS, "VietGAP"),
            label("prefers", "Ưu tiên", STANDARDS, "OCOP 4 sao"),
            label("max_distance_km", "Khoảng cách tối đa", "Số km. | Kilometres.", "250"),
            label(
                "substitutes",
                "Thay thế",
                "Sản phẩm: mức phù hợp, như trà sen:0,6. | Product:fit from 0 to 1.",
                "",
            ),
            label("provides", "Hỗ trợ", "vốn; vận chuyển; bao bì. | credit; transport; packaging.", "vốn"),
            label(
                "max_suppliers",
                "Số nhà cung cấp tối đa",
                "Bỏ trống nếu không giới hạn. | Leave empty if there is no limit.",
                "",
            ),
            label(
                "all_or_nothing",
                "Lấy đủ",
                "Có: mua đủ hoặc không mua. | Yes: the whole volume or nothing.",
                "không",
            ),
            label(
                "accepts_market_equivalents",
                "Chấp nhận tương đương",
                "Có: nhận chứng nhận thường được coi là tương đương. | Yes: takes what buyers usually take.",
                "",
            ),
        ],
    ),
    (
        "contracts",
        "Hợp đồng",
        &[
            label("offer", "Mã chào bán", "Ở trang Chào bán. | From the sheet of offers.", "# o-mau"),
            label("demand", "Mã nhu cầu", "Ở trang Nhu cầu. | From the sheet of demands.", "d-mau"),
            label("volume_kg", "Khối lượng (kg)", "Số kg đã ký. | Kilograms signed.", "1000"),
        ],
    ),
    (
        "exclusions",
        "Loại trừ",
        &[label("cooperative", "Hợp tác xã", "Không gặp nhau. | These do not meet.", "# htx-mau"), DN],
    ),
    (
        "relations",
        "Quan hệ",
        &[
            label(
                "cooperative",
                "Hợp tác xã",
                "Đã từng làm việc với nhau. | These have worked together.",
                "# htx-mau",
            ),
            DN,
            label(
                "reliability",
                "Độ tin cậy",
                "Từ 0 đến 1; không biết thì bỏ trống. | 0 to 1; empty if unknown.",
                "0,9",
            ),
        ],
    ),
];
