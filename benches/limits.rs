//! Volumes under lots, partner limits and whole columns: gaps and times by class.
//!
//! ```text
//! cargo bench --bench limits                             classes of 300 × 60, 2,000 × 300 and one country
//! cargo bench --bench limits -- small                    12 and 6 demands, where branch and bound proves optima
//! cargo bench --bench limits -- middle                   300 × 60 alone; likewise large, country
//! cargo bench --bench limits -- write FOLDER             the instances as text, for other solvers
//! ```
//!
//! A line a class: gap = (bound − value) / value and seconds, median and worst over shares of whole columns, ratios of
//! supply to demand and seeds.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "made-up numbers and percentages"
)]

#[path = "support/lots.rs"]
mod lots;
#[path = "support/measure.rs"]
mod measure;

use std::ops::ControlFlow;

use lienket::solve::{Effort, optimum, violations, within_limits};
use lots::{Class, text};

/// Sizes with what is varied within a class.
struct Size {
    name: &'static str,
    offers: usize,
    demands: usize,
    geographic: &'static [bool],
    lots: &'static [i64],
    suppliers: &'static [Option<u32>],
    whole: &'static [u64],
    supply: &'static [i64],
    seeds: u64,
}

const ALL: &[Option<u32>] = &[None, Some(8), Some(4)];
const SIZES: [Size; 5] = [
    Size {
        name: "small",
        offers: 30,
        demands: 6,
        geographic: &[false, true],
        lots: &[5, 10, 20],
        suppliers: &[None, Some(4)],
        whole: &[0, 30],
        supply: &[80, 100, 130],
        seeds: 3,
    },
    Size {
        name: "small",
        offers: 60,
        demands: 12,
        geographic: &[false, true],
        lots: &[5, 10, 20],
        suppliers: &[None, Some(4)],
        whole: &[0, 30],
        supply: &[80, 100, 130],
        seeds: 3,
    },
    Size {
        name: "middle",
        offers: 300,
        demands: 60,
        geographic: &[false, true],
        lots: &[5, 10, 20],
        suppliers: ALL,
        whole: &[0, 20, 30],
        supply: &[80, 100, 130],
        seeds: 1,
    },
    Size {
        name: "large",
        offers: 2000,
        demands: 300,
        geographic: &[false, true],
        lots: &[5, 10, 20],
        suppliers: ALL,
        whole: &[20],
        supply: &[80, 100, 130],
        seeds: 1,
    },
    Size {
        name: "country",
        offers: 60_000,
        demands: 40_000,
        geographic: &[true],
        lots: &[10],
        suppliers: &[Some(8)],
        whole: &[20],
        supply: &[100],
        seeds: 1,
    },
];

impl Size {
    /// Classes, each a list of its instances.
    fn classes(&self) -> Vec<(String, Vec<Class>)> {
        let mut classes = Vec::new();
        for &geographic in self.geographic {
            for &lot in self.lots {
                for &suppliers in self.suppliers {
                    let mut list = Vec::new();
                    for &whole in self.whole {
                        for &supply in self.supply {
                            for seed in 1..=self.seeds {
                                let (offers, demands) = (self.offers, self.demands);
                                list.push(Class {
                                    geographic,
                                    offers,
                                    demands,
                                    lot,
                                    whole,
                                    suppliers,
                                    supply,
                                    seed,
                                });
                            }
                        }
                    }
                    let kind = if geographic { "geographic" } else { "random" };
                    let partners =
                        suppliers.map_or("any number".to_owned(), |most| format!("at most {most}"));
                    classes.push((
                        format!("{} × {} {kind}, lot {lot} %, {partners}", self.offers, self.demands),
                        list,
                    ));
                }
            }
        }
        classes
    }
}

/// Gap in percent, seconds, and the network's gap in percent.
fn measured(class: &Class, effort: f64) -> [f64; 3] {
    let (transport, limits) = class.build();
    let start = optimum(&transport).expect("small numbers");
    let solve =
        || within_limits(&transport, &limits, &start, Effort(effort), &|_, _| ControlFlow::Continue(()));
    let (found, time) = measure::timed(solve);
    let found = found.expect("well formed");
    let mut flow = vec![0; transport.edges()];
    for &(edge, units) in &found.flow {
        flow[edge] = units;
    }
    assert!(violations(&transport, &flow, &limits).expect("well formed").is_empty(), "{}", class.name());
    let network: i128 = start.flow.iter().map(|&(e, x)| i128::from(x) * i128::from(transport.value[e])).sum();
    let gap = |bound: i128| (bound - found.value) as f64 / found.value.max(1) as f64 * 100.0;
    [gap(found.bound), time.as_secs_f64(), gap(network)]
}

/// The number so many hundredths up the list.
fn at(mut numbers: Vec<f64>, hundredths: usize) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[(numbers.len() * hundredths / 100).min(numbers.len() - 1)]
}

fn row(name: &str, results: &[[f64; 3]]) {
    let of = |kind: usize, hundredths| at(results.iter().map(|result| result[kind]).collect(), hundredths);
    println!(
        "| {name} | {:.2} / {:.2} / {:.2} | {:.2} / {:.2} | {:.2} |",
        of(0, 50),
        of(0, 90),
        of(0, 100),
        of(1, 50),
        of(1, 100),
        of(2, 50)
    );
}

fn main() {
    if !measure::in_earnest() {
        let class = Class {
            geographic: true,
            offers: 30,
            demands: 6,
            lot: 10,
            whole: 30,
            suppliers: Some(4),
            supply: 100,
            seed: 1,
        };
        println!("{}: gap, seconds, network gap {:?}", class.name(), measured(&class, 0.1));
        return;
    }
    let arguments = measure::arguments();
    if let [write, folder] = arguments.as_slice()
        && write == "write"
    {
        for (_, class) in SIZES.iter().flat_map(Size::classes) {
            for class in class {
                let (transport, limits) = class.build();
                let path = format!("{folder}/{}.txt", class.name().replace(' ', "_"));
                #[expect(clippy::disallowed_methods, reason = "a bench writes its instances")]
                std::fs::write(path, text(&transport, &limits)).expect("a writable folder");
            }
        }
        return;
    }
    let effort = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(1.0);
    let wanted = |size: &&Size| {
        let names: Vec<&String> = arguments.iter().filter(|name| name.parse::<f64>().is_err()).collect();
        names.is_empty() && size.name != "small" || names.iter().any(|name| *name == size.name)
    };
    println!("| class | gap %: median / 90 % / worst | seconds: median / worst | network's gap |");
    println!("|---|---|---|---|");
    for size in SIZES.iter().filter(wanted) {
        let mut all = Vec::new();
        for (name, class) in size.classes() {
            let results: Vec<[f64; 3]> = class.iter().map(|class| measured(class, effort)).collect();
            row(&name, &results);
            all.extend(results);
        }
        row(&format!("**all {} of {} × {}**", all.len(), size.offers, size.demands), &all);
    }
}
