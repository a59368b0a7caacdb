//! From tables to a market: rows to entries, entries to a draft, and every fault back to its row and column.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::field::{Context, Ids, field};
use super::places::{Held, Places, Spots};
use super::report::{Import, ImportRemark, ImportReport, SheetReport, place, remark};
use super::row::{Row, ids, minted, mints, put, required, steps};
use super::sheets::{CATALOGUE, Target};
use super::table::{Head, Heading, Line, Table};
use crate::error::{Error, Issue, Severity, did_you_mean};
use crate::io::cells::amount::{Measure, months, piece};
use crate::io::cells::names::Names;
use crate::io::cells::{Ask, Raw, plain_letters};
use crate::io::csv::columns::{SHEETS, Sheet};
use crate::io::draft::Draft;
use crate::io::entries::Entry;
use crate::io::fields::At;
use crate::io::node::Node;
use crate::market::{Catalogue, Cooperative};

/// What was refused, and the list and row it counts for.
type Refused = (ImportRemark, Option<(&'static str, usize)>);

/// Everything known so far.
struct Reader {
    draft: Draft,
    report: ImportReport,
    spots: BTreeMap<&'static str, Spots>,
    /// For every cooperative the rows of its certificates.
    certificates: Vec<Vec<Held>>,
    /// Faults that are placed already.
    placed: Vec<(Issue, ImportRemark)>,
}

/// Makes a market of tables. `draft` holds what the market says of itself, `report` what was left out so far.
pub(in crate::io) fn import(draft: Draft, report: ImportReport, tables: &[Table]) -> Import {
    let spots = BTreeMap::new();
    let mut reader = Reader { draft, report, spots, certificates: Vec::new(), placed: Vec::new() };
    let nobody = Ids::default();
    let bare = Names::new(Catalogue::built_in(), reader.draft.parts.as_of);
    let nothing = Context {
        names: &bare,
        cooperatives: &nobody,
        enterprises: &nobody,
        offers: &nobody,
        demands: &nobody,
    };
    let mut catalogue = Vec::new();
    for sheet in CATALOGUE {
        let rows = reader.rows(tables, sheet, &nothing);
        if rows.is_empty() {
            continue;
        }
        let name = sheet.list.trim_start_matches("catalogue/");
        let nodes = rows.into_iter().map(|row| reader.refuse(sheet, row)).collect();
        catalogue.push((name.into(), Node::List(nodes)));
    }
    if !catalogue.is_empty() {
        let before: BTreeSet<String> =
            reader.draft.issues.iter().map(|issue| issue.pointer.clone()).collect();
        let said = reader.draft.issues.len();
        reader.draft.catalogue(Node::Map(catalogue));
        let read = reader.draft.issues.split_off(said);
        reader.draft.issues.extend(read.into_iter().filter(|issue| !before.contains(&issue.pointer)));
    }
    let known = Catalogue::built_in().with(&reader.draft.parts.catalogue);
    let names = Names::new(known, reader.draft.parts.as_of);
    let [cooperatives, certificates, enterprises, offers, demands, contracts, excluded, relations, bars] =
        SHEETS;
    let alone = Context { names: &names, ..nothing };
    let cooperative_rows = reader.rows(tables, cooperatives, &alone);
    let enterprise_rows = reader.rows(tables, enterprises, &alone);
    let (sellers, buyers) = (ids(&cooperative_rows), ids(&enterprise_rows));
    let parties = Context { cooperatives: &sellers, enterprises: &buyers, ..alone };
    let certificate_rows = reader.rows(tables, certificates, &parties);
    let offer_rows = reader.rows(tables, offers, &parties);
    let demand_rows = reader.rows(tables, demands, &parties);
    let (supply, demand) = (ids(&offer_rows), ids(&demand_rows));
    let all = Context { offers: &supply, demands: &demand, ..parties };
    let contract_rows = reader.rows(tables, contracts, &all);
    let exclusion_rows = reader.rows(tables, excluded, &all);
    let relation_rows = reader.rows(tables, relations, &all);
    let barred_rows = reader.rows(tables, bars, &all);

    reader.cooperatives(cooperatives, cooperative_rows, certificates, certificate_rows);
    reader.draft.parts.enterprises = reader.entries(enterprises, enterprise_rows);
    reader.draft.parts.offers = reader.entries(offers, offer_rows);
    reader.draft.parts.demands = reader.entries(demands, demand_rows);
    reader.draft.parts.contracts = reader.entries(contracts, contract_rows);
    reader.draft.parts.exclusions = reader.entries(excluded, exclusion_rows);
    reader.draft.parts.relations = reader.entries(relations, relation_rows);
    reader.draft.parts.barred = reader.entries(bars, barred_rows);
    reader.finish()
}

impl Reader {
    /// The rows of a sheet's table; none where there is no such table or no header in it.
    fn rows(&mut self, tables: &[Table], sheet: &'static Sheet, context: &Context) -> Vec<Row> {
        let Some(table) = tables.iter().find(|table| table.sheet.list == sheet.list) else {
            return Vec::new();
        };
        let lists = ["/cooperatives", "/enterprises", "/offers", "/demands"];
        let lost = lists.into_iter().filter(|list| list[1..] == *sheet.list);
        let spots = self.spots.entry(sheet.list).or_default();
        spots.label.clone_from(&table.label);
        let Some(head) = table.head(&mut self.report.notes, &mut self.report.left_out) else {
            if !table.lines.is_empty() {
                self.draft.lost.extend(lost);
                let help = format!("Name the columns in the first row: {}.", required(sheet).join(", "));
                self.place(
                    sheet,
                    None,
                    None,
                    Ask::new("no_header", "no row names the columns of this sheet", help),
                    None,
                );
            }
            return Vec::new();
        };
        for heading in &head.headings {
            match heading.target {
                Target::Column(column) => spots.columns.insert(column.name, heading.label.clone()),
                Target::Certificates => spots.columns.insert("certificates", heading.label.clone()),
                _ => None,
            };
        }
        let there = |name: &str| {
            head.headings.iter().any(|h| matches!(h.target, Target::Column(c) if c.name == name))
        };
        let mut lacking = Vec::new();
        for name in required(sheet) {
            let otherwise = name == "place" && there("lat") && there("lon")
                || name == "id" && mints(sheet)
                || name == "place" && there("place");
            if !there(name) && !otherwise {
                lacking.push(name);
            }
        }
        for name in &lacking {
            let message = format!("the required column `{name}` is missing");
            self.place(
                sheet,
                Some(head.row),
                None,
                Ask::new("missing_field", message, "Add the column and fill it in."),
                None,
            );
        }
        let mut rows = Vec::new();
        for line in &table.lines[head.below..] {
            if line.cells.iter().all(|(_, raw)| raw.is_blank()) {
                continue;
            }
            if matches!(line.cells.first(), Some((_, Raw::Text(text))) if text.starts_with('#')) {
                self.report
                    .left_out
                    .push(format!("{} row {}: a remark, as it begins with #", table.label, line.row));
                continue;
            }
            let mut row = self.row(table, &head, line, context);
            // Said once of the sheet, not of every row.
            row.refused.extend(lacking.iter().map(|name| (vec![*name], Ask::new("", "", ""), None)));
            rows.push(row);
        }
        let spots = self.spots.entry(sheet.list).or_default();
        spots.filled = rows.len();
        rows
    }

    /// One line as a row.
    #[expect(clippy::too_many_lines, reason = "one pass over the cells of a line, a case per kind of column")]
    fn row(&mut self, table: &Table, head: &Head, line: &Line, context: &Context) -> Row {
        let sheet = table.sheet;
        let mut row = Row { row: line.row, fields: Vec::new(), refused: Vec::new(), noted: false };
        let mut notes: Vec<(Option<&Heading>, Option<String>, String)> = Vec::new();
        let find = |wanted: fn(&Target) -> bool| {
            let heading = head.headings.iter().find(|heading| wanted(&heading.target))?;
            let raw = table.at(line, heading.at).0.filter(|raw| !raw.is_blank())?;
            Some((heading, raw))
        };
        let mut of = Measure::default();
        let unit = find(|target| matches!(target, Target::Unit)).map(|(_, raw)| raw.show());
        let unit = unit.filter(|unit| plain_letters(unit) != "kg");
        // Asked only where a volume needs them.
        let in_months = find(|target| matches!(target, Target::Months));
        let a_piece = find(|target| matches!(target, Target::Piece));
        of.months = in_months.and_then(|(_, raw)| months(raw).ok()).map(|read| read.value);
        of.piece = a_piece.and_then(|(_, raw)| piece(raw).ok()).map(|read| read.value);
        let mut ordered: Vec<&Heading> = head.headings.iter().collect();
        // The product says what a piece weighs, so it comes first.
        ordered.sort_by_key(
            |heading| !matches!(heading.target, Target::Column(column) if column.name == "product"),
        );
        let mut product: Option<String> = None;
        for heading in ordered {
            let (raw, merged) = table.at(line, heading.at);
            let Some(raw) = raw.filter(|raw| !raw.is_blank()) else { continue };
            let found = || Some(raw.show());
            let column = match heading.target {
                Target::Column(column) => column,
                Target::Certificates => {
                    match context.names.standards(&raw.show()) {
                        Ok(read) => {
                            let certificate =
                                |id: String| Node::Map(vec![("standard".into(), Node::Text(id))]);
                            let many = read.value.len();
                            row.fields.push((
                                "certificates".into(),
                                Node::List(read.value.into_iter().map(certificate).collect()),
                            ));
                            let note = format!("{many} certificates without dates, so in force on any day");
                            notes.extend(
                                read.notes
                                    .into_iter()
                                    .chain([note])
                                    .map(|note| (Some(heading), found(), note)),
                            );
                        }
                        Err(ask) => row.refused.push((vec!["certificates"], ask, found())),
                    }
                    continue;
                }
                Target::Months if months(raw).is_err() || in_months.is_none() => {
                    if let Err(ask) = months(raw) {
                        row.refused.push((vec!["volume_kg"], ask, found()));
                    }
                    continue;
                }
                Target::Piece => {
                    if let Err(ask) = piece(raw) {
                        row.refused.push((vec!["volume_kg"], ask, found()));
                    }
                    continue;
                }
                Target::Unit | Target::Months => continue,
            };
            if let Some(merged) = merged {
                let amount = column.name.contains("_kg") || column.name == "id";
                if merged.columns.0 != merged.columns.1 || amount && merged.rows.0 != merged.rows.1 {
                    let message =
                        "this cell is merged with others, and what each of them holds cannot be told";
                    let ask = Ask::new("merged_cells", message, "Unmerge the cells and fill in each.");
                    row.refused.push((steps(column), ask, found()));
                    continue;
                }
                if merged.rows.0 != line.row {
                    notes.push((
                        Some(heading),
                        found(),
                        format!("taken from row {}, with which it is merged", merged.rows.0),
                    ));
                }
            }
            let entry = product.as_deref().and_then(|path| context.names.product_entry(path));
            let own_unit = if column.name == "volume_kg" { unit.as_deref() } else { None };
            let of = Measure { unit: own_unit.or(heading.unit.as_deref()), product: entry, ..of };
            match field(sheet.list, column.name, raw, of, context) {
                Ok(read) => {
                    notes.extend(read.notes.into_iter().map(|note| (Some(heading), found(), note)));
                    let Some(node) = read.value else { continue };
                    if column.name == "product"
                        && let Node::Text(path) = &node
                    {
                        product = Some(path.clone());
                    }
                    put(&mut row, column.name, column.inside, node);
                }
                Err(ask) => row.refused.push((steps(column), ask, found())),
            }
        }
        if mints(sheet) && row.text("id").is_none() && row.refused.iter().all(|(steps, ..)| steps != &["id"])
        {
            let id = minted(sheet, &row);
            notes.push((None, None, format!("has no id, so it is called `{id}`")));
            row.fields.push(("id".into(), Node::Text(id)));
        }
        row.noted = !notes.is_empty();
        self.report.notes.extend(notes.into_iter().map(|(heading, found, message)| ImportRemark {
            sheet: table.label.clone(),
            row: Some(line.row),
            column: heading.map(|heading| heading.label.clone()),
            found,
            message,
            remedy: None,
        }));
        row
    }

    /// Notes where a row stands and gives its fields; refused fields become faults at their places.
    fn refuse(&mut self, sheet: &'static Sheet, row: Row) -> Node {
        let index = self.note_row(sheet, &row);
        let root = format!("/{}/{index}", sheet.list);
        for (steps, ask, found) in row.refused {
            let issue = Issue::error(ask.code, format!("{root}/{}", steps.join("/")), ask.message, ask.help);
            self.draft.issues.push(match found {
                Some(found) => issue.found(found),
                None => issue,
            });
        }
        Node::Map(row.fields)
    }

    fn note_row(&mut self, sheet: &'static Sheet, row: &Row) -> usize {
        let spots = self.spots.entry(sheet.list).or_default();
        spots.rows.push(row.row);
        if row.noted {
            spots.noted.insert(row.row);
        }
        spots.rows.len() - 1
    }

    fn entries<T: Entry>(&mut self, sheet: &'static Sheet, rows: Vec<Row>) -> Vec<T> {
        rows.into_iter().map(|row| self.entry(sheet, row)).collect()
    }

    /// Reads an entry. Of fields that were refused nothing more is said.
    fn entry<T: Entry>(&mut self, sheet: &'static Sheet, row: Row) -> T {
        let before = self.draft.issues.len();
        let node = self.refuse(sheet, row);
        let (root, index) = (At::ROOT, self.spots[sheet.list].rows.len() - 1);
        let list = root.field(sheet.list);
        let refused: Vec<String> =
            self.draft.issues[before..].iter().map(|issue| issue.pointer.clone()).collect();
        let mut issues = Vec::new();
        let entry = T::read(node, &list.entry(index), &mut issues);
        issues.retain(|issue| !refused.contains(&issue.pointer));
        self.draft.issues.extend(issues);
        entry
    }

    fn cooperatives(
        &mut self,
        sheet: &'static Sheet,
        rows: Vec<Row>,
        certificates: &'static Sheet,
        held: Vec<Row>,
    ) {
        let mut by_owner: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        for mut row in held {
            let owner = row.fields.iter().position(|(name, _)| name == "cooperative");
            let refused = row.refused.iter().any(|(steps, ..)| steps == &["cooperative"]);
            match owner.map(|at| row.fields.remove(at).1) {
                Some(Node::Text(id)) => by_owner.entry(id).or_default().push(row),
                _ if refused => {
                    for (_, ask, found) in std::mem::take(&mut row.refused) {
                        self.place(certificates, Some(row.row), Some("cooperative"), ask, found);
                    }
                }
                _ => {
                    let ask = Ask::new(
                        "missing_field",
                        "the required field `cooperative` is missing",
                        "Write whose it is.",
                    );
                    self.place(certificates, Some(row.row), Some("cooperative"), ask, None);
                }
            }
        }
        let mut known: Vec<String> = Vec::new();
        for mut row in rows {
            let own = row.text("id").map(str::to_owned);
            let own_rows = own.as_ref().and_then(|id| by_owner.remove(id)).unwrap_or_default();
            known.extend(own);
            // In one cell, then in rows of their own.
            let at = row.fields.iter().position(|(name, _)| name == "certificates");
            let mut nodes = match at.map(|at| row.fields.remove(at).1) {
                Some(Node::List(nodes)) => nodes,
                _ => Vec::new(),
            };
            let mut lines = vec![Held::InCell(row.row); nodes.len()];
            let index = self.spots.get(sheet.list).map_or(0, |spots| spots.rows.len());
            for certificate in own_rows {
                lines.push(Held::InSheet(certificate.row));
                let mut fields = certificate.fields;
                for (steps, ask, found) in certificate.refused {
                    if !ask.code.is_empty() {
                        let pointer =
                            format!("/cooperatives/{index}/certificates/{}/{}", nodes.len(), steps.join("/"));
                        let issue = Issue::error(ask.code, pointer, ask.message, ask.help);
                        self.draft.issues.push(found.map_or(issue.clone(), |found| issue.found(found)));
                    }
                    // A filler, so that nothing more is said of it.
                    if steps == ["standard"] {
                        fields.push(("standard".into(), Node::Text(format!("\u{1}{index}"))));
                    }
                }
                if certificate.noted {
                    self.spots.entry(certificates.list).or_default().noted.insert(certificate.row);
                }
                nodes.push(Node::Map(fields));
            }
            row.fields.push(("certificates".into(), Node::List(nodes)));
            self.certificates.push(lines);
            let entry: Cooperative = self.entry(sheet, row);
            self.draft.parts.cooperatives.push(entry);
        }
        if self.draft.lost.contains(&"/cooperatives") {
            return;
        }
        let mut ownerless: Vec<(usize, String)> = by_owner
            .into_iter()
            .flat_map(|(id, rows)| rows.into_iter().map(move |row| (row.row, id.clone())))
            .collect();
        ownerless.sort_unstable();
        for (i, (row, id)) in ownerless.into_iter().enumerate() {
            // Linear in the list: only for the first thousand faults.
            let near =
                if i < 1000 { did_you_mean(&id, known.iter().map(String::as_str)) } else { String::new() };
            let help =
                if near.is_empty() { "Add the cooperative or correct the id.".to_owned() } else { near };
            let ask = Ask::new("unknown_cooperative", "there is no such cooperative", help);
            self.place(certificates, Some(row), Some("cooperative"), ask, Some(id));
        }
    }

    /// A fault whose place is known already.
    fn place(
        &mut self,
        sheet: &'static Sheet,
        row: Option<usize>,
        column: Option<&str>,
        ask: Ask,
        found: Option<String>,
    ) {
        let spots = self.spots.entry(sheet.list).or_default();
        let column = column.map(|name| spots.columns.get(name).cloned().unwrap_or_else(|| name.to_owned()));
        if let Some(row) = row {
            spots.refused.insert(row);
        }
        let label = spots.label.clone();
        let pointer = place(&label, row, column.as_deref());
        let mut issue = Issue::error(ask.code, pointer, ask.message, ask.help);
        if let Some(found) = found {
            issue = issue.found(found);
        }
        let remark = remark(&issue, label, row, column);
        self.placed.push((issue, remark));
    }

    fn finish(self) -> Import {
        let Self { mut draft, mut report, mut spots, certificates, placed } = self;
        let issues = std::mem::take(&mut draft.issues);
        // Columns that a whole sheet lacks are said of the sheet.
        let (said, issues): (Vec<_>, Vec<_>) = issues.into_iter().partition(|issue| issue.code.is_empty());
        draft.issues = issues;
        draft.issues.extend(placed.iter().map(|(issue, _)| issue.clone()));
        let places = Places { spots: &spots, certificates: &certificates };
        let found: RefCell<Vec<Refused>> = RefCell::default();
        let said: BTreeSet<String> = said.into_iter().map(|issue| issue.pointer).collect();
        let placed: BTreeMap<(String, &str), ImportRemark> =
            placed.into_iter().map(|(issue, remark)| ((issue.pointer, issue.code), remark)).collect();
        let show = |issue: Issue| {
            if issue.code.is_empty() {
                return Some(places.show(issue).0);
            }
            if said.contains(&issue.pointer) {
                return None;
            }
            if let Some(remark) = placed.get(&(issue.pointer.clone(), issue.code)) {
                found.borrow_mut().push((remark.clone(), None));
                return Some(issue);
            }
            let (issue, spot) = places.show(issue);
            if issue.severity == Severity::Error {
                let of_market = || ("the market".to_owned(), None, None);
                let (label, row, column) =
                    spot.as_ref().map_or_else(of_market, |s| (s.label.clone(), s.row, s.column.clone()));
                let row_of = spot.as_ref().and_then(|spot| Some((spot.list, spot.row?)));
                found.borrow_mut().push((remark(&issue, label, row, column), row_of));
            }
            Some(issue)
        };
        let mut market = draft.finish(show);
        if matches!(&market, Err(Error::Faults(issues)) if issues.is_empty()) {
            market = Err(Error::Internal("a market was refused without a reason".to_owned()));
        }
        for (remark, row) in found.into_inner() {
            if let Some((list, row)) = row {
                spots.entry(list).or_default().refused.insert(row);
            }
            report.refused.push(remark);
        }
        for list in SHEETS.into_iter().chain(CATALOGUE).map(|sheet| sheet.list) {
            let Some(spots) = spots.get(list) else { continue };
            let refused = spots.refused.len().min(spots.filled);
            let noted = spots.noted.difference(&spots.refused).count();
            report.sheets.push(SheetReport {
                sheet: spots.label.clone(),
                list,
                rows: spots.filled,
                taken: spots.filled.saturating_sub(noted + refused),
                noted,
                refused,
            });
        }
        Import { market, report }
    }
}
