//! Draws `growth.svg` from the figures in `growth.csv` and `peers.csv`: seconds over candidate pairs, both
//! logarithmic. To be read in black and white.
//!
//! `cargo bench --bench plot`. With `-- --test` nothing is written; the picture must be what the figures give.

#[path = "support/measure.rs"]
mod measure;

use std::error::Error;
use std::path::PathBuf;

use plotters::coord::Shift;
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const SIZE: (u32, u32) = (960, 680);
/// Height of the text, from line to line, and from the top of a line to its middle.
const TEXT: u32 = 21;
const LEADING: i32 = 29;
const MIDDLE: i32 = 9;
const CANDIDATES: std::ops::Range<f64> = 1e4..1e8;
const SECONDS: std::ops::Range<f64> = 5e-5..100.0;

/// A line of `growth.csv`.
#[derive(Deserialize)]
struct Growth {
    candidates: f64,
    search_s: f64,
    solve_s: f64,
    certificate_s: f64,
    proven_plan_s: f64,
}

/// A line of `peers.csv`: what a solver needed for one of the instances of `peers.rs`.
#[derive(Deserialize)]
struct Peer {
    candidates: f64,
    solver: String,
    seconds: f64,
}

fn main() -> Result<()> {
    let picture = draw(&figures("growth.csv")?, &figures("peers.csv")?)?;
    write(&picture)
}

#[expect(clippy::disallowed_methods, reason = "the picture lies beside its figures")]
fn write(picture: &str) -> Result<()> {
    let path = beside("growth.svg");
    if measure::in_earnest() {
        std::fs::write(path, picture)?;
    } else if std::fs::read_to_string(path)? != picture {
        return Err("growth.svg is not what the figures give: run `cargo bench --bench plot`".into());
    }
    Ok(())
}

fn beside(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "benches", name].iter().collect()
}

fn figures<T: DeserializeOwned>(name: &str) -> Result<Vec<T>> {
    Ok(csv::Reader::from_path(beside(name))?.deserialize().collect::<csv::Result<_>>()?)
}

type Pixel = (i32, i32);
type Picture<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Marks that differ without colour.
#[derive(Clone, Copy)]
enum Mark {
    Dot,
    Ring,
    Frame,
    Square,
    Triangle,
    Cross,
    Diamond,
}

impl Mark {
    fn draw(self, picture: &Picture, at: Pixel) -> Result<()> {
        let (x, y) = at;
        let corners = [(x - 5, y - 5), (x + 5, y + 5)];
        let line = BLACK.stroke_width(2);
        match self {
            Self::Dot => picture.draw(&Circle::new(at, 5, BLACK.filled()))?,
            Self::Ring => {
                picture.draw(&Circle::new(at, 5, WHITE.filled()))?;
                picture.draw(&Circle::new(at, 5, line))?;
            }
            Self::Frame => {
                picture.draw(&Rectangle::new(corners, WHITE.filled()))?;
                let around = [(x - 5, y - 5), (x + 5, y - 5), (x + 5, y + 5), (x - 5, y + 5), (x - 5, y - 6)];
                picture.draw(&PathElement::new(around, line))?;
            }
            Self::Square => picture.draw(&Rectangle::new(corners, BLACK.filled()))?,
            Self::Triangle => picture.draw(&TriangleMarker::new(at, 8, BLACK))?,
            Self::Cross => picture.draw(&Cross::new(at, 6, line))?,
            Self::Diamond => {
                picture.draw(&Polygon::new([(x, y - 8), (x + 7, y), (x, y + 8), (x - 7, y)], BLACK))?;
            }
        }
        Ok(())
    }
}

/// A stage of `growth.csv`, and how its line is told from the others.
struct Line {
    stage: &'static str,
    seconds: fn(&Growth) -> f64,
    /// Lengths of a dash and a gap; none is a line without gaps.
    dashes: Option<(i32, i32)>,
    width: u32,
    mark: Option<Mark>,
}

