//! Explanations as text. The layout is one; the words are a language's own.

use std::fmt::{self, Write};

use crate::linkage::Rule;
use crate::market::AcceptanceKind;
use crate::plan::explain::{
    Account, Explanation, Language, NearMiss, Outcome, PairExplanation, PoolStanding, Remedy, english,
    vietnamese,
};
use crate::plan::reason::Reason;
use crate::policy::Criterion;
use crate::units::grouped;

/// The words of a language.
pub(super) struct Words {
    pub(super) outcome: fn(&Outcome) -> String,
    pub(super) pool: fn(&PoolStanding) -> String,
    pub(super) remedy: fn(&Remedy) -> String,
    pub(super) reason: fn(Reason) -> &'static str,
    pub(super) rule: fn(Rule) -> &'static str,
    pub(super) criterion: fn(Criterion) -> &'static str,
    pub(super) kind: fn(AcceptanceKind) -> &'static str,
    /// Thousands are set off by it.
    pub(super) thousands: char,
    /// Decimals are set off by it.
    pub(super) point: char,
    pub(super) of: &'static str,
    pub(super) offer: &'static str,
    pub(super) demand: &'static str,
    pub(super) distance: &'static str,
    pub(super) scores: [&'static str; 3],
    pub(super) pools: &'static str,
    pub(super) rules: &'static str,
    pub(super) passed: &'static str,
    pub(super) criteria: &'static str,
    pub(super) certificates: &'static str,
    pub(super) required: &'static str,
    pub(super) preferred: &'static str,
    pub(super) held: &'static str,
    pub(super) until: &'static str,
    pub(super) accepted: &'static str,
    pub(super) matched: &'static str,
    pub(super) left: &'static str,
    pub(super) links: &'static str,
    pub(super) contract: &'static str,
    pub(super) funnel: &'static str,
    pub(super) near: &'static str,
}

impl Words {
    /// A decimal number in the language's way.
    fn decimal(&self, number: &str) -> String {
        number.replace('.', &self.point.to_string())
    }

    /// What a code of a funnel says.
    fn ending(&self, code: &str) -> &'static str {
        use Reason::{
            AllOrNothing, Capacity, CertifiedVolume, NoCounterpart, OutCompeted, PartnerLimit, Policy, Tie,
        };
        let others =
            [NoCounterpart, OutCompeted, Capacity, PartnerLimit, AllOrNothing, CertifiedVolume, Tie, Policy];
        let known = Rule::ALL.into_iter().map(Reason::Rule).chain(others);
        known.into_iter().find(|reason| reason.code() == code).map_or(self.matched, self.reason)
    }
}

impl Language {
    fn words(self) -> &'static Words {
        match self {
            Self::English => &english::WORDS,
            Self::Vietnamese => &vietnamese::WORDS,
        }
    }

    /// A reason in words, such as `others are worth more there`.
    #[must_use]
    pub fn reason(self, reason: Reason) -> &'static str {
        (self.words().reason)(reason)
    }

    /// A rule in words, such as `certification`.
    #[must_use]
    pub fn rule(self, rule: Rule) -> &'static str {
        (self.words().rule)(rule)
    }

    /// A change in words, such as ``obtain `haccp`, valid on 2025-12-01``.
    #[must_use]
    pub fn remedy(self, remedy: &Remedy) -> String {
        (self.words().remedy)(remedy)
    }
}

impl Explanation {
    /// The explanation as text in a language, several lines.
    #[must_use]
    pub fn in_language(&self, language: Language) -> String {
        let mut text = String::new();
        let words = language.words();
        let written = match self {
            Self::Pair(pair) => write_pair(&mut text, pair, words),
            Self::Offer(e) => {
                let title = format!("{} `{}` {} {}", words.offer, e.offer, words.of, e.cooperative);
                write_account(&mut text, &title, &e.account, words)
            }
            Self::Demand(e) => {
                let title = format!("{} `{}` {} {}", words.demand, e.demand, words.of, e.enterprise);
                write_account(&mut text, &title, &e.account, words)
            }
        };
        written.expect("writing to a string cannot fail");
        text
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.in_language(Language::English))
    }
}

