//! Faults, warnings and notes in Vietnamese.
//!
//! Messages are written once, in English; here stands what each is in Vietnamese, with `{}` where values go. What has
//! no entry stays English, so a message is never lost. Entries are for what people meet who fill in workbooks and
//! answer to plans; faults of documents that only programs write are left English.

use std::borrow::Cow;

use super::{Error, Issue, Severity, printable};

/// An English text and the Vietnamese one, holes in the same order.
type Pair = (&'static str, &'static str);

/// A place in a sheet.
const PLACES: [Pair; 6] = [
    ("{} row {}, column {}, item {}", "trang {} dòng {}, cột {}, mục {}"),
    ("{} row {}, column {}", "trang {} dòng {}, cột {}"),
    ("{} row {}", "trang {} dòng {}"),
    ("{} column {}", "trang {} cột {}"),
    ("sheet {}", "trang {}"),
    ("the workbook", "tệp"),
];

/// What is wrong, or what was read into what.
const MESSAGES: &[Pair] = &[
    // Notes.
    ("“{}” read as none", "“{}” hiểu là không có"),
    ("“{}” read as {}; write {} if that was meant", "“{}” hiểu là {}; nếu ý là {} thì ghi như vậy"),
    ("“{}” read as {}", "“{}” hiểu là {}"),
    ("“{}” is not held, so it was left out", "“{}” là chưa có, nên không tính"),
    ("“({})” was left out", "bỏ qua “({})”"),
    ("read as a list separated by commas", "hiểu là danh sách cách nhau bằng dấu phẩy"),
    ("read as open to negotiation", "hiểu là giá thỏa thuận"),
    ("read as yes", "hiểu là có"),
    ("read as no", "hiểu là không"),
    (
        "read as {} đồng a kilogram: of {} to {} the lower, which it asks for at the least favourable",
        "hiểu là {} đồng một kg: từ {} đến {} lấy giá thấp, là giá bán kém lợi nhất",
    ),
    (
        "read as {} đồng a kilogram: of {} to {} the upper, which it bids at the least favourable",
        "hiểu là {} đồng một kg: từ {} đến {} lấy giá cao, là giá mua kém lợi nhất",
    ),
    ("read as {} đồng a kilogram; rounded to whole đồng", "hiểu là {} đồng một kg, làm tròn đến đồng"),
    ("read as {} đồng a kilogram", "hiểu là {} đồng một kg"),
    (
        "{} đồng a kilogram, as written; write {} if thousands were meant",
        "{} đồng một kg, đúng như ghi; nếu ý là nghìn thì ghi {}",
    ),
    ("read as {} kg; the part of a kilogram is left out", "hiểu là {} kg, bỏ phần lẻ dưới một kg"),
    ("read as {} kg, {} months", "hiểu là {} kg trong {} tháng"),
    ("read as {} kg, one harvest", "hiểu là {} kg trong một vụ"),
    ("read as {} kg, one year", "hiểu là {} kg trong một năm"),
    ("read as {} kg, one lot", "hiểu là {} kg trong một đợt"),
    ("read as {} kg, {} kg each", "hiểu là {} kg, mỗi quả (con, bó) {} kg"),
    ("read as {} kg, by the catalogue's {} kg a {}", "hiểu là {} kg, theo danh mục {} kg một {}"),
    ("read as {} months", "hiểu là {} tháng"),
    ("read as latitude {}, longitude {}", "hiểu là vĩ độ {}, kinh độ {}"),
    ("the serial number of a day, read as {}", "là số thứ tự của ngày, hiểu là {}"),
    ("read as {}", "hiểu là {}"),
    ("blanks around the text were left out", "bỏ khoảng trắng thừa ở hai đầu"),
    ("numbers without a unit are read as đồng a kilogram", "số không ghi đơn vị hiểu là đồng một kg"),
    ("numbers without a unit are read as kilograms", "số không ghi đơn vị hiểu là kg"),
    (
        "{} certificates without dates, so in force on any day",
        "{} chứng nhận không ghi ngày, nên coi là luôn còn hiệu lực",
    ),
    ("taken from row {}, with which it is merged", "lấy ở dòng {}, vì ô được gộp với dòng đó"),
    ("has no id, so it is called {}", "không có mã, nên đặt mã là {}"),
    // Cells.
    ("the day of the round, as_of (ngày), is missing", "thiếu ngày của phiên"),
    ("the required column {} is missing", "thiếu cột bắt buộc {}"),
    ("the required field {} is missing", "thiếu mục bắt buộc {}"),
    ("no row names the columns of this sheet", "trang này không có dòng tiêu đề cột"),
    ("several bear this name", "có nhiều đơn vị cùng tên này"),
    ("several places bear this name", "có nhiều nơi cùng tên này"),
    ("“{}” can be more than one product", "“{}” có thể là nhiều sản phẩm"),
    ("“{}” can be more than one standard", "“{}” có thể là nhiều tiêu chuẩn"),
    ("“{}” is no product known here", "không có sản phẩm nào tên “{}” trong danh mục"),
    ("“{}” is no standard known here", "không có tiêu chuẩn nào tên “{}” trong danh mục"),
    ("there is no place of this name", "không có nơi nào tên như vậy"),
    ("whether “{}” is held beside “{}” is not clear", "không rõ có “{}” bên cạnh “{}” hay không"),
    ("{} has no weight here", "không biết một {} nặng bao nhiêu"),
    ("`ta` can be `tạ` (100 kg) or `tá` (12 pieces)", "`ta` có thể là `tạ` (100 kg) hoặc `tá` (12 cái)"),
    ("a `chục` is 10 pieces in one place and 12 or 14 in another", "một `chục` nơi là 10, nơi là 12 hoặc 14"),
    ("{} is no unit known here", "không có đơn vị nào là {}"),
    ("this is not a number", "đây không phải là số"),
    ("this has more than three decimals", "số này có hơn ba chữ số thập phân"),
    ("{} can be {}, or {} and {} thousandths", "{} có thể là {}, cũng có thể là {} phẩy {}"),
    ("how often “{}” comes is not known", "không rõ “{}” là bao nhiêu lần"),
    ("a volume a month, and no months", "ghi lượng mỗi tháng mà không có số tháng"),
    ("a volume stands here as a range", "khối lượng ghi từ … đến …"),
    ("a volume is above nothing", "khối lượng phải lớn hơn 0"),
    ("this is no volume", "đây không phải là khối lượng"),
    ("this number is no volume", "số này không phải là khối lượng"),
    ("this volume is beyond all limits", "khối lượng này quá lớn"),
    (
        "{} kilograms are not whole: tonnes, or a point between thousands?",
        "{} kg không phải số nguyên: ý là tấn, hay là dấu chấm hàng nghìn?",
    ),
    ("these are no months", "đây không phải là tháng"),
    ("this is no weight of a piece", "đây không phải là khối lượng một quả"),
    ("this is no price", "đây không phải là giá"),
    ("{} is not đồng", "{} không phải là đồng"),
    ("{} đồng a kilogram: were thousands meant?", "{} đồng một kg: ý là nghìn đồng?"),
    ("the ends of the range are counted in different units", "hai đầu của khoảng giá khác đơn vị"),
    ("this is no date", "đây không phải là ngày"),
    ("there is no such day", "không có ngày này"),
    ("there is no such month", "không có tháng này"),
    ("the year is missing", "thiếu năm"),
    ("the year {} is not written in four digits", "năm {} phải ghi bốn chữ số"),
    ("this date lies outside the calendar", "ngày này nằm ngoài lịch"),
    ("a bare number stands where a date is expected", "ở đây phải là ngày, không phải một con số"),
    (
        "the month stands before the day here, or one of them is wrong",
        "tháng đứng trước ngày, hoặc một trong hai bị sai",
    ),
    ("this is neither yes nor no", "đây không phải là có hay không"),
    ("this word is not known here", "không hiểu từ này"),
    ("this number must be whole", "số này phải là số nguyên"),
    ("a number of this length has lost its last digits", "số dài như thế này đã mất các chữ số cuối"),
    ("a date stands where text is expected", "ở đây phải là chữ, không phải ngày"),
    ("there is no value in this cell", "ô này không có giá trị"),
    ("the cell shows the error {}", "ô này báo lỗi {}"),
    ("the cell holds a formula that was never computed", "công thức trong ô này chưa được tính"),
    (
        "this cell is merged with others, and what each of them holds cannot be told",
        "ô này gộp với ô khác, nên không biết mỗi ô là bao nhiêu",
    ),
    ("what is not held is no certificate", "chưa có thì không phải là chứng nhận"),
    ("several standards stand here", "ở đây có nhiều tiêu chuẩn"),
    ("a substitute is a product and how well it fits", "sản phẩm thay thế gồm tên và mức phù hợp"),
    ("a place stands here both as a name and as coordinates", "nơi chốn ghi cả bằng tên lẫn bằng tọa độ"),
    (
        "this sheet is not read, and its name is almost that of one that would be",
        "trang này không được đọc, mà tên gần giống một trang được đọc",
    ),
    (
        "this sheet is hidden, and its name is that of a part of the market",
        "trang này bị ẩn, mà tên là của một phần dữ liệu",
    ),
    ("a second sheet holds {}", "có hai trang cùng cho {}"),
    // Entries.
    ("the id stands at {} already", "mã này đã có ở {}"),
    ("there is no cooperative with this id", "không có hợp tác xã nào mang mã này"),
    ("there is no such cooperative", "không có hợp tác xã này"),
    ("there is no enterprise with this id", "không có doanh nghiệp nào mang mã này"),
    ("there is no offer with this id", "không có chào bán nào mang mã này"),
    ("there is no demand with this id", "không có nhu cầu nào mang mã này"),
    ("a mass here is from {} to 10^12 kg", "khối lượng ở đây phải từ {} đến 10^12 kg"),
    ("the window ends on {} before it begins on {}", "thời gian kết thúc ngày {}, trước khi bắt đầu ngày {}"),
    (
        "the certificate ends on {} before it begins on {}",
        "chứng nhận hết hạn ngày {}, trước khi có hiệu lực ngày {}",
    ),
    (
        "the minimum lot is above the volume of {}, so nothing can be traded",
        "lô tối thiểu lớn hơn khối lượng {}, nên không bán được gì",
    ),
    ("{} holds no certificate for this standard", "{} không có chứng nhận cho tiêu chuẩn này"),
    ("the certificate for {} expired on {}", "chứng nhận {} đã hết hạn ngày {}"),
    (
        "the offers it covers add up to {} kg, above the {} it is limited to",
        "các chào bán dùng chứng nhận này cộng lại {} kg, vượt giới hạn {}",
    ),
    ("{} has almost the same name", "tên gần giống ở {}"),
    ("the catalogue has no such product", "danh mục không có sản phẩm này"),
    ("the catalogue has no such standard", "danh mục không có tiêu chuẩn này"),
    ("the catalogue has no such place", "danh mục không có nơi này"),
    ("this stands in the list already", "mục này đã có trong danh sách"),
    ("this exclusion stands in the list already", "cặp loại trừ này đã có trong danh sách"),
    (
        "a name is 1 to 1024 bytes without control characters",
        "tên dài 1 đến 1024 byte, không có ký tự điều khiển",
    ),
    // Decisions.
    ("what is {} needs a volume", "quyết định {} phải có khối lượng"),
    ("what is {} has no volume", "quyết định {} không có khối lượng"),
    (
        "the plan has nothing for this pair, so nobody knows how much",
        "phương án không có gì cho cặp này, nên không biết là bao nhiêu",
    ),
    ("a volume is from 1 to 10^12 kg", "khối lượng phải từ 1 đến 10^12 kg"),
    ("{} is 1 to 1024 bytes without control characters", "{} dài 1 đến 1024 byte, không có ký tự điều khiển"),
    ("nothing is decided about this pair", "chưa có quyết định nào về cặp này"),
    (
        "this pair delivers through a pool, which its kilograms would leave",
        "cặp này giao qua điểm gom; số kg này sẽ ra khỏi điểm gom",
    ),
    ("{} is about the same pair and says {}", "{} cũng nói về cặp này và ghi là {}"),
    (
        "the market has a contract over {} on this pair, which counts in",
        "cặp này đã có hợp đồng {}, tính cả vào đây",
    ),
    ("the market has a contract over {} on this pair", "cặp này đã có hợp đồng {}"),
    ("there is no offer {} in the market{}", "không có chào bán {}{}"),
    ("there is no demand {} in the market{}", "không có nhu cầu {}{}"),
    ("who decided is missing", "chưa ghi ai quyết định"),
    ("why is missing", "chưa ghi lý do"),
    ("something is written here, and no decision", "có ghi ở đây mà không có quyết định"),
    ("this is none of the decisions", "đây không phải là một quyết định"),
];