const LINES: [Line; 4] = [
    Line {
        stage: "market to proven plan",
        seconds: |line| line.proven_plan_s,
        dashes: None,
        width: 3,
        mark: None,
    },
    Line {
        stage: "candidates and scores",
        seconds: |line| line.search_s,
        dashes: Some((11, 6)),
        width: 2,
        mark: Some(Mark::Ring),
    },
    Line { stage: "optimum", seconds: |line| line.solve_s, dashes: None, width: 1, mark: Some(Mark::Dot) },
    Line {
        stage: "certificate",
        seconds: |line| line.certificate_s,
        dashes: Some((2, 5)),
        width: 2,
        mark: Some(Mark::Frame),
    },
];

/// Solvers of `peers.csv`, and their marks.
const SOLVERS: [(&str, Mark); 4] = [
    ("OR-Tools", Mark::Square),
    ("LEMON", Mark::Triangle),
    ("LEMON, split by hand", Mark::Cross),
    ("lienket", Mark::Diamond),
];

impl Line {
    fn draw(&self, picture: &Picture, path: Vec<Pixel>, marks: &[Pixel]) -> Result<()> {
        let style = BLACK.stroke_width(self.width);
        match self.dashes {
            None => picture.draw(&PathElement::new(path, style))?,
            Some((dash, gap)) => picture.draw(&DashedPathElement::new(path, dash, gap, style))?,
        }
        marks.iter().try_for_each(|at| self.mark.map_or(Ok(()), |mark| mark.draw(picture, *at)))
    }
}

fn draw(growth: &[Growth], peers: &[Peer]) -> Result<String> {
    let mut svg = String::new();
    {
        let picture = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        picture.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&picture)
            .margin(16)
            .margin_right(64)
            .x_label_area_size(68)
            .y_label_area_size(100)
            .build_cartesian_2d(
                CANDIDATES.log_scale().with_key_points(decades(4, 8)),
                SECONDS.log_scale().with_key_points(decades(-4, 2)),
            )?;
        let text = ("sans-serif", TEXT);
        chart
            .configure_mesh()
            .label_style(text)
            .axis_desc_style(text)
            .bold_line_style(BLACK.mix(0.15))
            .light_line_style(TRANSPARENT)
            .x_desc("candidate pairs")
            .y_desc("seconds, 2 threads")
            .x_label_formatter(&|pairs| grouped(*pairs))
            .y_label_formatter(&|seconds| seconds.to_string())
            .draw()?;
        for line in &LINES {
            let point = |at: &Growth| chart.backend_coord(&(at.candidates, (line.seconds)(at)));
            let path: Vec<Pixel> = growth.iter().map(point).collect();
            line.draw(&picture, path.clone(), &path)?;
        }
        for peer in peers {
            if let Some((_, mark)) = SOLVERS.iter().find(|(solver, _)| *solver == peer.solver) {
                mark.draw(&picture, chart.backend_coord(&(peer.candidates, peer.seconds)))?;
            }
        }
        // What the marks mean, where the chart is empty: solvers on the left, stages on the right.
        let write = |words: &str, at: Pixel| picture.draw(&Text::new(words.to_owned(), at, text));
        let (left, mut y) = (140, 32);
        write("the optimum of the instances S, M and L:", (left, y))?;
        for (solver, mark) in SOLVERS {
            y += LEADING;
            mark.draw(&picture, (left + 12, y + MIDDLE))?;
            write(solver, (left + 34, y))?;
        }
        let (left, mut y) = (556, 418);
        write("synthetic national markets:", (left, y))?;
        for line in &LINES {
            y += LEADING;
            let middle = y + MIDDLE;
            line.draw(&picture, vec![(left, middle), (left + 64, middle)], &[(left + 32, middle)])?;
            write(line.stage, (left + 80, y))?;
        }
        picture.present()?;
    }
    Ok(svg)
}

fn decades(from: i32, to: i32) -> Vec<f64> {
    (from..=to).map(|power| 10_f64.powi(power)).collect()
}

/// A whole number with its thousands apart.
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
