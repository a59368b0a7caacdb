//! What a file is, and how large, before anything of it is believed.
//!
//! A workbook is a zip archive, and an archive can promise little and unfold to more than memory holds. So every
//! part is unfolded once into nothing, counting, before it is unfolded into memory.

use std::io::{Cursor, Read};

use crate::error::Error;

/// Largest file, in bytes.
pub(super) const FILE: u64 = 64 << 20;
/// Largest sum of all parts, unfolded.
const ALL: u64 = 256 << 20;
/// Largest table of texts, unfolded: each of them becomes an object of its own.
const TEXTS: u64 = 64 << 20;
/// Most parts.
const PARTS: usize = 10_000;

fn refuse(message: impl Into<String>, help: impl Into<String>) -> Error {
    Error::Unreadable { place: "the workbook".to_owned(), message: message.into(), help: help.into() }
}

pub(super) fn too_large() -> Error {
    refuse("it is larger than any market needs", "Write large markets as JSON or as a folder of CSV files.")
}

/// Refuses what is no workbook, is locked, or unfolds to too much.
pub(super) fn check(bytes: &[u8]) -> Result<(), Error> {
    const SAVE: &str = "Save it as “Excel Workbook (.xlsx)” and name that file.";
    if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        return Err(if bytes.windows(name.len()).any(|window| window == name) {
            refuse(
                "it is protected by a password",
                "Remove the password (File, Info, Protect Workbook) and save it again.",
            )
        } else {
            refuse("this is a workbook of the old kind (.xls)", SAVE)
        });
    }
    if !bytes.starts_with(b"PK") {
        return Err(refuse("this is no workbook, whatever its name says", SAVE));
    }
    let broken = |error: &dyn std::fmt::Display| refuse(format!("the file is damaged: {error}"), SAVE);
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    if archive.len() > PARTS {
        return Err(too_large());
    }
    let (mut all, mut is_workbook) = (0u64, false);
    for part in 0..archive.len() {
        let file = archive.by_index(part).map_err(|error| broken(&error))?;
        let name = file.name().map_err(|error| broken(&error))?.to_lowercase();
        is_workbook |= name == "xl/workbook.xml";
        let limit = if name.ends_with("sharedstrings.xml") { TEXTS } else { ALL - all };
        let unfolded =
            std::io::copy(&mut file.take(limit + 1), &mut std::io::sink()).map_err(|error| broken(&error))?;
        all += unfolded;
        if unfolded > limit || all > ALL {
            return Err(too_large());
        }
    }
    if is_workbook {
        Ok(())
    } else {
        Err(refuse("this is an archive, but no workbook of the kind .xlsx", SAVE))
    }
}
