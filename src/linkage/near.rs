//! Which demands of one product lie within reach of a place.
//!
//! # Problem
//! Every demand has a reach of its own, most of them short against the country. For each place of offers: all
//! demands that reach it, with the exact metres, sorted, without looking at all the others.
//!
//! # Method
//! Demands are sorted into levels, reaches of a level differing by less than a factor of two, and within a level
//! along one axis of space (for a long country, about from south to north). For a place only the slice of a level
//! is looked at whose coordinate along the axis differs by no more than the level's longest chord; there the chord
//! in space is compared with the demand's own. Both are done in single precision and with a margin: what they drop
//! is too far, for certain, at the poles and across the date line too, for chords know nothing of degrees. What
//! they keep is decided by the metres. Demands that reach everywhere are a list of their own.
//!
//! The margin: a coordinate in single precision errs by 2⁻²⁵, so the chord between two points by less than
//! 1.1 × 10⁻⁷ (0.7 m) and by 3 × 10⁻⁷ of itself; metres are rounded by 0.5. Two metres and a millionth cover it.
//!
//! # Complexity
//! O(d log d) for d demands. A query is O(levels × log d + demands in the slices + d / 64): in a country longer
//! than wide the slices hold a small multiple of what is found. Points spread over the whole globe with short
//! reaches would want a second axis.

use crate::id::DemandIx;
use crate::linkage::columns::Columns;
use crate::linkage::distance::{RADIUS, Spot};
use crate::units::Metres;

/// A demand within reach, and how far it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Neighbour {
    pub(crate) demand: DemandIx,
    pub(crate) metres: Metres,
}

/// Points looked at in one go.
const BLOCK: usize = 64;
/// Reaches below this are one level.
const SHORTEST: f64 = 1024.0;

/// The demands of one product by place.
#[derive(Debug)]
pub(crate) struct Near {
    levels: Vec<Level>,
    /// Demands without a limit, or with one beyond the Earth's half girth.
    anywhere: Vec<Member>,
}

/// Demands of about the same reach, sorted along the axis. Columns are parallel.
#[derive(Debug, Default)]
struct Level {
    /// Longest chord of the level.
    longest: f32,
    along: Vec<f32>,
    across: [Vec<f32>; 2],
    /// Square of the chord beyond which a demand is out of reach for certain.
    square: Vec<f32>,
    /// What decides, where the chord does not rule out.
    member: Vec<Member>,
}

/// A demand of the product.
#[derive(Clone, Copy, Debug, Default)]
struct Member {
    /// Distance limit in metres.
    limit: f64,
    spot: u32,
    /// Position among the product's demands.
    position: u32,
}

/// Buffers of a query, kept from one to the next.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// By position: found, and how far.
    found: Vec<u64>,
    metres: Vec<Metres>,
    /// The last answer.
    pub(crate) neighbours: Vec<Neighbour>,
}

/// A place in single precision, the axis first.
fn rough(spot: &Spot, axis: usize) -> [f32; 3] {
    #[expect(clippy::cast_possible_truncation, reason = "rounded on purpose, with a margin")]
    let [x, y, z] = spot.vector.map(|coordinate| coordinate as f32);
    match axis {
        0 => [x, y, z],
        1 => [y, x, z],
        _ => [z, x, y],
    }
}

/// The chord that a reach in metres certainly does not exceed; `None` where it covers the Earth.
pub(crate) fn chord(reach: f64) -> Option<f64> {
    let angle = (reach * (1.0 + 1e-6) + 2.0) / (2.0 * RADIUS);
    (angle < std::f64::consts::FRAC_PI_2).then(|| 2.0 * libm::sin(angle))
}

