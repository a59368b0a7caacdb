//! A matching round as plain text, for a terminal or a mail: what was linked, what was not, and why.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use crate::id::{DemandIx, OfferIx};
use crate::linkage::Rule;
use crate::metrics::Metrics;
use crate::plan::{Allocation, Bounds, Language, Plan, Reason, Status, Unmatched};
use crate::report::words::Words;
use crate::units::Kg;

/// The round as text in a language: headline figures, links by enterprise, and what is left with its reasons.
///
/// Several hundred lines for several hundred links; `plan.json` has it all for programs.
#[must_use]
pub fn round(plan: &Plan, metrics: &Metrics, language: Language) -> String {
    let report = Report { plan, metrics, language, words: Words::of(language), lists: true };
    let mut text = String::new();
    report
        .headline(&mut text)
        .and_then(|()| report.links(&mut text))
        .and_then(|()| report.left(&mut text))
        .expect(FITS);
    text
}

/// The headline figures, and how many offers and demands have something left for which reason: a screenful for
/// any market.
#[must_use]
pub fn summary(plan: &Plan, metrics: &Metrics, language: Language) -> String {
    let report = Report { plan, metrics, language, words: Words::of(language), lists: false };
    let mut text = String::new();
    report.headline(&mut text).and_then(|()| report.left(&mut text)).expect(FITS);
    text
}

/// What a plan falls short of what could be reached, as a share of it.
#[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
pub(super) fn lost(reached: i128, could: i128) -> f64 {
    if could == 0 { 0.0 } else { (could - reached) as f64 / could as f64 }
}

/// What is proved of a plan, in a sentence.
pub(super) fn proof(w: &Words, bounds: &Bounds) -> String {
    match bounds.status {
        Status::Optimal => w.optimal.to_owned(),
        // The bound is the optimum's value: the gap is what the promise costs.
        status @ (Status::Stable | Status::Fair | Status::Egalitarian) => {
            let promise = match status {
                Status::Stable => w.stable,
                Status::Fair => w.fair,
                _ => w.egalitarian,
            };
            let Bounds { objective, bound, .. } = *bounds;
            format!("{promise}; {} {}", w.costs, w.percent(lost(objective, bound)))
        }
        Status::Feasible => {
            // Under `volume`, where every kilogram is reached the score is what is left to prove.
            let (reached, bound) = match bounds.score {
                Some(score) if bounds.objective == bounds.bound => score,
                _ => (bounds.objective, bounds.bound),
            };
            if reached <= 0 {
                format!("{} {}", w.nothing, w.whole(bound))
            } else {
                let gap = Bounds { objective: reached, bound, ..*bounds }.gap();
                format!("{} {} %", w.feasible, w.decimal(gap * 100.0, 2))
            }
        }
    }
}

const FITS: &str = "writing to a string cannot fail";

struct Report<'a> {
    plan: &'a Plan,
    metrics: &'a Metrics,
    language: Language,
    words: &'static Words,
    /// Whether what is left is listed, or counted only.
    lists: bool,
}

