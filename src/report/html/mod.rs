//! A round as one HTML page: no request to anywhere, both languages, for screens, phones and paper.
//!
//! The page is a template beside this file; its values are escaped by the engine, every one. Charts are SVG drawn from
//! numbers worked out here: each has a title, a description and its figures as a table, and tells apart by shape and
//! words what it tells apart by colour. Sorting, searching and the page's language for screen readers are a script of
//! some fifty lines; without it the page is all there.

mod bars;
mod format;
mod frontier;
mod map;
mod sankey;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

use crate::overview::{Bilingual, Cell, Column, Overview, TARGET_PERCENT, Table};
use crate::plan::{Language, Privacy};
use crate::report::text::proof;
use crate::report::words::Words;
use format::CellView;

/// Most rows of a table on the page; the workbook has all.
const ROWS: usize = 300;

/// The share at present, from the same source as the note on the page says.
const PRESENT_PERCENT: u32 = 13;

const TEMPLATES: [(&str, &str); 6] = [
    ("page.html", include_str!("page.html")),
    ("tables.html", include_str!("tables.html")),
    ("macros.html", include_str!("macros.html")),
    ("map.html", include_str!("map.html")),
    ("charts.html", include_str!("charts.html")),
    ("frontier.html", include_str!("frontier.html")),
];

#[derive(Serialize)]
struct Page {
    style: &'static str,
    script: &'static str,
    version: &'static str,
    as_of: String,
    day: Bilingual,
    privacy: &'static str,
    proof: Bilingual,
    mechanism: Bilingual,
    objective: Bilingual,
    bounds: Option<[Bilingual; 2]>,
    tiles: Vec<Tile>,
    sides: [Side; 2],
    participation: Vec<bars::Share>,
    target: u32,
    /// Whether the target is the organiser's, not the national one.
    own_target: bool,
    /// Whether all that is linked stands by contracts and decisions.
    nothing_to_choose: bool,
    present: u32,
    fill: Vec<bars::Column>,
    fill_figures: [Bilingual; 3],
    without_candidate: Bilingual,
    map: map::Map,
    sankey: Option<sankey::Sankey>,
    frontier: Option<frontier::Frontier>,
    pairs: Bilingual,
    candidates: Bilingual,
    funnel: bars::Bars,
    offer_reasons: bars::Bars,
    demand_reasons: bars::Bars,
    gaps_left_out: Option<Bilingual>,
    tables: Tables,
}

/// A headline figure.
#[derive(Serialize)]
struct Tile {
    name: Bilingual,
    value: Bilingual,
    note: Bilingual,
}

/// One side of the market, in a line.
#[derive(Serialize)]
struct Side {
    parties: Bilingual,
    entries: Bilingual,
    volume: Bilingual,
}

#[derive(Serialize)]
struct Tables {
    links: TableView,
    left_offers: Option<TableView>,
    left_demands: Option<TableView>,
    gaps: Option<TableView>,
    levers: TableView,
    areas: TableView,
    products: TableView,
    kinds: TableView,
    tags: TableView,
    stars: TableView,
    standards: TableView,
    flows: TableView,
    funnel: TableView,
    reasons: TableView,
    fill: TableView,
    frontier: TableView,
}

#[derive(Serialize)]
struct TableView {
    key: &'static str,
    title: Bilingual,
    columns: Vec<ColumnView>,
    rows: Vec<Vec<CellView>>,
    /// How many there are, where not all are shown.
    of: Option<Bilingual>,
    shown: Bilingual,
    count: usize,
}

#[derive(Serialize)]
struct ColumnView {
    title: Bilingual,
    number: bool,
}

