//! The commands `generate` and `export`, run as a person runs them.

use std::fs;

use crate::support::program::run;

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn a_generated_market_is_checked_converted_and_exported() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &str| run(folder.path(), &arguments.split(' ').collect::<Vec<_>>());
    let done = |arguments: &str| {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments}: {}", text(&output.stderr));
        text(&output.stdout).to_owned()
    };
    assert_eq!(
        done("generate --preset forum --seed 5 market.json"),
        "market.json written: 180 offers, 110 demands\n"
    );
    assert_eq!(
        done("generate --preset forum --seed 5 --scale 1 tables"),
        "tables written: 180 offers, 110 demands\n"
    );
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    done("convert tables again.json");
    assert_eq!(read("market.json"), read("again.json"));
    let checked = done("check market.json");
    assert!(checked.contains("0 faults") && checked.contains("180 offers"));

    let pairs = checked.split(", ").last().unwrap().trim();
    assert_eq!(done("export market.json pairs.csv"), format!("pairs.csv written: {pairs}\n"));
    assert_eq!(done("export market.json network.min"), format!("network.min written: {pairs}\n"));
    let count: usize = pairs.split(' ').next().unwrap().parse().unwrap();
    assert_eq!(text(&read("pairs.csv")).lines().count(), count + 1);
    assert!(text(&read("network.min")).contains("\np min "));

    fs::write(folder.path().join("policy.toml"), "format = \"lienket/policy@1\"\nmax_distance_km = 0\n")
        .unwrap();
    done("export market.json --policy policy.toml near.csv");
    assert!(text(&read("near.csv")).lines().count() < count);
}

#[test]
fn what_cannot_be_made_is_refused_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |arguments: &str, said: &str| {
        let output = run(folder.path(), &arguments.split(' ').collect::<Vec<_>>());
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        assert!(text(&output.stderr).contains(said), "{arguments}: {}", text(&output.stderr));
        assert!(output.stdout.is_empty());
    };
    for scale in ["0", "-1", "nan", "inf", "1e9"] {
        refused(&format!("generate --preset national --seed 1 --scale {scale} m.json"), "above 0");
    }
    refused("generate --preset national --seed 1 --scale much m.json", "--scale");
    refused("generate --preset village --seed 1 m.json", "national");
    refused("generate --preset forum --seed -1 m.json", "--seed");
    refused("generate --preset forum m.json", "--seed");
    refused("generate --preset forum --seed 1 m.xls", "workbooks");
    refused("generate --preset forum --seed 1 no/such/m.json", "Create the folder");
    refused("export m.json out.parquet", "Parquet");
    refused("export m.json out.lp", "`.min`");
    refused("export m.json out.min", "nothing at this path");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
