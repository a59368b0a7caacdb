//! Workbooks that are none, are spoilt, or hold what cannot be told: refused or asked about, never a panic.

use std::fs;
use std::path::Path;

use lienket::Error;
use lienket::io::{Import, import_market, read_market};
use rust_xlsxwriter::{Format, Formula, Workbook};

use crate::workbook::{office, same};

fn refusal(path: &Path) -> String {
    match import_market(path) {
        Err(error @ Error::Unreadable { .. }) => error.to_string(),
        Err(other) => panic!("{other}"),
        Ok(import) => panic!("{}", import.report),
    }
}

#[test]
fn files_that_are_no_workbooks_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.xlsx");
    let mut locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    let old = locked.clone();
    locked.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    for (bytes, said) in [
        (b"id,name\n".to_vec(), "no workbook, whatever its name says"),
        (b"PK\x03\x04 and no more".to_vec(), "damaged"),
        (locked, "password"),
        (old, ".xls"),
        (Vec::new(), "no workbook"),
    ] {
        fs::write(&path, bytes).unwrap();
        let message = refusal(&path);
        assert!(message.contains(said) && message.contains("m.xlsx"), "{message}");
    }
    let mut zip = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    zip.start_file("readme.txt", zip::write::SimpleFileOptions::default()).unwrap();
    zip.finish().unwrap();
    assert!(refusal(&path).contains("an archive, but no workbook"));
    let old = folder.path().join("m.xls");
    fs::write(&old, b"").unwrap();
    assert!(read_market(&old).unwrap_err().to_string().contains(".xlsx"));
}

#[test]
fn archives_that_unfold_to_more_than_memory_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.xlsx");
    let mut zip = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    let zeros = vec![b' '; 1 << 20];
    for name in ["xl/workbook.xml", "xl/worksheets/sheet1.xml"] {
        zip.start_file(name, options).unwrap();
        for _ in 0..200 {
            std::io::Write::write_all(&mut zip, &zeros).unwrap();
        }
    }
    zip.finish().unwrap();
    assert!(fs::metadata(&path).unwrap().len() < 1 << 20);
    assert!(refusal(&path).contains("larger than any market needs"));
}

#[test]
fn merged_cells_errors_formulas_and_hidden_sheets() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.xlsx");
    let make = |change: &dyn Fn(&mut Workbook)| {
        let mut book = Workbook::new();
        let text = |book: &mut Workbook, name: &str, rows: &[&[&str]]| {
            let sheet = book.add_worksheet().set_name(name).unwrap();
            for (row, cells) in (0u32..).zip(rows) {
                for (column, cell) in (0u16..).zip(*cells) {
                    sheet.write_string(row, column, *cell).unwrap();
                }
            }
        };
        text(&mut book, "market", &[&["as_of", "2025-11-28"]]);
        text(&mut book, "cooperatives", &[&["id", "place"], &["a", "vn/ha-noi"]]);
        text(&mut book, "enterprises", &[&["id", "place"], &["b", "vn/ha-noi"]]);
        text(
            &mut book,
            "offers",
            &[
                &["id", "cooperative", "product", "volume_kg"],
                &["o-1", "a", "tea", "100"],
                &["o-2", "", "tea", "200"],
            ],
        );
        text(&mut book, "demands", &[&["id", "enterprise", "product", "volume_kg"]]);
        change(&mut book);
        book.save(&path).unwrap();
        import_market(&path).unwrap()
    };
    let offers = |book: &mut Workbook, cell: &dyn Fn(&mut rust_xlsxwriter::Worksheet)| {
        cell(book.worksheet_from_name("offers").unwrap());
    };
    let codes = |import: &Import| -> Vec<(&'static str, String)> {
        let Err(Error::Faults(faults)) = &import.market else { return Vec::new() };
        faults.iter().map(|fault| (fault.code, fault.pointer.clone())).collect()
    };
    let bold = Format::new();
    // Merged down the rows of one cooperative: its name is theirs.
    let import = make(&|book| {
        offers(book, &|sheet| {
            sheet.merge_range(1, 1, 2, 1, "a", &bold).unwrap();
        });
    });
    assert_eq!(import.market.as_ref().unwrap().offers().len(), 2);
    assert!(import.report.to_string().contains("taken from row 2, with which it is merged"));
    // A volume of two rows is nobody's.
    let import = make(&|book| {
        offers(book, &|sheet| {
            sheet.write_string(2, 1, "a").unwrap();
            sheet.merge_range(1, 3, 2, 3, "300", &bold).unwrap();
        });
    });
    let place = |row| format!("offers row {row}, column D (volume_kg)");
    assert_eq!(codes(&import), [("merged_cells", place(2)), ("merged_cells", place(3))]);
    // The value of a formula counts; an error is asked about, and so is a formula that was never computed.
    let with = |formula: &str, result: &str| {
        let formula = Formula::new(formula).set_result(result);
        make(&|book| {
            offers(book, &|sheet| {
                sheet.write_string(2, 1, "a").unwrap();
                sheet.write_formula(1, 3, &formula).unwrap();
            });
        })
    };
    let import = with("=50+60", "110");
    assert_eq!(import.market.unwrap().offers()[0].volume.0, 110);
    assert_eq!(codes(&with("=NA()", "#N/A")), [("error_cell", place(2))]);
    // A hidden sheet of a known name is nobody's guess.
    let import = make(&|book| {
        offers(book, &|sheet| {
            sheet.write_string(2, 1, "a").unwrap();
        });
        book.add_worksheet().set_name("contracts").unwrap().set_hidden(true);
    });
    assert_eq!(codes(&import), [("hidden_sheet", "contracts".to_owned())]);
    let import = make(&|book| {
        offers(book, &|sheet| {
            sheet.write_string(2, 1, "a").unwrap();
        });
        book.add_worksheet().set_name("contract s").unwrap();
        book.add_worksheet().set_name("Contratcs").unwrap();
    });
    assert_eq!(codes(&import), [("unknown_sheet", "Contratcs".to_owned())]);
}

#[test]
fn spoilt_workbooks_never_panic() {
    let mut dice = crate::bad_input::Dice(7);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.xlsx");
    office(folder.path(), same);
    let good = fs::read(folder.path().join("round.xlsx")).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(good.clone())).unwrap();
    let mut files = Vec::new();
    for part in 0..archive.len() {
        let mut file = archive.by_index(part).unwrap();
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut file, &mut bytes).unwrap();
        files.push((file.name().unwrap().into_owned(), bytes));
    }
    for round in 0..1500 {
        if round % 3 == 0 {
            fs::write(&path, dice.spoil(&good)).unwrap();
        } else {
            // A good archive of a part that is not.
            let spoilt = dice.roll(files.len());
            let mut zip = zip::ZipWriter::new(fs::File::create(&path).unwrap());
            for (at, (name, bytes)) in files.iter().enumerate() {
                zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
                let bytes = if at == spoilt { dice.spoil(bytes) } else { bytes.clone() };
                std::io::Write::write_all(&mut zip, &bytes).unwrap();
            }
            zip.finish().unwrap();
        }
        let _ = import_market(&path);
    }
}
