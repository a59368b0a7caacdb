//! Reading a market from its folder.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use super::columns::{
    BARRED, CERTIFICATES, CONTRACTS, COOPERATIVES, DEMANDS, ENTERPRISES, EXCLUSIONS, HEADER, OFFERS,
    RELATIONS, REQUIRED, SHEETS, Sheet, in_header,
};
use super::places::{Places, cell};
use super::table::{self, Fault, Row};
use crate::error::{Error, Issue, did_you_mean, nearest};
use crate::io::draft::Draft;
use crate::io::entries::Entry;
use crate::io::fields::At;
use crate::io::json;
use crate::io::node::Node;
use crate::io::read_bytes;
use crate::io::text::in_file;
use crate::market::{Cooperative, Market};

/// Reads a market from a folder with `market.json`, `cooperatives.csv`, `enterprises.csv`, `offers.csv`,
/// `demands.csv` and, where there are any, `certificates.csv`, `contracts.csv`, `exclusions.csv`,
/// `relations.csv`, `barred.csv`. Other files are left alone.
///
/// # Errors
/// [`Error::Unreadable`] where files are missing or are no CSV; [`Error::Faults`] with every fault of the
/// content, pointing at file, row (the header is row 1) and column.
pub fn read_market(folder: impl AsRef<Path>) -> Result<Market, Error> {
    let folder = folder.as_ref();
    let mut draft = Draft::new();
    let mut places = Places::default();
    look_around(folder, &mut draft.issues)?;
    let path = folder.join(HEADER);
    let in_header_file = |error| in_file(error, &path.display().to_string());
    let bytes = read_bytes(&path)?;
    json::read(&bytes, &mut draft, in_header, &|_| ControlFlow::Continue(())).map_err(in_header_file)?;
    draft.issues.iter_mut().for_each(of_header);

    let certificates = certificates(folder, &mut places, &mut draft)?;
    let mut reading = Reading { folder, places, draft };
    reading.cooperatives(certificates)?;
    reading.list(&ENTERPRISES, |draft| &mut draft.parts.enterprises)?;
    reading.list(&OFFERS, |draft| &mut draft.parts.offers)?;
    reading.list(&DEMANDS, |draft| &mut draft.parts.demands)?;
    reading.list(&CONTRACTS, |draft| &mut draft.parts.contracts)?;
    reading.list(&EXCLUSIONS, |draft| &mut draft.parts.exclusions)?;
    reading.list(&RELATIONS, |draft| &mut draft.parts.relations)?;
    reading.list(&BARRED, |draft| &mut draft.parts.barred)?;
    let Reading { places, draft, .. } = reading;
    draft.finish(|issue| places.show(issue))
}

/// A field that does not belong into the header points there, not at the file that has its name.
fn of_header(issue: &mut Issue) {
    let field = issue.pointer.split('/').nth(1).unwrap_or_default();
    if field.is_empty() || in_header(field) {
        return;
    }
    if let Some(sheet) = SHEETS.iter().find(|sheet| sheet.list == field) {
        issue.help = format!("In a folder these stand in {}.", sheet.file);
    }
    issue.pointer = format!("{HEADER} {}", issue.pointer);
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::Unreadable {
        place: path.display().to_string(),
        message: format!("it cannot be read: {error}"),
        help: "Check the path and its permissions.".to_owned(),
    }
}

/// Names every required file that is missing, and files whose names are slips of the pen.
fn look_around(folder: &Path, issues: &mut Vec<Issue>) -> Result<(), Error> {
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let mut there: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    there.sort_unstable();
    let missing: Vec<&str> =
        REQUIRED.into_iter().filter(|file| !there.iter().any(|name| name == file)).collect();
    if !missing.is_empty() {
        return Err(Error::Unreadable {
            place: folder.display().to_string(),
            message: format!("the folder has no {}", missing.join(", no ")),
            help: format!("A market's folder holds {}; add what is missing.", REQUIRED.join(", ")),
        });
    }
    let absent: Vec<&str> =
        SHEETS.iter().map(|sheet| sheet.file).filter(|file| !there.iter().any(|name| name == file)).collect();
    for name in there {
        let lower = name.to_lowercase();
        if Path::new(&lower).extension().is_some_and(|extension| extension == "csv")
            && !SHEETS.iter().any(|sheet| sheet.file == name)
            && let Some(near) = nearest(&lower, absent.iter().copied())
        {
            let message = "this file is not read, and its name is almost that of one that would be";
            let help = format!("Rename it to `{near}`, or to something else if it is no part of the market.");
            issues.push(Issue::error("unknown_file", name, message, help));
        }
    }
    Ok(())
}

/// Certificates by cooperative, each with its row.
type Held = BTreeMap<String, Vec<(usize, Node)>>;

fn certificates(folder: &Path, places: &mut Places, draft: &mut Draft) -> Result<Held, Error> {
    let mut held = Held::new();
    if !folder.join(CERTIFICATES.file).exists() {
        return Ok(held);
    }
    let mut nobodys = Vec::new();
    table::read(folder, &CERTIFICATES, places, &mut draft.issues, |row, issues| {
        if let Some(fault) = row.fault {
            issues.push(fault.issue(format!("{} row {}", CERTIFICATES.file, row.line)));
            return;
        }
        let mut fields = row.fields;
        let named = fields.iter().position(|(name, _)| name == "cooperative");
        if let Some((_, Node::Cell(id))) = named.map(|position| fields.remove(position)) {
            held.entry(id).or_default().push((row.line, Node::Map(fields)));
        } else {
            nobodys.push(row.line);
        }
    })?;
    if !places.lacking.contains(&(CERTIFICATES.file, "cooperative")) {
        draft.issues.extend(nobodys.into_iter().map(|row| {
            let at = cell(CERTIFICATES.file, row, "cooperative");
            let message = "the required field `cooperative` is missing";
            Issue::error("missing_field", at, message, "Write whose certificate it is.")
        }));
    }
    Ok(held)
}

