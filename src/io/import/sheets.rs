//! The sheets of a workbook and what people call them and their columns, in Vietnamese and English.
//!
//! Names are compared folded: without marks, case, blanks and signs. Of several columns that could be one, the
//! earliest name of its list wins.

use crate::io::csv::columns::{Column, SHEETS, Sheet, may, must};

/// Entries of the market's own catalogue.
const PRODUCTS: Sheet =
    Sheet { list: "catalogue/products", file: "products.csv", columns: &[must("id"), must("name")] };
const STANDARDS: Sheet =
    Sheet { list: "catalogue/standards", file: "standards.csv", columns: &[must("id"), must("name")] };
const ACCEPTANCES: Sheet = Sheet {
    list: "catalogue/acceptances",
    file: "acceptances.csv",
    columns: &[must("holds"), must("for"), must("kind"), may("from"), may("until")],
};
const PLACES: Sheet = Sheet {
    list: "catalogue/places",
    file: "places.csv",
    columns: &[must("id"), must("name"), must("lat"), must("lon")],
};

/// Sheets of the market's own catalogue.
pub(in crate::io) const CATALOGUE: [&Sheet; 4] = [&PRODUCTS, &STANDARDS, &ACCEPTANCES, &PLACES];

/// Every sheet but the one of the market itself, with what it is called; its English name first.
const NAMES: [(&str, &[&str]); 13] = [
    (
        "cooperatives",
        &[
            "cooperatives",
            "hoptacxa",
            "htx",
            "cooperative",
            "danhsachhtx",
            "benban",
            "nhacungcap",
            "suppliers",
        ],
    ),
    ("certificates", &["certificates", "chungnhan", "chungchi", "giaychungnhan", "certificate"]),
    ("enterprises", &["enterprises", "doanhnghiep", "dn", "enterprise", "benmua", "nguoimua", "buyers"]),
    ("offers", &["offers", "chaoban", "chaohang", "nguoncung", "cung", "offer"]),
    ("demands", &["demands", "nhucau", "nhucaumua", "cau", "demand"]),
    ("contracts", &["contracts", "hopdong", "contract"]),
    ("exclusions", &["exclusions", "loaitru", "khonggap", "exclusion"]),
    ("relations", &["relations", "quanhe", "relation"]),
    ("barred", &["barred", "capcam", "khongketnoi"]),
    ("catalogue/products", &["products", "sanpham", "product", "danhmucsanpham"]),
    ("catalogue/standards", &["standards", "tieuchuan", "standard", "danhmuctieuchuan"]),
    ("catalogue/acceptances", &["acceptances", "thuanhan", "tuongduong", "acceptance"]),
    ("catalogue/places", &["places", "diadiem", "place", "danhmucdiadiem"]),
];

/// What the sheet of the market itself is called.
pub(in crate::io) const MARKET: [&str; 5] = ["market", "thongtin", "phien", "hoinghi", "thongtinchung"];

/// The sheet of a name, folded.
pub(in crate::io) fn of_name(folded: &str) -> Option<&'static Sheet> {
    let (list, _) = NAMES.iter().find(|(_, names)| names.contains(&folded))?;
    SHEETS.into_iter().chain(CATALOGUE).find(|sheet| sheet.list == *list)
}

/// Every name of a sheet, folded.
pub(in crate::io) fn sheet_names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().flat_map(|(_, names)| names.iter().copied())
}