/// What to do about it.
const REMEDIES: &[Pair] = &[
    ("Did you mean {}?", "Có phải là {}?"),
    ("Write one of the ids {}.", "Ghi một trong các mã {}."),
    ("Write one of {}.", "Ghi một trong: {}."),
    (
        "Add a sheet `market` with a row: as_of, then the day, such as 28/11/2025 ({}).",
        "Ở trang Thông tin, dòng Ngày, ghi ngày của phiên, như 28/11/2025.",
    ),
    (
        "`lienket catalogue` lists what is known; add others to the market's own catalogue.",
        "Chọn tên trong danh sách của ô (lệnh `lienket catalogue` in tất cả), hoặc thêm vào danh mục riêng.",
    ),
    (
        "Write the volume in kilograms, or fill in the column kg_per_piece (kg mỗi quả).",
        "Ghi khối lượng bằng kg, hoặc điền cột Kg mỗi quả.",
    ),
    ("Write the marks, or kilograms.", "Ghi đủ dấu, hoặc ghi bằng kg."),
    ("Write kilograms, such as 0,35.", "Ghi số kg, như 0,35."),
    ("Write kilograms.", "Ghi bằng kg."),
    (
        "Write kilograms as a number alone, or a number with kg, tạ, tấn.",
        "Ghi số kg, hoặc số kèm kg, tạ, tấn.",
    ),
    ("Write digits, such as 20000 or 20.000 or 1.529,5.", "Ghi bằng chữ số, như 20000, 20.000 hoặc 1.529,5."),
    ("Write three at most.", "Ghi nhiều nhất ba chữ số."),
    (
        "Write {}, or the decimals with fewer or more than three digits.",
        "Ghi {}, hoặc ghi phần lẻ không phải đúng ba chữ số.",
    ),
    ("Write whole kilograms, or the unit with the number.", "Ghi số kg nguyên, hoặc ghi đơn vị cùng với số."),
    ("Write whole kilograms.", "Ghi số kg nguyên."),
    ("Write the whole volume of the round.", "Ghi tổng khối lượng cho cả phiên."),
    (
        "Fill in the harvest months (tháng thu hoạch), or write the whole volume.",
        "Điền cột Tháng thu hoạch, hoặc ghi tổng khối lượng.",
    ),
    ("Write the one that is sure.", "Ghi lượng chắc chắn có."),
    (
        "Write how many, such as 6, or which, such as 3-8.",
        "Ghi số tháng, như 6, hoặc những tháng nào, như 3-8.",
    ),
    (
        "Write đồng a kilogram as a number alone, such as 15000, or 15 nghìn đ/kg.",
        "Ghi số đồng một kg, như 15000, hoặc 15 nghìn đ/kg.",
    ),
    (
        "Write day/month/year such as 31/3/2026, or 2026-03-31, or tháng 3/2026.",
        "Ghi ngày/tháng/năm như 31/3/2026, hoặc 2026-03-31, hoặc tháng 3/2026.",
    ),
    ("Write có or không.", "Ghi có hoặc không."),
    (
        "Write each standard as an item of its own.",
        "Ghi mỗi tiêu chuẩn thành một mục riêng, cách nhau bằng dấu chấm phẩy.",
    ),
    ("Write digits only, such as 120.", "Chỉ ghi chữ số, như 120."),
    ("Write a number, such as 0,8 or 250.", "Ghi một số, như 0,8 hoặc 250."),
    ("Format the cell as text and write it again.", "Định dạng ô là văn bản rồi ghi lại."),
    ("Write the value.", "Ghi giá trị."),
    ("Correct the formula or write the value.", "Sửa công thức, hoặc ghi thẳng giá trị."),
    (
        "Open the workbook in a spreadsheet program and save it, or write the value.",
        "Mở tệp bằng Excel rồi lưu lại, hoặc ghi thẳng giá trị.",
    ),
    ("Unmerge the cells and fill in each.", "Bỏ gộp ô rồi điền từng ô."),
    ("Delete the row.", "Xóa dòng này."),
    ("Write a row for each.", "Ghi mỗi tiêu chuẩn một dòng."),
    (
        "Write product:fit, such as herb/lotus-tea:0.6, separated by semicolons.",
        "Ghi sản phẩm:mức phù hợp, như trà sen:0,6, cách nhau bằng dấu chấm phẩy.",
    ),
    (
        "Fill in either the place, or latitude and longitude.",
        "Chỉ điền nơi chốn, hoặc chỉ điền vĩ độ và kinh độ.",
    ),
    (
        "Write a province, or latitude and longitude in columns of their own.",
        "Ghi tên tỉnh, hoặc vĩ độ và kinh độ ở hai cột riêng.",
    ),
    (
        "Rename it to {}, or to something else if it is no part of the market.",
        "Đổi tên thành {}, hoặc tên khác hẳn nếu không phải dữ liệu của phiên.",
    ),
    ("Unhide it if it is to be read, or rename or delete it.", "Bỏ ẩn nếu cần đọc, hoặc đổi tên, hoặc xóa."),
    ("Put the rows of both into one.", "Gộp các dòng vào một trang."),
    ("Name the columns in the first row: {}.", "Ghi tên cột ở dòng đầu: {}."),
    ("Add the column and fill it in.", "Thêm cột đó và điền vào."),
    ("Write whose it is.", "Ghi của ai."),
    ("Give every entry an id of its own.", "Đặt cho mỗi dòng một mã riêng."),
    ("Add the cooperative or correct the id.", "Thêm hợp tác xã, hoặc sửa mã."),
    ("Add the enterprise or correct the id.", "Thêm doanh nghiệp, hoặc sửa mã."),
    ("Add the offer or correct the id.", "Thêm chào bán, hoặc sửa mã."),
    ("Add the demand or correct the id.", "Thêm nhu cầu, hoặc sửa mã."),
    ("Add it.", "Điền vào."),
    ("Exchange the two days.", "Đổi chỗ hai ngày."),
    ("Lower the lot.", "Giảm lô tối thiểu."),
    (
        "Add the certificate to the cooperative, or drop the standard here.",
        "Thêm chứng nhận ở trang Chứng nhận, hoặc bỏ tiêu chuẩn này ở đây.",
    ),
    ("Renew it or leave it out; it covers no day after that.", "Gia hạn hoặc bỏ đi; sau ngày đó không tính."),
    ("No more than the limit will be sold under it.", "Chỉ bán được trong giới hạn này."),
    (
        "If they are one party, merge them; if not, tell them apart by name.",
        "Nếu là một đơn vị thì gộp lại; nếu không thì đặt tên cho dễ phân biệt.",
    ),
    (
        "It is matched all the same; add it under /catalogue/products to name it.",
        "Vẫn được kết nối; muốn có tên thì thêm vào danh mục riêng.",
    ),
    ("Once is enough; it counts once.", "Ghi một lần là đủ; chỉ tính một lần."),
    ("Once is enough.", "Ghi một lần là đủ."),
    ("Correct it or leave it out.", "Sửa lại, hoặc bỏ trống."),
    ("Leave it out.", "Bỏ đi."),
    ("Correct the id.", "Sửa mã."),
    (
        "Leave it out; where part of it holds, write `accepted` with that part.",
        "Bỏ trống; nếu một phần vẫn giữ thì ghi `đồng ý` với phần đó.",
    ),
    ("Write the kilograms as `volume_kg`.", "Ghi số kg ở cột Khối lượng."),
    ("Say who decided, and why: it stays in the log.", "Ghi ai quyết định và vì sao: sẽ lưu lại."),
    (
        "Write one decision a pair: the one that holds.",
        "Mỗi cặp chỉ ghi một quyết định: quyết định cuối cùng.",
    ),
    (
        "A contract is changed in the market, before the rounds.",
        "Hợp đồng chỉ sửa trong dữ liệu, trước các vòng.",
    ),
    (
        "Choose one in the column Quyết định, or empty the row's answers.",
        "Chọn ở cột Quyết định, hoặc xóa phần trả lời của dòng.",
    ),
    ("Write who, such as chị Hoa: it stays in the log.", "Ghi tên người, như chị Hoa: sẽ lưu lại."),
    ("Write why, such as giá thấp: it stays in the log.", "Ghi lý do, như giá thấp: sẽ lưu lại."),
];

