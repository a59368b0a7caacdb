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
//! O(d log d) for d demands. A query is O(levels × log d + demands in the slices + d / 64), less where places come
//! from south to north: in a country longer than wide the slices hold a small multiple of what is found. Points spread over the whole globe with short
//! reaches would want a second axis.

use crate::id::DemandIx;
use crate::linkage::columns::Columns;
use crate::linkage::distance::{RADIUS, Spot};
use crate::linkage::joint::LANES;
use crate::units::Metres;

/// A demand within reach, and how far it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Neighbour {
    /// Position among the product's demands.
    pub(crate) position: u32,
    pub(crate) metres: Metres,
}

/// Reaches below this are one level.
const SHORTEST: f64 = 1024.0;

/// The demands of one product by place.
#[derive(Debug)]
pub(crate) struct Near {
    levels: Vec<Level>,
    /// Level by level; at the end, from `anywhere` on, demands without a limit or with one beyond the Earth's half girth.
    members: Vec<Member>,
    anywhere: u32,
}

/// Demands of about the same reach, sorted along the axis. Columns are parallel, those of numbers longer by a block.
#[derive(Debug, Default)]
struct Level {
    /// Longest chord of the level.
    longest: f32,
    /// Its first demand in the list of all, which decides where the chord does not rule out.
    first: u32,
    along: Vec<f32>,
    across: [Vec<f32>; 2],
    /// Square of the chord beyond which a demand is out of reach for certain.
    square: Vec<f32>,
}

