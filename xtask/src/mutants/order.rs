//! An order that is random and the same for each seed.

use super::list::Mutant;

/// By a hash of each number, so that a mutant that is left out moves no other.
pub(super) fn shuffled(mut mutants: Vec<Mutant>, seed: u64) -> Vec<Mutant> {
    mutants.sort_by_key(|mutant| mixed(seed ^ mixed(mutant.id.into())));
    mutants
}

/// The last steps of `SplitMix64` (Steele, Lea, Flood 2014).
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
