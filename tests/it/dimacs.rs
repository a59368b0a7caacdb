//! Flow networks as DIMACS files.

use crate::support::networks::network_shapes;
use lienket::io::dimacs::{read_dimacs, write_dimacs};
use lienket::solve::{FlowNetwork, FlowStatus, check_flow, min_cost_flow};
use proptest::prelude::*;

fn optimum(network: &FlowNetwork) -> i128 {
    let found = min_cost_flow(network).expect("small numbers");
    assert_eq!(check_flow(network, &found), Ok(()));
    match found.status {
        FlowStatus::Optimal { cost, .. } => cost,
        other => panic!("{other:?}"),
    }
}

fn written(network: &FlowNetwork) -> Vec<u8> {
    let mut document = Vec::new();
    write_dimacs(network, &mut document).expect("memory takes all");
    document
}

/// Place and code of each fault.
fn faults(document: impl AsRef<[u8]>) -> Vec<(String, &'static str)> {
    let error = read_dimacs(document.as_ref()).expect_err("faulty");
    error.issues().iter().map(|issue| (issue.pointer.clone(), issue.code)).collect()
}

fn at(line: usize, code: &'static str) -> Vec<(String, &'static str)> {
    vec![(format!("line {line}"), code)]
}

#[test]
fn published_files_give_their_optima() {
    let example = include_bytes!("../../examples/data/bradley-hax-magnanti.min");
    assert_eq!(optimum(&read_dimacs(example).expect("a good file")), 150);
    let netgen = read_dimacs(include_bytes!("data/netgen-2.min")).expect("a good file");
    assert_eq!((netgen.supply.len(), netgen.arcs.len()), (400, 1416));
    assert_eq!(optimum(&netgen), 6_749_969_302);
}

#[test]
fn what_the_format_leaves_open() {
    let read = |document: &str| read_dimacs(document.as_bytes()).expect("a good file");
    let capacities = |arcs: &str| -> Vec<Option<i64>> {
        let count = arcs.lines().count();
        read(&format!("p min 2 {count}\n{arcs}")).arcs.iter().map(|arc| arc.capacity).collect()
    };
    let arcs = "a 1 2 0 -1 0\na 1 2 7 -1 0\na 1 2 -5 -1 0\na 1 2 -5 9223372036854775807 0\na 1 2 0 0 0";
    assert_eq!(capacities(arcs), [None, None, Some(-1), None, Some(0)]);
    // Windows line ends, tabs, blank lines, a byte order mark, comments in Latin-1, no last line end.
    let document =
        b"\xef\xbb\xbfc Universit\xe4t\r\n\r\np\tmin 2 1\r\nc\r\nn 1 +5\r\nn  2 -5 \r\na 2 1 0 3 -4";
    let network = read_dimacs(document).expect("a good file");
    assert_eq!(network.supply, [5, -5]);
    assert_eq!((network.arcs[0].from, network.arcs[0].to, network.arcs[0].cost), (1, 0, -4));
    assert_eq!(read("p min 0 0\n"), FlowNetwork::default());
    assert_eq!(read("p min 900 0\n").supply.len(), 900);
    assert_eq!(read("p min 1 2\na 1 1 0 1 0\na 1 1 0 1 0\n").arcs.len(), 2);
}

