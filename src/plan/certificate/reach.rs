//! Whether more could be done of what a policy asks before the objective, without a certificate.
//!
//! **Claims.** No plan that keeps volumes and capacities links more cooperatives; none sells more for the members of a
//! floor that is held to less than it asks.
//!
//! **Why exchanges of one kilogram suffice.** What cooperatives can sell are the integer points of a polymatroid, an
//! M♮-convex set (see `leximin`). Let `x` be the plan's totals and `z` those of a plan that is better by either claim:
//! some cooperative `c` has more in `z` than in `x`, and then `x` with one kilogram more for `c`, alone or for one less
//! of a `d` that has less in `z` than in `x`, can be had as well (Murota, *Discrete Convex Analysis*, 2003). For links take
//! `z` with a kilogram each for those that the plan links and for one that it does not: `d` keeps one. For a floor take
//! the sum over its members: it is largest where nobody can be given a kilogram alone or by one who is no member.
//! A floor in shares counts what others sell against it: at the most it can reach they sell nothing new.
//!
//! **What it cannot do.** Judge under a largest share for enterprises, whose capacities depend on the total; floors
//! beside others, which may give way to those before them; lots and the like.

use super::residual::{Explored, Reached, Residual, Seen};
use super::{HELP, SHOWN};
use crate::error::Issue;
use crate::linkage::Linkage;
use crate::plan::Allocation;

/// Whether no more cooperatives can be linked. Allocations must be feasible and sorted.
pub(super) fn most_linked(linkage: &Linkage, allocations: &[Allocation]) -> Vec<Issue> {
    let residual = Residual::of(linkage, allocations, Seen::FromCooperatives);
    let mut reached = Reached::nothing(&residual);
    let mut issues = Vec::new();
    for stand in residual.stands.iter().filter(|stand| stand.kg == 0 && stand.most > 0) {
        let message = match residual.explore(stand.party, &mut reached) {
            Explored::Free(far) => {
                format!("`{}` is not linked, and `{}` has room for it", stand.id, residual.far_ids[far])
            }
            Explored::Givers(givers) => {
                // With a contract it is linked whatever else it sells.
                let spares = |giver: &&usize| residual.stands[**giver].kg > 1;
                let Some(giver) = givers.iter().find(spares) else { continue };
                let giver = &residual.stands[*giver].id;
                format!("`{}` is not linked, and `{giver}` could spare it a kg and stay so", stand.id)
            }
        };
        issues.push(refuted(message));
        if issues.len() >= SHOWN {
            break;
        }
    }
    issues
}

/// Whether the members can sell no more together; `alone`: and nobody else sells anything new.
pub(super) fn most_sold(
    linkage: &Linkage,
    allocations: &[Allocation],
    members: &[bool],
    alone: bool,
) -> Vec<Issue> {
    let residual = Residual::of(linkage, allocations, Seen::FromCooperatives);
    let outside = |party: usize| !members[party];
    let mut reached = Reached::nothing(&residual);
    for stand in residual.stands.iter().filter(|stand| members[stand.party] && stand.kg < stand.most) {
        let message = match residual.explore(stand.party, &mut reached) {
            Explored::Free(far) => format!("`{}` could sell `{}` more", stand.id, residual.far_ids[far]),
            Explored::Givers(givers) => {
                let Some(giver) = givers.iter().find(|giver| outside(**giver)) else { continue };
                format!("`{}` could sell more and `{}` less", stand.id, residual.stands[*giver].id)
            }
        };
        return vec![refuted(format!("a quota is held to less than could be reached: {message}"))];
    }
    let more = residual.stands.iter().find(|stand| alone && outside(stand.party) && stand.new_kg > 0);
    let told = |stand: &super::residual::Stand| {
        refuted(format!("a quota is held to less than could be reached: `{}` sells something new", stand.id))
    };
    more.map(told).into_iter().collect()
}

fn refuted(message: String) -> Issue {
    Issue::error("not_most", "/allocations".to_owned(), message, HELP)
}
