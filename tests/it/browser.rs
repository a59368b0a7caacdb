//! The report in a real browser: pictures of it, what it says on the console, what it asks the network for.
//!
//! Needs a Chromium (`chromium` from Debian will do); without one these tests say that they were skipped.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lienket::{Overview, Privacy, report};

use crate::report::forum;

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

fn browser() -> Option<&'static str> {
    NAMES
        .into_iter()
        .find(|name| Command::new(name).arg("--version").output().is_ok_and(|o| o.status.success()))
}

struct Seen {
    /// What the page said on the console.
    console: Vec<String>,
    /// Addresses that the page asked for, itself aside.
    asked: Vec<String>,
    picture: PathBuf,
}

/// Opens a page at a size and takes a picture of it, or prints it.
fn open(browser: &str, folder: &Path, name: &str, page: &str, size: &str) -> Seen {
    let html = folder.join(format!("{name}.html"));
    fs::write(&html, page).unwrap();
    let picture = folder.join(format!("{name}.{}", if size == "print" { "pdf" } else { "png" }));
    let log = folder.join(format!("{name}.netlog"));
    let profile = tempfile::tempdir().unwrap();
    let mut command = Command::new(browser);
    command.args(["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"]);
    command.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
    command.args(["--enable-logging=stderr", "--virtual-time-budget=4000", "--no-pdf-header-footer"]);
    command.arg(format!("--user-data-dir={}", profile.path().display()));
    command.arg(format!("--log-net-log={}", log.display()));
    // No name is resolved, whatever is asked for: that something was is in the log.
    command.arg("--host-resolver-rules=MAP * ~NOTFOUND");
    if size == "print" {
        command.arg(format!("--print-to-pdf={}", picture.display()));
    } else {
        command.arg(format!("--screenshot={}", picture.display())).arg(format!("--window-size={size}"));
    }
    let output = command.arg(format!("file://{}", html.display())).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    let console = told.lines().filter(|line| line.contains(":CONSOLE")).map(str::to_owned).collect();
    let log = fs::read_to_string(log).unwrap();
    // Requests of a page have an initiator, a file an opaque one; those of the browser for itself have none.
    let requests = log.lines().filter(|line| {
        line.contains("\"initiator\":\"") && !line.contains("\"initiator\":\"not an origin\"")
    });
    let addresses = requests.filter_map(|line| line.split_once("\"url\":\"")?.1.split('"').next());
    let asked = addresses.filter(|url| !url.starts_with("file:") && !url.starts_with("data:"));
    Seen { console, asked: asked.map(str::to_owned).collect(), picture }
}

/// How many colours a picture has, and its size.
fn colours(picture: &Path) -> (usize, [u32; 2]) {
    let mut reader =
        png::Decoder::new(std::io::BufReader::new(fs::File::open(picture).unwrap())).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let bytes = info.line_size / info.width as usize;
    let colours: std::collections::BTreeSet<&[u8]> = pixels.chunks_exact(bytes).collect();
    (colours.len(), [info.width, info.height])
}

/// Tries what a reader may do, and tells on the console what came of it.
const PROBE: &str = r##"<script>
const out = {};
const grid = document.querySelector("#links .grid"), rows = () => [...grid.querySelectorAll("tbody tr")];
const heads = [...grid.querySelectorAll("th")], kg = heads.findIndex(head => head.classList.contains("n"));
const volumes = () => rows().map(row => Number(row.cells[kg].dataset.v));
const sorted = (list, sign) => list.every((v, i) => i === 0 || sign * (list[i - 1] - v) <= 0);
heads[kg].querySelector("button").click();
out.down = sorted(volumes(), -1) && heads[kg].getAttribute("aria-sort") === "descending";
heads[kg].querySelector("button").click();
out.up = sorted(volumes(), 1);
const input = grid.querySelector("input"), all = rows().length;
input.value = "hao dat"; input.dispatchEvent(new Event("input"));
const shown = rows().filter(row => !row.hidden);
out.found = shown.length > 0 && shown.length < all && shown.every(row => row.textContent.includes("Hảo Đạt"));
const title = () => document.querySelector("h1").innerText;
const before = title(), was = document.documentElement.lang;
document.getElementById("in-en").click();
out.language = was === "vi" && document.documentElement.lang === "en" && before !== title() && title().includes("Cooperatives");
const visible = [...document.body.querySelectorAll("[lang=vi]")].filter(e => e.getClientRects().length);
out.one_language = visible.length === 0;
out.fits = document.documentElement.scrollWidth <= window.innerWidth;
out.fetched = performance.getEntriesByType("resource").length;
console.log("probe " + JSON.stringify(out));
</script></body>"##;