/// The round as one self-contained HTML page in Vietnamese and English, as far as the overview's level of privacy
/// tells. The same overview gives the same bytes.
///
/// Tables have 300 rows at most, the largest, and say of how many.
///
/// ```
/// # use lienket::{Cooperative, Demand, Enterprise, Kg, Linkage, Market, MarketParts, Mechanism};
/// # use lienket::{Offer, Place, Plan, Policy};
/// use lienket::{Overview, Privacy, report};
/// # let mut parts = MarketParts::new("2025-11-28".parse()?);
/// # parts.cooperatives.push(Cooperative::new("htx", Place::id("vn/thai-nguyen")).name("<b>HTX</b>"));
/// # parts.enterprises.push(Enterprise::new("shop", Place::id("vn/ha-noi")));
/// # parts.offers.push(Offer::new("o", "htx", "tea/green", Kg(500)));
/// # parts.demands.push(Demand::new("d", "shop", "tea", Kg(300)));
/// # let linkage = Linkage::build(&Market::build(parts)?, &Policy::default())?;
/// # let plan = Plan::solve(&linkage, Mechanism::Optimal)?;
/// let page = report::html(&Overview::of(&plan, Privacy::Organiser));
/// assert!(page.contains("&lt;b&gt;HTX"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn html(overview: &Overview) -> String {
    let page = Page::of(overview);
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("the delimiters are the usual ones"));
    for (name, source) in TEMPLATES {
        environment.add_template(name, source).expect("the templates are compiled in, and tests render them");
    }
    let template = environment.get_template("page.html").expect("it has just been added");
    template
        .render(Serde(&page))
        .expect("every value that the templates name is there, and tests render all of them")
}

impl Page {
    fn of(overview: &Overview) -> Self {
        let total = &overview.total;
        let said = |say: fn(&Words, &Overview) -> String| {
            Bilingual::of(|language: Language| say(Words::of(language), overview))
        };
        let told = overview.privacy != Privacy::Public;
        let table = |table: Table| TableView::of(table);
        let some = |table: Table| told.then(|| TableView::of(table));
        Self {
            style: include_str!("style.css"),
            script: include_str!("script.js"),
            version: env!("CARGO_PKG_VERSION"),
            as_of: overview.as_of.to_string(),
            day: format::day(overview.as_of),
            privacy: match overview.privacy {
                Privacy::Public => "public",
                Privacy::Organiser => "organiser",
                Privacy::Auditor => "auditor",
            },
            proof: said(|w, overview| proof(w, &overview.bounds)),
            mechanism: said(|w, overview| (w.mechanisms)(overview.policy.mechanism).to_owned()),
            objective: said(|w, overview| w.objective(overview.policy.objective).to_owned()),
            bounds: told.then(|| [overview.bounds.objective, overview.bounds.bound].map(format::whole)),
            tiles: tiles(overview),
            sides: [
                Side {
                    parties: format::whole(total.cooperatives.into()),
                    entries: format::whole(total.offers.into()),
                    volume: format::tonnes(total.offered_kg),
                },
                Side {
                    parties: format::whole(total.enterprises.into()),
                    entries: format::whole(total.demands.into()),
                    volume: format::tonnes(total.demanded_kg),
                },
            ],
            participation: bars::participation(overview),
            target: overview.target_percent,
            own_target: overview.target_percent != TARGET_PERCENT,
            nothing_to_choose: overview.nothing_to_choose(),
            present: PRESENT_PERCENT,
            fill: bars::fill(overview),
            fill_figures: [
                format::share(overview.fill[0]),
                format::share(overview.fill[1]),
                format::decimal(overview.fill[2], 3),
            ],
            without_candidate: format::whole(overview.without_candidate.into()),
            map: map::Map::of(overview),
            sankey: sankey::Sankey::of(overview),
            frontier: frontier::Frontier::of(overview),
            pairs: format::whole(overview.pairs().into()),
            candidates: format::whole(overview.candidates.into()),
            funnel: bars::funnel(overview),
            offer_reasons: bars::reasons(&overview.offer_reasons),
            demand_reasons: bars::reasons(&overview.demand_reasons),
            gaps_left_out: Some(overview.gaps_looked_at.1)
                .filter(|left_out| *left_out > 0)
                .map(|left_out| format::whole(left_out.into())),
            tables: Tables {
                links: table(overview.links_table()),
                left_offers: some(overview.left_offers_table()),
                left_demands: some(overview.left_demands_table()),
                gaps: some(overview.gaps_table()),
                levers: table(overview.levers_table()),
                areas: table(overview.areas_table()),
                products: table(overview.products_table()),
                kinds: table(overview.kinds_table()),
                tags: table(overview.tags_table()),
                stars: table(overview.stars_table()),
                standards: table(overview.standards_table()),
                flows: table(overview.flows_table()),
                funnel: table(overview.funnel_table()),
                reasons: table(overview.reasons_table()),
                fill: table(overview.fill_table()),
                frontier: table(overview.frontier_table()),
            },
        }
    }
}

