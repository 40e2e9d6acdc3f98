//! The config in force: replaceable, lent by plain reference, and read without lock or guard.
//!
//! References to a config stay valid for ever: it has its place for good (`places`), and what is in force is the number
//! of one.

use once_cell::race::OnceBox;

use super::places::Places;
#[cfg(feature = "overrides")]
use crate::sync::Ordering::AcqRel;
use crate::sync::Ordering::{Acquire, Release};
use crate::sync::{AtomicU32, Mutex};

/// The place of the declared config. Stored ones count from 1.
const DECLARED: u32 = 0;

/// One policy's config: as declared, and as it was changed to since.
#[derive(Debug)]
pub(crate) struct Current<C> {
    declared: C,
    later: OnceBox<Later<C>>,
}

/// What the first change allocates.
#[derive(Debug)]
struct Later<C> {
    in_force: AtomicU32,
    /// What the program wants, under the overrides from outside.
    #[cfg(feature = "overrides")]
    by_hand: AtomicU32,
    /// Held by a change for as long as it takes, with what the policy derives from it.
    changing: Mutex<()>,
    places: Places<C>,
}

impl<C> Current<C> {
    pub(crate) const fn new(declared: C) -> Self {
        Self { declared, later: OnceBox::new() }
    }

    /// The config in force.
    #[inline]
    pub(crate) fn get(&self) -> &C {
        match self.later.get() {
            None => &self.declared,
            Some(later) => later.get().unwrap_or(&self.declared),
        }
    }

    /// The config that the policy was declared with, whatever is in force.
    pub(crate) fn declared(&self) -> &C {
        &self.declared
    }

    /// Makes a change while no other change of this policy is under way.
    pub(crate) fn in_turn<O>(&self, change: impl FnOnce() -> O) -> O {
        let _turn = self.later().changing.lock();
        change()
    }

    fn later(&self) -> &Later<C> {
        self.later.get_or_init(|| Box::new(Later::new()))
    }
}

impl<C: PartialEq> Current<C> {
    /// Puts `config` in force.
    ///
    /// # Errors
    /// [`FULL`](super::places::FULL), after 65,535 different ones.
    pub(crate) fn set(&self, config: C) -> Result<(), &'static str> {
        if self.later.get().is_none() && config == self.declared {
            return Ok(());
        }
        let later = self.later();
        if config == self.declared {
            later.in_force.store(DECLARED, Release);
            return Ok(());
        }
        later.places.take(config, |place| later.in_force.store(place, Release))
    }
}

/// Where a config is stored.
#[cfg(feature = "overrides")]
#[derive(Clone, Copy)]
pub(crate) struct Place(u32);

/// What the program wants, which outlasts overrides from outside.
#[cfg(feature = "overrides")]
impl<C> Current<C> {
    /// The config that the program wants by hand, else the declared one.
    pub(crate) fn by_hand(&self) -> &C {
        let stored = self.later.get().and_then(|later| later.at(later.by_hand.load(Acquire)));
        stored.unwrap_or(&self.declared)
    }

    /// Stores a config that is neither in force nor wanted yet.
    ///
    /// # Errors
    /// [`FULL`](super::places::FULL).
    pub(crate) fn keep(&self, config: C) -> Result<Place, &'static str>
    where
        C: PartialEq,
    {
        let mut kept = DECLARED;
        if config != self.declared {
            self.later().places.take(config, |place| kept = place)?;
        }
        Ok(Place(kept))
    }

    /// Notes what the program wants, without putting it in force; what it wanted before.
    pub(crate) fn remember(&self, Place(wanted): Place) -> Place {
        // Without room for others only the declared one can be wanted.
        self.later.get().map_or(Place(DECLARED), |later| Place(later.by_hand.swap(wanted, AcqRel)))
    }

    /// The declared config counts again as what the program wants.
    pub(crate) fn forget_by_hand(&self) {
        self.remember(Place(DECLARED));
    }
}

impl<C> Later<C> {
    fn new() -> Self {
        Self {
            in_force: AtomicU32::new(DECLARED),
            #[cfg(feature = "overrides")]
            by_hand: AtomicU32::new(DECLARED),
            changing: Mutex::new(()),
            places: Places::new(),
        }
    }

    /// `None`: the declared one.
    #[inline]
    fn get(&self) -> Option<&C> {
        self.at(self.in_force.load(Acquire))
    }

    fn at(&self, place: u32) -> Option<&C> {
        if place == DECLARED { None } else { self.places.at(place) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(not(shuttle))]
    use crate::current::places::FULL;

    fn stored<C>(current: &Current<C>) -> u32 {
        current.later.get().map_or(0, |later| later.places.taken())
    }

    #[cfg(not(shuttle))]
    #[test]
    fn the_declared_config_is_in_force_until_it_is_changed() {
        static CURRENT: Current<u32> = Current::new(7);
        assert_eq!(*CURRENT.get(), 7);
        let before: &'static u32 = CURRENT.get();
        CURRENT.set(8).unwrap();
        assert_eq!((*before, *CURRENT.get(), *CURRENT.declared()), (7, 8, 7));
        CURRENT.set(7).unwrap();
        assert!(std::ptr::eq(CURRENT.get(), before));
    }

    #[cfg(not(shuttle))]
    #[test]
    #[cfg_attr(miri, ignore = "on one thread, and too long to interpret")]
    fn equal_configs_share_a_place() {
        let current = Current::new(0_u32);
        for flip in 0..1_000_000 {
            current.set(1 + flip % 2).unwrap();
        }
        assert_eq!(stored(&current), 2);
        for distinct in 0..100 {
            current.set(distinct).unwrap();
            assert_eq!(*current.get(), distinct);
        }
        assert_eq!(stored(&current), 99);
    }

    #[cfg(not(shuttle))]
    #[test]
    #[cfg_attr(miri, ignore = "on one thread, and too long to interpret")]
    fn a_policy_that_had_too_many_configs_keeps_the_last_one() {
        let current = Current::new(0);
        current.set(1).unwrap();
        current.later.get().unwrap().places.fill();
        assert_eq!(current.set(2), Err(FULL));
        assert_eq!(*current.get(), 1);
        assert_eq!(current.set(1), Ok(()));
        assert_eq!(current.set(0), Ok(()));
        assert_eq!(*current.get(), 0);
    }

    #[cfg(any(shuttle, miri))]
    #[test]
    fn interleavings_show_whole_configs_and_the_last_change_wins() {
        use std::sync::Arc;

        use crate::sync::explore::{check_random, thread};

        check_random(
            || {
                let current = Arc::new(Current::new((0, 0)));
                let writers: Vec<_> = (1..3)
                    .map(|value| {
                        let current = Arc::clone(&current);
                        thread::spawn(move || {
                            current.set((value, value)).unwrap();
                            current.set((0, 0)).unwrap();
                            current.set((value + 10, value + 10)).unwrap();
                        })
                    })
                    .collect();
                let (one, other) = *current.get();
                assert_eq!(one, other);
                for writer in writers {
                    writer.join().unwrap();
                }
                assert!(matches!(*current.get(), (11 | 12, 11 | 12)));
                assert_eq!(stored(&current), 4);
            },
            10_000,
        );
    }
}
