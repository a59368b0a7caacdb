//! Certificates: who holds what, and who asks for what.
//!
//! Shares are of the cooperatives that come to trade promotion, who hold more than all do: in one province 18 of
//! 1,529 cooperatives had VietGAP and 106 a product with OCOP stars. The food-safety paper is common among
//! processors; small growers are exempt from it.

use super::random::Random;
use crate::market::{Catalogue, Certificate, CertificateStatus};
use crate::units::{Date, Window};

/// What kind of production a product comes from: standards differ.
#[derive(Clone, Copy)]
pub(super) enum Scope {
    Crop,
    Livestock,
    Aquaculture,
    Processed,
    Craft,
}

/// A standard, whether its certificate names products, and the shares of suppliers that hold it, of demands
/// that require it, and of demands that prefer it.
struct Paper {
    standard: &'static str,
    named: bool,
    held: f64,
    required: f64,
    preferred: f64,
}

const fn paper(standard: &'static str, named: bool, held: f64, required: f64, preferred: f64) -> Paper {
    Paper { standard, named, held, required, preferred }
}

const CROP: [Paper; 10] = [
    paper("vietgap", true, 0.06, 0.04, 0.15),
    paper("globalgap", true, 0.015, 0.01, 0.03),
    paper("organic-vn", true, 0.015, 0.008, 0.04),
    paper("ocop-5", true, 0.001, 0.0, 0.01),
    paper("ocop-4", true, 0.02, 0.008, 0.05),
    paper("ocop-3", true, 0.08, 0.04, 0.08),
    paper("attp", false, 0.22, 0.05, 0.10),
    paper("haccp", false, 0.02, 0.012, 0.03),
    paper("puc-cn", true, 0.05, 0.015, 0.02),
    paper("trace", false, 0.15, 0.04, 0.12),
];
const LIVESTOCK: [Paper; 6] = [
    paper("vietgahp", true, 0.05, 0.03, 0.12),
    paper("ocop-4", true, 0.01, 0.004, 0.03),
    paper("ocop-3", true, 0.05, 0.02, 0.06),
    paper("attp", false, 0.35, 0.08, 0.10),
    paper("haccp", false, 0.02, 0.01, 0.03),
    paper("trace", false, 0.12, 0.04, 0.10),
];
const AQUACULTURE: [Paper; 7] = [
    paper("vietgap-aqua", true, 0.06, 0.04, 0.10),
    paper("asc", true, 0.02, 0.012, 0.04),
    paper("bap", true, 0.015, 0.008, 0.03),
    paper("ocop-3", true, 0.05, 0.02, 0.06),
    paper("attp", false, 0.35, 0.08, 0.10),
    paper("haccp", false, 0.04, 0.02, 0.04),
    paper("trace", false, 0.12, 0.04, 0.10),
];
const PROCESSED: [Paper; 9] = [
    paper("organic-vn", true, 0.02, 0.01, 0.03),
    paper("ocop-5", true, 0.003, 0.0, 0.03),
    paper("ocop-4", true, 0.09, 0.03, 0.12),
    paper("ocop-3", true, 0.30, 0.12, 0.15),
    paper("attp", false, 0.65, 0.20, 0.10),
    paper("haccp", false, 0.10, 0.05, 0.10),
    paper("iso22000", false, 0.05, 0.02, 0.05),
    paper("gmp", false, 0.04, 0.01, 0.02),
    paper("trace", false, 0.30, 0.08, 0.12),
];
const CRAFT: [Paper; 3] = [
    paper("ocop-3", true, 0.12, 0.04, 0.10),
    paper("fsc-fm", false, 0.03, 0.015, 0.05),
    paper("trace", false, 0.10, 0.02, 0.06),
];

/// Of the certificates: stopped for a time, and run out without anybody noticing.
const SUSPENDED: f64 = 0.01;
const EXPIRED: f64 = 0.002;

impl Scope {
    /// Of a product path.
    pub(super) fn of(path: &str) -> Self {
        let top = path.split('/').next().unwrap_or_default();
        match top {
            "livestock" | "dairy" => Self::Livestock,
            "aquaculture" => Self::Aquaculture,
            "processed" | "tea" => Self::Processed,
            "handicraft" | "forestry" | "flower" => Self::Craft,
            _ => Self::Crop,
        }
    }

    fn papers(self) -> &'static [Paper] {
        match self {
            Self::Crop => &CROP,
            Self::Livestock => &LIVESTOCK,
            Self::Aquaculture => &AQUACULTURE,
            Self::Processed => &PROCESSED,
            Self::Craft => &CRAFT,
        }
    }

    /// The certificates of a supplier that makes a product.
    pub(super) fn certificates(
        self,
        product: &str,
        as_of: Date,
        catalogue: &Catalogue,
        random: &mut Random,
    ) -> Vec<Certificate> {
        let mut held: Vec<Certificate> = Vec::new();
        for paper in self.papers() {
            if !random.chance(paper.held) || repeats(paper.standard, held.iter().map(|c| c.standard.as_str()))
            {
                continue;
            }
            let mut certificate = Certificate::new(paper.standard);
            if paper.named {
                certificate = certificate.product(product);
            }
            let entry = catalogue.standard(paper.standard).map(|standard| catalogue.standard_entry(standard));
            if let Some(months) = entry.and_then(|entry| entry.validity_months) {
                let days = i32::try_from(months).unwrap_or(36) * 30;
                let age = if random.chance(EXPIRED) { days + random.days(90) } else { random.days(days - 5) };
                let from = as_of.after(-age);
                certificate = certificate.valid(Window::new(from, from.after(days - 1)));
            }
            if random.chance(SUSPENDED) {
                certificate = certificate.status(CertificateStatus::Suspended);
            }
            held.push(certificate);
        }
        held
    }

    /// What a demand requires and what it prefers; demanding buyers ask for more.
    pub(super) fn asked(self, demanding: f64, random: &mut Random) -> (Vec<String>, Vec<String>) {
        let (mut required, mut preferred) = (Vec::new(), Vec::new());
        for paper in self.papers() {
            let draw = random.unit();
            let list = if draw < demanding * paper.required {
                &mut required
            } else if draw < demanding * paper.required + paper.preferred {
                &mut preferred
            } else {
                continue;
            };
            if !repeats(paper.standard, list.iter().map(String::as_str)) {
                list.push(paper.standard.to_owned());
            }
        }
        (required, preferred)
    }
}

/// Stars come once: the most stand first in the lists.
fn repeats<'a>(standard: &str, mut others: impl Iterator<Item = &'a str>) -> bool {
    standard.starts_with("ocop-") && others.any(|other| other.starts_with("ocop-"))
}