impl Near {
    /// Sorts the demands of a product, themselves sorted, by place.
    pub(crate) fn build(columns: &Columns, demands: &[DemandIx], road_factor: f64) -> Self {
        let mut anywhere = Vec::new();
        let mut entries = Vec::with_capacity(demands.len());
        for (position, demand) in (0_u32..).zip(demands) {
            let limit = columns.limits[demand.index()];
            let member = Member { limit, spot: columns.ground.demands[demand.index()], position };
            let reach = limit / road_factor;
            let Some(chord) = chord(reach) else {
                anywhere.push(member);
                continue;
            };
            let place = rough(&columns.ground.spots[member.spot as usize], columns.ground.axis);
            // The exponent is the level: powers of two.
            let level = reach.max(SHORTEST).to_bits() >> 52;
            entries.push((level, place, chord, member));
        }
        entries.sort_unstable_by(|a, b| {
            a.0.cmp(&b.0).then(a.1[0].total_cmp(&b.1[0])).then(a.3.position.cmp(&b.3.position))
        });
        let levels = entries.chunk_by(|a, b| a.0 == b.0).map(|entries| {
            let mut level = Level::default();
            for (_, [along, second, third], chord, member) in entries {
                #[expect(clippy::cast_possible_truncation, reason = "rounded on purpose, with a margin")]
                let (chord, square) = (*chord as f32, (chord * chord) as f32);
                level.longest = level.longest.max(chord * (1.0 + 1e-6) + 1e-6);
                level.along.push(*along);
                level.across[0].push(*second);
                level.across[1].push(*third);
                level.square.push(square * (1.0 + 1e-6));
                level.member.push(*member);
            }
            level
        });
        Self { levels: levels.collect(), anywhere }
    }

    /// Fills `scratch.neighbours` with the demands that reach a place, sorted.
    pub(crate) fn reaching(
        &self,
        columns: &Columns,
        demands: &[DemandIx],
        spot: u32,
        within: impl Fn(Metres, f64) -> bool,
        scratch: &mut Scratch,
    ) {
        let ground = &columns.ground;
        let here = &ground.spots[spot as usize];
        let place = rough(here, ground.axis);
        scratch.found.clear();
        scratch.found.resize(demands.len().div_ceil(64), 0);
        if scratch.metres.len() < demands.len() {
            scratch.metres.resize(demands.len(), Metres(0));
        }
        let mut take = |member: &Member| {
            let metres = here.metres(&ground.spots[member.spot as usize]);
            let position = member.position as usize;
            scratch.found[position / 64] |= u64::from(within(metres, member.limit)) << (position % 64);
            scratch.metres[position] = metres;
        };
        for level in &self.levels {
            level.near(place, &mut take);
        }
        self.anywhere.iter().for_each(&mut take);
        scratch.neighbours.clear();
        for (word, &bits) in scratch.found.iter().enumerate() {
            let mut bits = bits;
            while bits != 0 {
                let position = word * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                scratch
                    .neighbours
                    .push(Neighbour { demand: demands[position], metres: scratch.metres[position] });
            }
        }
    }
}

impl Level {
    /// Calls for every demand that may reach a place; no other does.
    fn near(&self, [along, second, third]: [f32; 3], take: &mut impl FnMut(&Member)) {
        let from = self.along.partition_point(|&at| at < along - self.longest);
        let until = from + self.along[from..].partition_point(|&at| at <= along + self.longest);
        let mut inside = [0_u32; BLOCK];
        let mut hits = [0; BLOCK];
        for start in (from..until).step_by(BLOCK) {
            let block = start..until.min(start + BLOCK);
            let count = block.len();
            let columns = (&self.along[block.clone()], &self.across[0][block.clone()]);
            let (x, y) = (columns.0, columns.1);
            let (z, square) = (&self.across[1][block.clone()], &self.square[block.clone()]);
            for i in 0..count {
                let (x, y, z) = (x[i] - along, y[i] - second, z[i] - third);
                inside[i] = u32::from(x * x + y * y + z * z <= square[i]);
            }
            // Appended without a branch.
            let mut found = 0;
            for (at, &inside) in block.zip(&inside) {
                hits[found] = at;
                found += inside as usize;
            }
            hits[..found].iter().for_each(|&at| take(&self.member[at]));
        }
    }
}