/// A demand of the product.
#[derive(Clone, Copy, Debug, Default)]
struct Member {
    /// Of the demand's spot.
    vector: [f64; 3],
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
    /// What chords do not rule out, by position among the members; the rest is room.
    hits: Vec<u32>,
    /// By level.
    slices: Vec<(usize, usize)>,
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
    pub(crate) fn build(columns: &Columns, points: &[u32], demands: &[DemandIx], road_factor: f64) -> Self {
        let mut anywhere = Vec::new();
        let mut entries = Vec::with_capacity(demands.len());
        for (position, demand) in (0_u32..).zip(demands) {
            let limit = columns.limits[demand.index()];
            let spot = points[demand.index()];
            let vector = columns.ground.spots[spot as usize].vector;
            let member = Member { vector, limit, spot, position };
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
        let mut members = Vec::with_capacity(demands.len());
        let levels = entries.chunk_by(|a, b| a.0 == b.0).map(|entries| {
            let mut level = Level { first: count(members.len()), ..Level::default() };
            for (_, [along, second, third], chord, member) in entries {
                #[expect(clippy::cast_possible_truncation, reason = "rounded on purpose, with a margin")]
                let (chord, square) = (*chord as f32, (chord * chord) as f32);
                level.longest = level.longest.max(chord * (1.0 + 1e-6) + 1e-6);
                level.along.push(*along);
                level.across[0].push(*second);
                level.across[1].push(*third);
                level.square.push(square * (1.0 + 1e-6));
                members.push(*member);
            }
            // Read in whole blocks: what follows the last demand is out of its own reach.
            for column in [&mut level.along, &mut level.square].into_iter().chain(&mut level.across) {
                column.extend([f32::NEG_INFINITY; LANES]);
            }
            level
        });
        let levels = levels.collect();
        let first = count(members.len());
        members.append(&mut anywhere);
        Self { levels, members, anywhere: first }
    }

    /// Fills `scratch.neighbours` with the demands that reach a place, sorted.
    pub(crate) fn reaching(
        &self,
        columns: &Columns,
        demands: usize,
        spot: u32,
        within: impl Fn(Metres, f64) -> bool,
        scratch: &mut Scratch,
    ) {
        let ground = &columns.ground;
        let here = &ground.spots[spot as usize];
        let place = rough(here, ground.axis);
        scratch.found.clear();
        scratch.found.resize(demands.div_ceil(64), 0);
        if scratch.metres.len() < demands {
            scratch.metres.resize(demands, Metres(0));
        }
        let Scratch { found, metres, hits, slices, .. } = scratch;
        slices.resize(self.levels.len(), (0, 0));
        hits.resize(self.members.len() + LANES, 0);
        let mut end = 0;
        self.levels.iter().zip(slices).for_each(|(level, slice)| level.near(place, slice, hits, &mut end));
        for anywhere in self.anywhere..count(self.members.len()) {
            hits[end] = anywhere;
            end += 1;
        }
        for hits in hits[..end].chunks(LANES) {
            let mut vectors = [[0.0; LANES]; 3];
            for (lane, &hit) in hits.iter().enumerate() {
                let [x, y, z] = self.members[hit as usize].vector;
                vectors[0][lane] = x;
                vectors[1][lane] = y;
                vectors[2][lane] = z;
            }
            let mut short = [(Metres(0), false); LANES];
            for lane in 0..LANES {
                short[lane] = here.short([vectors[0][lane], vectors[1][lane], vectors[2][lane]]);
            }
            for (&hit, &(far, sure)) in hits.iter().zip(&short) {
                let member = &self.members[hit as usize];
                let far = if sure { far } else { here.metres(&ground.spots[member.spot as usize]) };
                let position = member.position as usize;
                found[position / 64] |= u64::from(within(far, member.limit)) << (position % 64);
                metres[position] = far;
            }
        }
        scratch.neighbours.clear();
        for (first, &bits) in (0..).step_by(64).zip(&scratch.found) {
            let mut bits = bits;
            while bits != 0 {
                let position = first + bits.trailing_zeros();
                bits &= bits - 1;
                scratch.neighbours.push(Neighbour { position, metres: scratch.metres[position as usize] });
            }
        }
    }
}

/// The first position in a sorted list that is not `before`, looked for from near where it is expected, in steps that
/// double: O(log of how far off).
fn first(sorted: &[f32], expected: usize, before: impl Fn(f32) -> bool) -> usize {
    let mut step = 1;
    let (mut low, mut high) = (expected, expected);
    if sorted.get(expected).is_some_and(|&at| before(at)) {
        while high < sorted.len() && before(sorted[high]) {
            low = high + 1;
            high += step;
            step *= 2;
        }
    } else {
        while low > 0 && !before(sorted[low - 1]) {
            high = low - 1;
            low = low.saturating_sub(step);
            step *= 2;
        }
    }
    let high = high.min(sorted.len());
    low + sorted[low..high].partition_point(|&at| before(at))
}

impl Level {
    /// Writes every demand that may reach a place at the end of the hits; no other does. `slice` is where the last query
    /// looked: places mostly come in order.
    fn near(
        &self,
        [along, second, third]: [f32; 3],
        slice: &mut (usize, usize),
        hits: &mut [u32],
        end: &mut usize,
    ) {
        let own = &self.along[..self.along.len() - LANES];
        slice.0 = first(own, slice.0, |at| at < along - self.longest);
        slice.1 = first(own, slice.1, |at| at <= along + self.longest);
        for start in (slice.0..slice.1).step_by(LANES) {
            let column = |column: &[f32]| -> [f32; LANES] {
                column[start..start + LANES].try_into().expect("columns are longer by that much")
            };
            let (x, y, z) = (column(&self.along), column(&self.across[0]), column(&self.across[1]));
            let square = column(&self.square);
            let mut inside = [0_u32; LANES];
            for i in 0..LANES {
                let (x, y, z) = (x[i] - along, y[i] - second, z[i] - third);
                inside[i] = u32::from(x * x + y * y + z * z <= square[i]);
            }
            // Appended without a branch.
            let room = &mut hits[*end..*end + LANES];
            let mut found = 0;
            for (member, &inside) in (self.first + count(start)..).zip(&inside) {
                room[found % LANES] = member;
                found += inside as usize;
            }
            *end += found;
        }
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).expect("a market holds at most 10^7 of anything")
}