impl Report<'_> {
    fn headline(&self, out: &mut String) -> fmt::Result {
        let (w, all) = (self.words, &self.metrics.all);
        let policy = self.plan.policy();
        writeln!(out, "{} {}", w.title, self.plan.market().as_of())?;
        let counts = |count: u64, word: &str| w.counted(count.into(), word);
        writeln!(
            out,
            "  {}, {}, {}",
            counts(all.cooperatives, w.cooperatives),
            counts(all.offers, w.offers),
            w.kg(all.offered_kg)
        )?;
        writeln!(
            out,
            "  {}, {}, {}",
            counts(all.enterprises, w.enterprises),
            counts(all.demands, w.demands),
            w.kg(all.demanded_kg)
        )?;
        writeln!(out, "  {}", counts(self.metrics.candidates, w.candidates))?;
        let (mechanism, objective) = ((w.mechanisms)(policy.mechanism), w.objective(policy.objective));
        let proof = proof(w, self.plan.bounds());
        writeln!(out, "  {mechanism}, {objective}: {proof}\n")?;
        writeln!(
            out,
            "{}: {} · {} {} · {} {}",
            w.matched,
            w.kg(all.matched_kg),
            w.percent(all.matched_share_of_offered),
            w.of_offered,
            w.percent(all.matched_share_of_demanded),
            w.of_demanded
        )?;
        let linked = |part: u64, whole: u64, share, word| {
            format!(
                "{} {} {} ({})",
                w.whole(part.into()),
                w.of,
                w.counted(whole.into(), word),
                w.percent(share)
            )
        };
        writeln!(
            out,
            "{}: {} · {}",
            w.linked,
            linked(all.linked_cooperatives, all.cooperatives, all.linked_share, w.cooperatives),
            linked(all.linked_enterprises, all.enterprises, all.linked_enterprises_share, w.enterprises)
        )?;
        writeln!(
            out,
            "{}: {} VND ({} {})",
            w.value,
            w.whole(all.value_vnd),
            w.kg(all.unpriced_kg),
            w.unpriced
        )?;
        writeln!(
            out,
            "{}: {} · {}: {} km",
            w.score,
            w.optional(all.mean_score, 3),
            w.distance,
            w.optional(all.mean_distance_km, 1)
        )?;
        let [fill, median, least, gini] = w.fill;
        writeln!(
            out,
            "{fill}: {median} {} · {least} {} · {gini} {}",
            w.optional_percent(all.fill_median),
            w.optional_percent(all.fill_min),
            w.optional(all.fill_gini, 3)
        )
    }

    fn links(&self, out: &mut String) -> fmt::Result {
        let (w, market) = (self.words, self.plan.market());
        let mut by_demand: BTreeMap<(u32, DemandIx), Vec<&Allocation>> = BTreeMap::new();
        for a in self.plan.allocations() {
            by_demand.entry((market.enterprise_of(a.demand).0, a.demand)).or_default().push(a);
        }
        writeln!(out, "\n{}", w.links)?;
        if by_demand.is_empty() {
            writeln!(out, "  {}", w.none)?;
        }
        let width = |text: &str| text.chars().count();
        let seller = |a: &Allocation| market.cooperative(market.cooperative_of(a.offer)).name_or_id();
        let widest = self.plan.allocations().iter().map(|a| width(seller(a))).max().unwrap_or(0).min(60);
        let mut last = None;
        for ((enterprise, demand), list) in by_demand {
            if last != Some(enterprise) {
                let buyer = market.enterprise(market.enterprise_of(demand));
                writeln!(out, "  {}", buyer.name_or_id())?;
                last = Some(enterprise);
            }
            let parts = market.demand(demand);
            let gets: i128 = list.iter().map(|a| i128::from(a.volume.0)).sum();
            writeln!(
                out,
                "    {} · {} · {} {} · {} {}",
                parts.id,
                parts.product,
                w.wants,
                w.kg(parts.volume.0.into()),
                w.gets,
                w.kg(gets)
            )?;
            for a in list {
                let name = seller(a);
                let pad = " ".repeat(widest.saturating_sub(width(name)));
                let score = self.plan.scores(a.offer, a.demand).map(|c| c.score.fraction());
                let km = w.decimal(self.plan.distance(a.offer, a.demand).km(), 0);
                write!(
                    out,
                    "      {name}{pad}  {:>14}  {km:>5} km  {}",
                    w.kg(a.volume.0.into()),
                    w.optional(score, 3)
                )?;
                if a.contract > Kg(0) {
                    write!(out, "  ({} {})", w.kg(a.contract.0.into()), w.contract)?;
                }
                if let Some((volumes, share)) = self.plan.pooled().zip(self.plan.via(a.offer, a.demand)) {
                    write!(out, "  ({} {})", w.through, volumes.pools().hub(share.hub).id)?;
                }
                writeln!(out)?;
            }
        }
        Ok(())
    }

    fn left(&self, out: &mut String) -> fmt::Result {
        let market = self.plan.market();
        let offers = self.plan.unmatched_offers();
        let offer = |at: OfferIx| {
            let parts = market.offer(at);
            (
                market.cooperative(market.cooperative_of(at)).name_or_id(),
                parts.id.as_str(),
                parts.product.as_str(),
            )
        };
        self.left_of(out, self.words.left_offers, offers, offer)?;
        let demands = self.plan.unmatched_demands();
        let demand = |at: DemandIx| {
            let parts = market.demand(at);
            (
                market.enterprise(market.enterprise_of(at)).name_or_id(),
                parts.id.as_str(),
                parts.product.as_str(),
            )
        };
        self.left_of(out, self.words.left_demands, demands, demand)
    }

    fn left_of<'b, Ix: Copy>(
        &self,
        out: &mut String,
        title: &str,
        list: &[Unmatched<Ix>],
        describe: impl Fn(Ix) -> (&'b str, &'b str, &'b str),
    ) -> fmt::Result {
        let w = self.words;
        let total: i128 = list.iter().map(|u| i128::from(u.left.0)).sum();
        writeln!(out, "\n{title}: {} ({})", w.whole(list.len() as i128), w.kg(total))?;
        let mut by_reason: BTreeMap<Reason, Vec<&Unmatched<Ix>>> = BTreeMap::new();
        for unmatched in list {
            // The rule and the ending have one code, and one line.
            let reason = match unmatched.reason {
                Reason::Lot => Reason::Rule(Rule::Lot),
                reason => reason,
            };
            by_reason.entry(reason).or_default().push(unmatched);
        }
        for (reason, list) in by_reason {
            writeln!(out, "  {}: {} ({})", reason.code(), self.language.reason(reason), list.len())?;
            for unmatched in list.iter().filter(|_| self.lists) {
                let (name, id, product) = describe(unmatched.at);
                writeln!(out, "    {name} ({id}) · {product} · {}", w.kg(unmatched.left.0.into()))?;
            }
        }
        Ok(())
    }
}
