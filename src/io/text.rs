//! Bytes to text, and places in a text.

use crate::error::Error;

/// The text of a document: UTF-8, with or without a byte order mark.
pub(super) fn decode(bytes: &[u8]) -> Result<&str, Error> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let line = lines_before(&bytes[..error.valid_up_to()]) + 1;
        let message = if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            "this is UTF-16, not UTF-8 text"
        } else if bytes.starts_with(b"PK\x03\x04") {
            "this is a workbook or an archive, not text"
        } else {
            "this is not UTF-8 text"
        };
        Error::Unreadable {
            place: format!("line {line}"),
            message: message.to_owned(),
            help: "Save it with the encoding UTF-8.".to_owned(),
        }
    })
}

/// Line ends (`\n`, `\r\n` or `\r`) in a text.
pub(super) fn lines_before(bytes: &[u8]) -> usize {
    let ends = bytes.iter().enumerate();
    ends.filter(|(i, byte)| **byte == b'\n' || **byte == b'\r' && bytes.get(i + 1) != Some(&b'\n')).count()
}

/// The byte at a line and column, both counted from 1, the column in bytes.
pub(super) fn byte_at(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    text.floor_char_boundary(start + column.saturating_sub(1))
}

/// Line and column of a byte, both counted from 1, the column in characters.
pub(super) fn line_and_column(text: &str, byte: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(byte)];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

/// Puts the name of a file before the place of an error in it.
pub(super) fn in_file(error: Error, file: &str) -> Error {
    match error {
        Error::Unreadable { place, message, help } => {
            Error::Unreadable { place: format!("{file}, {place}"), message, help }
        }
        other => other,
    }
}