struct Reading<'a> {
    folder: &'a Path,
    places: Places,
    draft: Draft,
}

impl Reading<'_> {
    fn list<T: Entry>(
        &mut self,
        sheet: &'static Sheet,
        list: fn(&mut Draft) -> &mut Vec<T>,
    ) -> Result<(), Error> {
        if !REQUIRED.contains(&sheet.file) && !self.folder.join(sheet.file).exists() {
            return Ok(());
        }
        let mut entries = Vec::new();
        let mut rows = Vec::new();
        let each = |row: Row, issues: &mut Vec<Issue>| {
            entries.push(entry::<T>(sheet, rows.len(), row.fault, Node::Map(row.fields), issues));
            rows.push(row.line);
        };
        let whole = table::read(self.folder, sheet, &mut self.places, &mut self.draft.issues, each)?;
        self.note_lost(sheet, whole);
        self.places.rows.insert(sheet.list, rows);
        *list(&mut self.draft) = entries;
        Ok(())
    }

    fn cooperatives(&mut self, mut held: Held) -> Result<(), Error> {
        let sheet = &COOPERATIVES;
        let (mut entries, mut rows, mut certificate_rows) = (Vec::new(), Vec::new(), Vec::new());
        let each = |mut row: Row, issues: &mut Vec<Issue>| {
            let id = row.fields.iter().find_map(|(name, node)| match node {
                Node::Cell(id) if name == "id" => Some(id.clone()),
                _ => None,
            });
            // The first of several with one id; the others are faults.
            let own = id.and_then(|id| held.remove(&id)).unwrap_or_default();
            let (lines, nodes): (Vec<usize>, Vec<Node>) = own.into_iter().unzip();
            row.fields.push(("certificates".into(), Node::List(nodes)));
            entries.push(entry::<Cooperative>(sheet, rows.len(), row.fault, Node::Map(row.fields), issues));
            rows.push(row.line);
            certificate_rows.push(lines);
        };
        let whole = table::read(self.folder, sheet, &mut self.places, &mut self.draft.issues, each)?;
        self.note_lost(sheet, whole);
        self.places.rows.insert(sheet.list, rows);
        self.places.certificates = certificate_rows;
        if !self.draft.lost.contains(&"/cooperatives") {
            self.draft.issues.extend(ownerless(&held, &entries));
        }
        self.draft.parts.cooperatives = entries;
        Ok(())
    }

    /// Without rows or without ids, references to the list say nothing.
    fn note_lost(&mut self, sheet: &Sheet, whole: bool) {
        let lists = ["/cooperatives", "/enterprises", "/offers", "/demands"];
        if !whole || self.places.lacking.contains(&(sheet.file, "id")) {
            self.draft.lost.extend(lists.into_iter().filter(|list| list[1..] == *sheet.list));
        }
    }
}

/// One row as an entry. Of a row that is faulty as a whole nothing more is said.
fn entry<T: Entry>(
    sheet: &Sheet,
    index: usize,
    fault: Option<Fault>,
    node: Node,
    issues: &mut Vec<Issue>,
) -> T {
    let root = At::ROOT;
    let list = root.field(sheet.list);
    let at = list.entry(index);
    match fault {
        None => T::read(node, &at, issues),
        Some(fault @ Fault::TwoPlaces) => {
            issues.push(fault.issue(at.field("place").to_string()));
            T::read(node, &at, issues)
        }
        Some(fault) => {
            issues.push(fault.issue(at.to_string()));
            // Its cells may stand under the wrong columns; the id is kept for what refers to it.
            let Node::Map(mut fields) = node else { return T::read(node, &at, &mut Vec::new()) };
            fields.retain(|(name, _)| name == "id");
            T::read(Node::Map(fields), &at, &mut Vec::new())
        }
    }
}

/// Certificates of cooperatives that are not there.
fn ownerless(certificates: &Held, cooperatives: &[Cooperative]) -> Vec<Issue> {
    let known: HashSet<&str> = ids(cooperatives).collect();
    let mut found: Vec<(usize, &str)> = certificates
        .iter()
        .filter(|(id, _)| !known.contains(id.as_str()))
        .flat_map(|(id, rows)| rows.iter().map(move |(row, _)| (*row, id.as_str())))
        .collect();
    found.sort_unstable();
    let issue = |(i, (row, id)): (usize, (usize, &str))| {
        // Linear in the list: only for the first thousand faults.
        let near = if i < 1000 { did_you_mean(id, ids(cooperatives)) } else { String::new() };
        let help = if near.is_empty() { "Add the cooperative or correct the id." } else { &near };
        let at = cell(CERTIFICATES.file, row, "cooperative");
        Issue::error("unknown_cooperative", at, "there is no cooperative with this id", help).found(id)
    };
    found.into_iter().enumerate().map(issue).collect()
}

fn ids(cooperatives: &[Cooperative]) -> impl Iterator<Item = &str> {
    cooperatives.iter().map(|cooperative| cooperative.id.as_str())
}
