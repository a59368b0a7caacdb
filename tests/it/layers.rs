//! The layers of the source: a module uses only lower ones, and none on its own line; no file is two ideas.

#![expect(clippy::disallowed_methods, reason = "a test of files reads them")]

use std::fs;
use std::path::{Path, PathBuf};

/// Modules by layer, lowest first. `market` and `policy` are one column of the domain; `solve` is the other.
const LAYERS: [&[&str]; 7] = [
    &["units", "id", "error", "watch"],
    &["market", "policy", "solve"],
    &["linkage"],
    &["plan"],
    &["metrics", "generate", "timetable", "round"],
    &["overview"],
    &["io", "report"],
];

/// Most lines of a file.
const LINES: usize = 500;

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).expect("the source is there").map(|entry| entry.expect("readable").path());
    let mut files = Vec::new();
    for path in entries {
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// Whether a module may use another.
fn may_use(module: &str, other: &str) -> bool {
    let same_column = matches!((module, other), ("market", "policy") | ("policy", "market"));
    let (Some(own), Some(used)) = (layer(module), layer(other)) else { return false };
    module == other || (module != "solve" && (used < own || same_column))
}

/// Modules of the crate that a line names: `crate::x`, and the first of `crate::{x…`.
fn named(code: &str) -> Vec<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    code.match_indices("crate::")
        .flat_map(|(at, found)| {
            let rest = &code[at + found.len()..];
            match rest.strip_prefix('{') {
                Some(group) => split_group(group).iter().map(|item| word(item)).collect(),
                None => vec![word(rest)],
            }
        })
        .collect()
}

/// The items of `a::b, c::{d, e}, f}` at its own level.
fn split_group(group: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    let mut depth = 0;
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => items.push(String::new()),
            _ => {}
        }
        if !(c == ',' && depth == 0) {
            items.last_mut().expect("never empty").push(c);
        }
    }
    items.iter().map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
}

/// What a file says against the layers.
fn offences(module: &str, text: &str) -> Vec<String> {
    let code: String =
        text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
    let re_exports = LibraryRoot::read();
    named(&code)
        .into_iter()
        .filter_map(|name| {
            // A type named at the crate's root stands for the module it comes from.
            let used = if layer(&name).is_some() { name } else { re_exports.module_of(&name)? };
            (!may_use(module, &used)).then(|| format!("{module} uses {used}"))
        })
        .collect()
}

/// The `pub use` lines of `lib.rs`.
struct LibraryRoot(Vec<(String, Vec<String>)>);

impl LibraryRoot {
    fn read() -> Self {
        let text = include_str!("../../src/lib.rs");
        let uses = text.split("pub use ").skip(1).filter_map(|rest| {
            let (module, list) = rest.split_once(';')?.0.split_once("::")?;
            let names = split_group(list.trim_start_matches('{'));
            Some((module.to_owned(), names))
        });
        Self(uses.collect())
    }

    fn module_of(&self, name: &str) -> Option<String> {
        self.0.iter().find(|(_, names)| names.iter().any(|n| n == name)).map(|(module, _)| module.clone())
    }
}

#[test]
fn modules_use_lower_layers_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut checked = 0;
    for path in sources(&root) {
        let inside = path.strip_prefix(&root).expect("below src");
        let module = inside.iter().next().expect("a file").to_string_lossy().replace(".rs", "");
        if ["lib", "bin", "guide"].contains(&module.as_str()) {
            continue;
        }
        assert!(layer(&module).is_some(), "{module} stands in no layer: say in which");
        let text = fs::read_to_string(&path).expect("readable");
        checked += 1;
        found.extend(
            offences(&module, &text).into_iter().map(|offence| format!("{}: {offence}", inside.display())),
        );
    }
    assert_eq!(found, Vec::<String>::new());
    assert!(checked > 40, "{checked} files");
}

#[test]
fn the_program_uses_the_public_library() {
    for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin")) {
        let text = fs::read_to_string(&path).expect("readable");
        assert!(!text.contains("#[path"), "{}", path.display());
    }
}

#[test]
fn files_are_short() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["src", "tests", "examples"] {
        for path in sources(&root.join(folder)) {
            let lines = fs::read_to_string(&path).expect("readable").lines().count();
            assert!(lines <= LINES, "{} has {lines} lines: two ideas?", path.display());
        }
    }
}

#[test]
fn forbidden_lines_are_seen() {
    let offends = |module: &str, text: &str| !offences(module, text).is_empty();
    assert!(offends("market", "use crate::linkage::Rule;"));
    assert!(offends("market", "fn f() { crate::solve::optimum() }"));
    assert!(offends("solve", "use crate::units::Kg;"));
    assert!(offends("solve", "use crate::{error::Error, id::OfferIx};"));
    assert!(offends("units", "use crate::market::Offer;"));
    assert!(offends("units", "use crate::error::Error;"), "one line, two names");
    assert!(offends("plan", "use crate::{policy::Policy,\n    metrics::{Metrics, x}};"));
    assert!(offends("linkage", "use crate::Plan;"), "through the crate's root");
    assert!(offends("io", "use crate::report::round;"));
    assert!(!offends("io", "use crate::plan::Plan; // crate::report"));
    assert!(!offends("market", "use crate::policy::Policy;"));
    assert!(!offends("plan", "use crate::solve::{self, SolveError};"));
    assert!(!offends("market", "use crate::market::{Offer, covers};"));
}
