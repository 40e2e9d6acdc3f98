//! Places in the order in which their keys were last used, as far as the queue knows: the longest unused first.
//!
//! Nearly all come in that order and lie in blocks that are made and freed one by one. Those that don't, since their keys
//! were found to have been used again, lie in a heap.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};

use super::place::Place;

const BLOCK: usize = 512;

#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) used: u64,
    pub(super) place: Place,
}

#[derive(Default)]
pub(super) struct Queue {
    arrivals: VecDeque<VecDeque<Candidate>>,
    refiled: BinaryHeap<Reverse<Candidate>>,
}

impl Queue {
    pub(super) fn push(&mut self, candidate: Candidate) {
        let last = self.arrivals.back().and_then(|block| block.back());
        if last.is_some_and(|last| last.used > candidate.used) {
            self.refiled.push(Reverse(candidate));
        } else {
            self.append(candidate);
        }
    }

    fn append(&mut self, candidate: Candidate) {
        match self.arrivals.back_mut() {
            Some(block) if block.len() < BLOCK => block.push_back(candidate),
            _ => {
                let mut block = VecDeque::with_capacity(BLOCK);
                block.push_back(candidate);
                self.arrivals.push_back(block);
            }
        }
    }

    pub(super) fn first(&self) -> Option<Candidate> {
        let refiled = self.refiled.peek().map(|Reverse(candidate)| *candidate);
        self.first_arrival().into_iter().chain(refiled).min()
    }

    fn first_arrival(&self) -> Option<Candidate> {
        self.arrivals.front().and_then(|block| block.front()).copied()
    }

    pub(super) fn pop(&mut self) -> Option<Candidate> {
        let first = self.first()?;
        if self.first_arrival() == Some(first) {
            self.pop_arrival()
        } else {
            self.refiled.pop().map(|it| it.0)
        }
    }

    fn pop_arrival(&mut self) -> Option<Candidate> {
        let block = self.arrivals.front_mut()?;
        let first = block.pop_front();
        if block.is_empty() {
            self.arrivals.pop_front();
        }
        first
    }

    pub(super) fn is_empty(&self) -> bool {
        self.arrivals.is_empty() && self.refiled.is_empty()
    }
}

/// The longest unused is least.
impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.used.cmp(&other.used)
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.used == other.used
    }
}

impl Eq for Candidate {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A number is put in, none takes the first out.
        #[test]
        fn the_longest_unused_comes_first(given in prop::collection::vec(prop::option::of(0..50_u64), 0..2_000)) {
            let (mut queue, mut model) = (Queue::default(), Vec::new());
            for used in given {
                if let Some(used) = used {
                    queue.push(Candidate { used, place: Place::FIRST });
                    model.push(used);
                } else {
                    let first = model.iter().enumerate().min_by_key(|(_, used)| **used);
                    let expected = first.map(|(at, _)| at).map(|at| model.swap_remove(at));
                    prop_assert_eq!(queue.pop().map(|candidate| candidate.used), expected);
                }
                prop_assert_eq!(queue.is_empty(), model.is_empty());
            }
        }
    }

    #[test]
    fn blocks_are_freed_when_they_are_empty() {
        let mut queue = Queue::default();
        for used in 0..10 * BLOCK as u64 {
            queue.push(Candidate { used, place: Place::FIRST });
        }
        (0..9 * BLOCK).for_each(|_| assert!(queue.pop().is_some()));
        assert_eq!(queue.arrivals.len(), 1);
    }
}