#[test]
fn the_report_is_seen_without_a_word_and_without_a_request() {
    let Some(browser) = browser() else {
        eprintln!("1 skipped: no Chromium to look at the report with ({})", NAMES.join(", "));
        return;
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report");
    fs::create_dir_all(&folder).unwrap();
    let page = report::html(&Overview::of(&forum(), Privacy::Organiser));
    for (name, size, pixels) in [("desktop", "1440,900", [1440, 900]), ("phone", "390,844", [390, 844])] {
        let seen = open(browser, &folder, name, &page, size);
        assert_eq!(seen.console, Vec::<String>::new(), "{name}");
        assert_eq!(seen.asked, Vec::<String>::new(), "{name}");
        let (colours, size) = colours(&seen.picture);
        assert_eq!(size, pixels);
        assert!(colours > 60, "{name} has {colours} colours: is it empty?");
        let seen = open(
            browser,
            &folder,
            &format!("{name}-probe"),
            &page.replace("</body>", PROBE),
            &format!("{},{}", pixels[0], pixels[1]),
        );
        let probe = seen
            .console
            .iter()
            .find_map(|line| line.split_once("probe "))
            .unwrap_or_else(|| panic!("{:?}", seen.console))
            .1;
        for wanted in ["down", "up", "found", "language", "one_language", "fits"] {
            assert!(probe.contains(&format!("\"{wanted}\":true")), "{name}: {wanted} in {probe}");
        }
        assert!(probe.contains("\"fetched\":0"), "{name}: {probe}");
    }
    let seen = open(browser, &folder, "print", &page, "print");
    assert_eq!((seen.console.len(), seen.asked.len()), (0, 0));
    let paper = fs::read(&seen.picture).unwrap();
    assert!(paper.starts_with(b"%PDF") && paper.len() > 50_000, "{} bytes", paper.len());
}

#[test]
fn a_page_that_asks_or_complains_is_noticed() {
    let Some(browser) = browser() else {
        eprintln!("1 skipped: no Chromium to look at the report with ({})", NAMES.join(", "));
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let asking = "<!DOCTYPE html><img src=\"http://report.invalid/x.png\"><p>x";
    let seen = open(browser, folder.path(), "asking", asking, "300,200");
    assert_eq!(seen.asked.first().map(String::as_str), Some("http://report.invalid/x.png"));
    let blank = open(browser, folder.path(), "blank", "<!DOCTYPE html><title>x</title>", "300,200");
    assert!(colours(&blank.picture).0 < 10, "nothing on it");
    let seen =
        open(browser, folder.path(), "failing", "<!DOCTYPE html><script>missing()</script>", "300,200");
    assert!(seen.console.iter().any(|line| line.contains("missing is not defined")), "{:?}", seen.console);
    // What the page's own policy forbids is told on the console.
    let page = report::html(&Overview::of(&forum(), Privacy::Public));
    let spoiled = page.replace("</body>", "<img src=\"http://report.invalid/x.png\"></body>");
    let seen = open(browser, folder.path(), "spoiled", &spoiled, "300,200");
    assert!(seen.console.iter().any(|line| line.contains("Content Security Policy")), "{:?}", seen.console);
}