#[test]
fn every_fault_is_named_with_its_line() {
    let head = "p min 3 1\nn 1 4\n";
    let arc = "a 1 2 0 9 1\n";
    assert_eq!(faults(""), at(1, "no_problem"));
    assert_eq!(faults("c nothing\nc else\n"), at(3, "no_problem"));
    assert_eq!(faults("p max 3 1\na 1 2 5\n"), [at(1, "not_min"), at(2, "number_count")].concat());
    assert_eq!(faults("p min 3\n"), at(1, "number_count"));
    assert_eq!(faults("p min -3 1\n"), at(1, "negative_count"));
    assert_eq!(faults("p min 3 -1\n"), at(1, "negative_count"));
    assert_eq!(faults("p min 4000000000 0\n"), at(1, "too_many_nodes"));
    assert_eq!(faults("p min 9223372036854775807 0\n"), at(1, "too_many_nodes"));
    assert_eq!(faults("p min 99999999999999999999 0\n"), at(1, "not_a_number"));
    assert_eq!(
        faults(format!("{head}{arc}{head}")),
        [at(4, "duplicate_problem"), at(5, "duplicate_node")].concat()
    );
    assert_eq!(
        faults(format!("n 1 4\n{arc}p min 3 1\n")),
        [at(1, "no_problem_yet"), at(2, "no_problem_yet")].concat()
    );
    assert_eq!(faults(format!("{head}{arc}{arc}")), at(1, "arc_count"));
    assert_eq!(faults(head), at(1, "arc_count"));
    for (line, code) in [
        ("n 4 1", "unknown_node"),
        ("n 0 1", "unknown_node"),
        ("n -1 1", "unknown_node"),
        ("n 2", "number_count"),
        ("n 2 1 1", "number_count"),
        ("n 2 1.5", "not_a_number"),
        ("n 2 \u{ff13}", "not_a_number"),
        ("n 1 1", "duplicate_node"),
        ("e 1 2", "unknown_line"),
        ("nn 1 2", "unknown_line"),
        ("\u{0} 1 2", "unknown_line"),
    ] {
        assert_eq!(faults(format!("{head}{arc}{line}\n")), at(4, code), "{line}");
    }
    for (line, code) in [
        ("a 1 2 0 9", "number_count"),
        ("a 1 2 0 9 1 1", "number_count"),
        ("a 1 2 0 inf 1", "not_a_number"),
        ("a 1 2 0 9223372036854775808 1", "not_a_number"),
        ("a 1 4 0 9 1", "unknown_node"),
        ("a 4294967297 1 0 9 1", "unknown_node"),
        ("a 1 2 0 -2 1", "capacity_below_lower_bound"),
        ("a 1 2 5 4 1", "capacity_below_lower_bound"),
        ("a 1 2 -1 -2 1", "capacity_below_lower_bound"),
    ] {
        assert_eq!(faults(format!("{head}{line}\n")), at(3, code), "{line}");
    }
}

#[test]
fn messages_say_what_to_do() {
    let error = read_dimacs(b"p min 2 3\nn 3 4\na 1 2 5 4 1\nx\n").expect_err("faulty").to_string();
    let wanted = "\
4 faults in the document:
error[unknown_node] line 2: there is no such node: they are counted from 1 to 2 (found: 3). \
Check the node and the problem line.
error[capacity_below_lower_bound] line 3: the capacity 4 is below the lower bound 5. \
Write `-1` for an arc without a capacity, else at least the lower bound.
error[unknown_line] line 4: a line begins with `c`, `p`, `n` or `a` (found: x). \
Begin comments with `c`; this reads minimum-cost flow problems only.
error[arc_count] line 1: 3 arcs are announced, and 1 follow. Check that the file is whole.";
    assert_eq!(error, wanted);
}

#[test]
fn faults_without_end_are_counted() {
    let document = format!("p min 2 0\n{}", "x\n".repeat(100_000));
    let faults = faults(document);
    assert_eq!(faults.len(), 101);
    assert_eq!(faults[100].1, "more_faults");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_back(shape in network_shapes(12, 40, 20)) {
        let network = shape.build();
        prop_assert_eq!(read_dimacs(&written(&network)).expect("a good file"), network);
    }

    #[test]
    fn spoiled_files_are_read_or_refused(shape in network_shapes(6, 10, 5), cut in any::<usize>(), byte in any::<u8>()) {
        let mut document = written(&shape.build());
        let place = cut % document.len();
        document[place] = byte;
        let _ = read_dimacs(&document);
        let _ = read_dimacs(&document[..place]);
    }
}