/// What was not read, after its place.
#[cfg(feature = "csv")]
const LEFT_OUT: [Pair; 8] = [
    ("hidden", "bị ẩn"),
    ("no rows of cells", "không có dòng nào"),
    ("no list of the market is called so", "không phải trang dữ liệu của phiên"),
    ("a remark, as it begins with #", "là ghi chú, vì bắt đầu bằng #"),
    ("above the header", "nằm trên dòng tiêu đề"),
    ("no value beside it", "bên cạnh không có giá trị"),
    ("no field of the market; did you mean {}?", "không phải cột dữ liệu; có phải là {}?"),
    ("no field of the market", "không phải cột dữ liệu"),
];

/// What stands in the holes of a pattern, if a text is one of it. Holes end where the next words first come.
fn holes<'t>(pattern: &str, text: &'t str) -> Option<Vec<&'t str>> {
    let mut parts = pattern.split("{}");
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut found = Vec::new();
    let mut parts = parts.peekable();
    while let Some(words) = parts.next() {
        // The last words end the text; of an empty end the hole takes all.
        let at = match parts.peek() {
            None => rest.len().checked_sub(words.len()).filter(|at| rest.get(*at..) == Some(words))?,
            Some(_) => rest.find(words)?,
        };
        found.push(&rest[..at]);
        rest = &rest[at + words.len()..];
    }
    rest.is_empty().then_some(found)
}