fn tiles(overview: &Overview) -> Vec<Tile> {
    let total = &overview.total;
    let of = |part: u64, whole: u64| {
        let (part, whole) = (format::whole(part.into()), format::whole(whole.into()));
        Bilingual::new(part.vi + "/" + &whole.vi, part.en + "/" + &whole.en)
    };
    let note = |value: &Bilingual, vi: &str, en: &str| {
        Bilingual::new(format!("{} {vi}", value.vi), format!("{} {en}", value.en))
    };
    let share = |part: u64, whole: u64| format::percent(part.into(), whole.into());
    let [offered, demanded] =
        [total.offered_kg, total.demanded_kg].map(|kg| format::percent(total.sold_kg, kg));
    let mut tiles = vec![
        Tile {
            name: Bilingual::new("Khối lượng kết nối", "Volume linked"),
            value: format::tonnes(total.sold_kg),
            note: Bilingual::new(
                format!("{} lượng chào bán · {} lượng cần mua", offered.vi, demanded.vi),
                format!("{} of what is offered · {} of what is demanded", offered.en, demanded.en),
            ),
        },
        Tile {
            name: Bilingual::new("Hợp tác xã có liên kết", "Cooperatives linked"),
            value: of(total.linked_cooperatives, total.cooperatives),
            note: note(
                &share(total.linked_cooperatives, total.cooperatives),
                "số đơn vị tham gia",
                "of those who took part",
            ),
        },
        Tile {
            name: Bilingual::new("Doanh nghiệp có liên kết", "Enterprises linked"),
            value: of(total.linked_enterprises, total.enterprises),
            note: note(
                &share(total.linked_enterprises, total.enterprises),
                "số đơn vị tham gia",
                "of those who took part",
            ),
        },
        Tile {
            name: Bilingual::new("Liên kết", "Links"),
            value: format::whole(overview.links.len() as i128),
            note: note(&format::whole(overview.candidates.into()), "cặp đủ điều kiện", "candidate pairs"),
        },
    ];
    if let Some(value) = total.value_vnd {
        tiles.push(Tile {
            name: Bilingual::new("Giá trị", "Value"),
            value: format::money(value),
            note: Bilingual::new(
                format!("theo giá giữa; {} chưa có giá", format::tonnes(total.unpriced_kg).vi),
                format!("at mid prices; {} without a price", format::tonnes(total.unpriced_kg).en),
            ),
        });
    }
    let score = format::decimal(overview.mean_score, 3);
    tiles.push(Tile {
        name: Bilingual::new("Khoảng cách bình quân", "Mean distance"),
        value: note(&format::decimal(overview.mean_distance_km, 0), "km", "km"),
        note: match overview.mean_score {
            Some(_) => Bilingual::new(
                format!("theo kg · điểm bình quân {}", score.vi),
                format!("by kg · mean score {}", score.en),
            ),
            None => Bilingual::new("theo kg", "by kg"),
        },
    });
    tiles
}

impl TableView {
    fn of(table: Table) -> Self {
        let (all, count) = (table.rows.len(), table.rows.len().min(ROWS));
        let mut rows = table.rows;
        if all > ROWS {
            // The largest by the first column of kilograms.
            let kg = |row: &Vec<Cell>| {
                row.iter().find_map(|cell| if let Cell::Kg(kg) = cell { Some(*kg) } else { None })
            };
            rows.sort_by_key(|row| std::cmp::Reverse(kg(row)));
            rows.truncate(ROWS);
        }
        Self {
            key: table.key,
            title: table.title,
            columns: table
                .columns
                .into_iter()
                .map(|Column { title, number }| ColumnView { title, number })
                .collect(),
            rows: rows.iter().map(|row| row.iter().map(CellView::of).collect()).collect(),
            of: (all > ROWS).then(|| format::whole(all as i128)),
            shown: format::whole(count as i128),
            count,
        }
    }
}