#[expect(clippy::many_single_char_names, reason = "the three scores, in a row")]
fn write_pair(out: &mut String, e: &PairExplanation, w: &Words) -> fmt::Result {
    writeln!(
        out,
        "{} `{}` {} {} → {} `{}` {} {}",
        w.offer, e.offer, w.of, e.cooperative, w.demand, e.demand, w.of, e.enterprise
    )?;
    writeln!(out, "{}", (w.outcome)(&e.outcome))?;
    if let Some(pool) = &e.pool {
        writeln!(out, "{}: {}", w.pools, (w.pool)(pool))?;
    }
    writeln!(out, "{}: {} km", w.distance, w.decimal(&format!("{:.1}", e.distance_km)))?;
    if let (Some(joint), Some(cooperative), Some(enterprise)) =
        (e.score, e.cooperative_score, e.enterprise_score)
    {
        let [a, b, c] = w.scores;
        let line = format!("{a} {joint} · {b} {cooperative} · {c} {enterprise}");
        writeln!(out, "{}", w.decimal(&line))?;
    }
    writeln!(out, "\n{}", w.rules)?;
    for check in &e.rules {
        let verdict = check.remedy.as_ref().map_or_else(|| w.passed.to_owned(), w.remedy);
        let mark = if check.passed { '✓' } else { '✗' };
        writeln!(out, "  {mark} {}: {verdict}", (w.rule)(check.rule))?;
    }
    if !e.criteria.is_empty() {
        writeln!(out, "\n{}", w.criteria)?;
        for line in &e.criteria {
            let name = (w.criterion)(line.criterion);
            let pad = 22_usize.saturating_sub(name.chars().count());
            let side = |i: usize| {
                let [weight, value, both] = [line.weight[i], line.value[i], line.contribution[i]];
                w.decimal(&format!("{weight:.2} × {value:.3} = {both:.3}"))
            };
            writeln!(out, "  {name}{}{}   {}", " ".repeat(pad), side(0), side(1))?;
        }
    }
    if !e.certificates.is_empty() {
        writeln!(out, "\n{}", w.certificates)?;
        for held in &e.certificates {
            let kind = if held.required { w.required } else { w.preferred };
            write!(out, "  {} ({kind}): {} `{}`", held.asked, w.held, held.held)?;
            if let Some(until) = held.valid_until {
                write!(out, " {} {until}", w.until)?;
            }
            for (standard, kind, basis) in &held.via {
                write!(out, "; {} `{standard}` ({}", w.accepted, (w.kind)(*kind))?;
                if let Some(basis) = basis {
                    write!(out, ": {basis}")?;
                }
                write!(out, ")")?;
            }
            writeln!(out)?;
        }
    }
    Ok(())
}

fn write_account(out: &mut String, title: &str, a: &Account, w: &Words) -> fmt::Result {
    let mut title = title.chars();
    let title: String = title.next().into_iter().flat_map(char::to_uppercase).chain(title).collect();
    let kg = |kg: i64| grouped(kg.into(), w.thousands);
    writeln!(out, "{title}: {}, {} kg", a.product, kg(a.volume_kg.0))?;
    write!(out, "{} {} kg, {} {} kg", w.matched, kg(a.matched_kg.0), w.left, kg(a.left_kg.0))?;
    match a.reason {
        Some(reason) => writeln!(out, ": {}", (w.reason)(reason))?,
        None => writeln!(out)?,
    }
    if !a.links.is_empty() {
        writeln!(out, "\n{}", w.links)?;
        for link in &a.links {
            write!(out, "  {} ({}): {} kg", link.name, link.with, kg(link.volume_kg.0))?;
            if link.contract_kg.0 > 0 {
                write!(out, ", {} {} kg", w.contract, kg(link.contract_kg.0))?;
            }
            match link.score {
                Some(score) => writeln!(out, ", {} {}", w.scores[0], w.decimal(&score.to_string()))?,
                None => writeln!(out)?,
            }
        }
    }
    writeln!(out, "\n{}", w.funnel)?;
    for (code, count) in &a.funnel {
        let said = w.ending(code);
        let code = if said == *code { String::new() } else { format!("{code}: ") };
        writeln!(out, "  {count:>6}  {code}{said}")?;
    }
    if !a.near.is_empty() {
        writeln!(out, "\n{}", w.near)?;
        for NearMiss { with, name, outcome, remedy } in &a.near {
            write!(out, "  {name} ({with}): {}", (w.outcome)(outcome))?;
            match remedy {
                Some(remedy) => writeln!(out, " → {}", (w.remedy)(remedy))?,
                None => writeln!(out)?,
            }
        }
    }
    Ok(())
}