fn among<'t>(pairs: &[Pair], text: &'t str, each: fn(&str) -> Cow<'_, str>) -> Cow<'t, str> {
    for (english, vietnamese) in pairs {
        let Some(values) = holes(english, text) else { continue };
        let mut values = values.into_iter();
        let mut told = String::new();
        let mut parts = vietnamese.split("{}");
        told.push_str(parts.next().unwrap_or_default());
        for part in parts {
            told.push_str(&each(values.next().unwrap_or_default()));
            told.push_str(part);
        }
        return Cow::Owned(told);
    }
    Cow::Borrowed(text)
}

fn as_is(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}

/// A place in a sheet; pointers into documents stay.
pub(crate) fn place(text: &str) -> Cow<'_, str> {
    if text.starts_with('/') { as_is(text) } else { among(&PLACES, text, as_is) }
}

/// A message; a place in it is told as one.
pub(crate) fn message(text: &str) -> Cow<'_, str> {
    among(MESSAGES, text, |value| if value.contains(" row ") { place(value) } else { as_is(value) })
}

/// What to do.
pub(crate) fn remedy(text: &str) -> Cow<'_, str> {
    among(REMEDIES, text, as_is)
}

/// Why something was not read.
#[cfg(feature = "csv")]
pub(crate) fn left_out(text: &str) -> String {
    let Some((at, why)) = text.rsplit_once(": ") else { return text.to_owned() };
    format!("{}: {}", place(at), among(&LEFT_OUT, why, as_is))
}