/// What a column is for.
#[derive(Clone, Copy)]
pub(in crate::io) enum Target {
    /// A field of the entry.
    Column(&'static Column),
    /// The unit of the volume.
    Unit,
    /// The months in which a volume a month comes.
    Months,
    /// Kilograms of one piece.
    Piece,
    /// A cooperative's certificates in one cell.
    Certificates,
}

/// Columns that a list may have beside its fields.
const BESIDE: [(&str, &str, Target, &[&str]); 7] = [
    ("offers", "unit", Target::Unit, &["unit", "donvitinh", "dvt", "donvi"]),
    ("demands", "unit", Target::Unit, &["unit", "donvitinh", "dvt", "donvi"]),
    ("offers", "months", Target::Months, MONTHS),
    ("demands", "months", Target::Months, MONTHS),
    ("offers", "kg_per_piece", Target::Piece, PIECE),
    ("demands", "kg_per_piece", Target::Piece, PIECE),
    (
        "cooperatives",
        "certificates",
        Target::Certificates,
        &["certificates", "chungnhan", "chungchi", "giaychungnhan"],
    ),
];
const MONTHS: &[&str] = &[
    "months",
    "thangthuhoach",
    "harvestmonths",
    "sothang",
    "thoigianthuhoach",
    "muavu",
    "thang",
    "thanggiao",
];
const PIECE: &[&str] =
    &["kgperpiece", "kgmoiqua", "kg1qua", "kgqua", "khoiluong1qua", "khoiluongmotqua", "trongluongqua"];

/// What a column is called besides its field's own name: list (or any), column, names.
const CALLED: [(&str, &str, &[&str]); 55] = [
    ("cooperatives", "id", &["mahtx", "mahoptacxa", "madonvi", "ma", "maso", "code"]),
    ("enterprises", "id", &["madn", "madoanhnghiep", "madonvi", "ma", "maso", "code"]),
    ("offers", "id", &["machaoban", "machao", "malohang", "ma", "maso", "code"]),
    ("demands", "id", &["manhucau", "macau", "ma", "maso", "code"]),
    ("", "id", &["ma", "maso", "code"]),
    ("", "name", &["ten", "tendonvi", "tenhtx", "tenhoptacxa", "tendoanhnghiep", "tencongty", "tengoi"]),
    ("", "kind", &["loaihinh", "loai", "type", "hinhthuc"]),
    (
        "",
        "place",
        &[
            "noi",
            "diadiem",
            "tinhthanhpho",
            "tinhthanh",
            "tinh",
            "province",
            "diaban",
            "noigiao",
            "diemgiao",
            "diachi",
            "address",
        ],
    ),
    ("", "lat", &["vido", "latitude"]),
    ("", "lon", &["kinhdo", "longitude", "lng"]),
    ("", "members", &["sothanhvien", "thanhvien", "soxavien"]),
    ("", "tags", &["nhan", "dacdiem", "nhom", "doituonguutien"]),
    ("", "capacity_kg", &["capacity", "congsuat", "nangluc", "nanglucsanxuat", "nanglucthumua"]),
    (
        "",
        "cooperative",
        &[
            "mahtx",
            "hoptacxa",
            "htx",
            "tenhtx",
            "tenhoptacxa",
            "tendonvi",
            "nguoiban",
            "benban",
            "supplier",
            "seller",
        ],
    ),
    (
        "",
        "enterprise",
        &["madn", "doanhnghiep", "dn", "tendoanhnghiep", "congty", "tendonvi", "nguoimua", "benmua", "buyer"],
    ),
    ("", "offer", &["machaoban", "machao", "chaoban"]),
    ("", "demand", &["manhucau", "nhucau"]),
    ("", "standard", &["tieuchuan", "loaichungnhan", "tenchungnhan", "chungnhan", "chungchi"]),
    ("", "products", &["sanpham", "product"]),
    ("", "valid_from", &["ngaycap", "hieuluctu", "tungay", "from"]),
    ("", "valid_until", &["ngayhethan", "hieulucden", "denngay", "hethan", "until", "expires"]),
    ("", "status", &["trangthai", "tinhtrang", "hieuluc"]),
    ("", "product", &["sanpham", "tensanpham", "hanghoa", "mathang", "nongsan"]),
    (
        "",
        "volume_kg",
        &["volume", "sanluong", "khoiluong", "soluong", "quantity", "luong", "luongcungung", "nhucau"],
    ),
    (
        "",
        "min_lot_kg",
        &["minlot", "lotoithieu", "lonhonhat", "donhangtoithieu", "luongtoithieu", "khoiluongtoithieu"],
    ),
    ("", "ask_vnd_per_kg", &["ask", "giachaoban", "giachao", "giaban", "dongia", "gia", "price"]),
    ("", "bid_vnd_per_kg", &["bid", "giamua", "giatramua", "giatra", "dongia", "gia", "price"]),
    ("offers", "available_from", &["cotu", "giaotu", "ngaybatdau", "batdau", "tungay", "from"]),
    ("offers", "available_to", &["coden", "giaoden", "ngayketthuc", "ketthuc", "denngay", "to"]),
    ("demands", "needed_from", &["cantu", "nhantu", "ngaybatdau", "batdau", "tungay", "from"]),
    ("demands", "needed_to", &["canden", "nhanden", "ngayketthuc", "ketthuc", "denngay", "to"]),
    ("", "certified", &["chungnhan", "chungchi", "tieuchuan", "certificates"]),
    ("", "seeks", &["canhotro", "nhucauhotro", "mongmuon", "hotro"]),
    ("", "max_buyers", &["songuoimuatoida", "nguoimuatoida", "sobenmuatoida"]),
    (
        "",
        "requires",
        &["yeucau", "tieuchuanbatbuoc", "chungnhanbatbuoc", "yeucauchungnhan", "tieuchuan", "chungnhan"],
    ),
    ("", "prefers", &["uutien", "tieuchuanuutien", "chungnhanuutien"]),
    ("", "max_distance_km", &["maxdistance", "khoangcachtoida", "khoangcach"]),
    ("", "substitutes", &["thaythe", "sanphamthaythe"]),
    ("", "provides", &["hotro", "cungcaphotro", "dichvuhotro", "cungcap"]),
    ("", "max_suppliers", &["sonhacungcaptoida", "nhacungcaptoida", "sobenbantoida"]),
    ("", "all_or_nothing", &["laydu", "muadu", "tatcahoackhong"]),
    ("", "accepts_market_equivalents", &["chapnhantuongduong", "tuongduong"]),
    ("", "reliability", &["dotincay", "tincay", "uytin"]),
    ("", "holds", &["dangco", "co"]),
    ("", "for", &["thaycho", "cho"]),
    ("", "from", &["tungay"]),
    ("", "until", &["denngay"]),
    ("contracts", "volume_kg", &["khoiluonghopdong"]),
    ("decisions", "kind", &["quyetdinh", "decision", "traloi", "ketqua"]),
    ("decisions", "by", &["aiquyetdinh", "nguoiquyetdinh", "ai", "who", "nguoitraloi"]),
    ("decisions", "reason", &["lydo", "visao", "why"]),
    ("decisions", "on", &["ngay", "ngayquyetdinh", "when"]),
    ("offers", "volume_kg", &["sanluongchaoban"]),
    ("demands", "volume_kg", &["khoiluongcanmua", "luongmua"]),
    ("demands", "place", &["diemgiaohang", "noinhan"]),
];

/// Every name of every column of a sheet, folded, best first.
pub(in crate::io) fn columns(sheet: &Sheet) -> Vec<(String, Target)> {
    let mut names = Vec::new();
    for column in sheet.columns {
        names.push((column.name.replace('_', ""), Target::Column(column)));
    }
    for (list, _, target, called) in &BESIDE {
        if *list == sheet.list {
            names.extend(called.iter().map(|name| ((*name).to_owned(), *target)));
        }
    }
    for own in [true, false] {
        for (list, field, called) in &CALLED {
            let Some(column) = sheet.columns.iter().find(|column| column.name == *field) else { continue };
            if (*list == sheet.list) == own && (own || list.is_empty()) {
                names.extend(called.iter().map(|name| ((*name).to_owned(), Target::Column(column))));
            }
        }
    }
    names
}

/// Whether two columns are for the same.
pub(in crate::io) fn same(a: Target, b: Target) -> bool {
    match (a, b) {
        (Target::Column(a), Target::Column(b)) => a.name == b.name,
        (Target::Column(_), _) | (_, Target::Column(_)) => false,
        (a, b) => std::mem::discriminant(&a) == std::mem::discriminant(&b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::csv::columns::DECISIONS;
    use crate::market::fold_name;

    #[test]
    fn names_are_folded_and_lead_to_columns() {
        for (list, field, called) in &CALLED {
            let known = |sheet: &&Sheet| list.is_empty() || sheet.list == *list;
            let sheets = SHEETS.into_iter().chain(CATALOGUE).chain([&DECISIONS]).filter(known);
            assert!(
                sheets.flat_map(|sheet| sheet.columns).any(|column| column.name == *field),
                "{list} {field}"
            );
            assert!(called.iter().all(|name| fold_name(name) == *name), "{field}");
        }
        for (list, names) in &NAMES {
            assert!(of_name(names[0]).is_some_and(|sheet| sheet.list == *list));
            assert!(names.iter().all(|name| fold_name(name) == *name));
        }
        let mut all: Vec<&str> = sheet_names().chain(MARKET).collect();
        all.sort_unstable();
        assert!(all.windows(2).all(|pair| pair[0] != pair[1]), "each names one sheet");
    }
}