impl Issue {
    /// The issue as [`Display`](std::fmt::Display) shows it, in Vietnamese: its code stays, and so does a message that
    /// only programs meet.
    ///
    /// ```
    /// # use lienket::{Kg, Market, MarketParts, Offer};
    /// let mut parts = MarketParts::new("2025-11-28".parse()?);
    /// parts.offers.push(Offer::new("o-1", "htx-11", "tea", Kg(0)));
    /// let error = Market::build(parts).unwrap_err();
    /// let told: Vec<String> = error.issues().iter().map(lienket::Issue::in_vietnamese).collect();
    /// assert!(told.iter().any(|told| told.contains("không có hợp tác xã nào mang mã này (đang ghi: htx-11)")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn in_vietnamese(&self) -> String {
        let kind = match self.severity {
            Severity::Error => "lỗi",
            Severity::Warning => "lưu ý",
        };
        let pointer: String = self.pointer.chars().flat_map(printable).collect();
        let place = if pointer.is_empty() { Cow::Borrowed("(tài liệu)") } else { place(&pointer) };
        let found = self.found.as_ref().map_or_else(String::new, |found| format!(" (đang ghi: {found})"));
        format!("{kind}[{}] {place}: {}{found}. {}", self.code, message(&self.message), remedy(&self.help))
    }
}

impl Error {
    /// The error in Vietnamese, as far as it is about what people fill in; else as it is shown.
    #[must_use]
    pub fn in_vietnamese(&self) -> String {
        let lines = |issues: &[Issue]| issues.iter().map(Issue::in_vietnamese).collect::<Vec<_>>().join("\n");
        match self {
            Self::Faults(issues) => format!("có {} lỗi trong tài liệu:\n{}", issues.len(), lines(issues)),
            Self::Refuted(issues) => format!("phương án không đúng:\n{}", lines(issues)),
            other => other.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_filled() {
        assert_eq!(holes("{} row {}", "Chào bán row 4"), Some(vec!["Chào bán", "4"]));
        assert_eq!(holes("{} row {}", "Chào bán"), None);
        assert_eq!(holes("read as {}", "read as "), Some(vec![""]));
        assert_eq!(holes("a{}b", "axxbyb"), Some(vec!["xxby"]));
        assert_eq!(holes("ab{}b", "ab"), None);
        assert_eq!(message("“chè” read as `tea`"), "“chè” hiểu là `tea`");
        assert_eq!(
            place("Chào bán row 4, column D (Sản lượng (kg))"),
            "trang Chào bán dòng 4, cột D (Sản lượng (kg))"
        );
        assert_eq!(
            message("the id stands at Chào bán row 16 already"),
            "mã này đã có ở trang Chào bán dòng 16"
        );
        assert_eq!(message("something new"), "something new");
        #[cfg(feature = "csv")]
        assert_eq!(
            left_out("Hợp đồng row 2: a remark, as it begins with #"),
            "trang Hợp đồng dòng 2: là ghi chú, vì bắt đầu bằng #"
        );
    }

    #[test]
    fn both_sides_have_the_same_holes() {
        for list in [&PLACES[..], MESSAGES, REMEDIES] {
            for (english, vietnamese) in list {
                let count = |text: &str| text.matches("{}").count();
                assert!(count(vietnamese) <= count(english), "{english}");
                // No earlier, wider pattern hides it.
                let same = among(list, english, as_is);
                assert_eq!(same, *vietnamese, "{english}");
            }
        }
    }
}
