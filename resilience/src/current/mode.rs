//! A policy's mode where calls read it, and how many calls passed because of it.

use once_cell::race::OnceBox;

use crate::mode::Mode;
use crate::sync::{AtomicU32, AtomicU64, Ordering};

/// A policy's mode, and the calls that passed because of it.
#[derive(Debug)]
pub(crate) struct ModeCell {
    in_force: AtomicU32,
    /// What the program asked for.
    #[cfg(feature = "overrides")]
    by_hand: AtomicU32,
    passed: OnceBox<Passed>,
}

/// Allocated by the first of them: hardly any policy needs it.
#[derive(Debug, Default)]
struct Passed {
    would_reject: AtomicU64,
    bypassed: AtomicU64,
}

impl ModeCell {
    pub(crate) const fn new() -> Self {
        Self {
            in_force: AtomicU32::new(0),
            #[cfg(feature = "overrides")]
            by_hand: AtomicU32::new(NONE),
            passed: OnceBox::new(),
        }
    }

    /// Counts a call that passes because its policy is off.
    pub(crate) fn bypass(&self) {
        self.passed.get_or_init(Box::default).bypassed.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a call that passes because its policy only observes.
    pub(crate) fn would_reject(&self) {
        self.passed.get_or_init(Box::default).would_reject.fetch_add(1, Ordering::Relaxed);
    }

    /// Forgets the calls that passed.
    pub(crate) fn reset(&self) {
        if let Some(passed) = self.passed.get() {
            passed.would_reject.store(0, Ordering::Relaxed);
            passed.bypassed.store(0, Ordering::Relaxed);
        }
    }

    /// How many calls passed: would-be rejections, and bypassed ones.
    pub(crate) fn counts(&self) -> (u64, u64) {
        self.passed.get().map_or((0, 0), |passed| {
            let Passed { would_reject, bypassed } = passed;
            (would_reject.load(Ordering::Relaxed), bypassed.load(Ordering::Relaxed))
        })
    }

    /// Tells how many calls passed, in the words of the label `outcome`, once there were any.
    pub(crate) fn tell_passed(&self, tell: &mut dyn FnMut(&'static str, u64)) {
        tell_passed(self.counts(), tell);
    }

    #[inline]
    pub(crate) fn get(&self) -> Mode {
        mode(self.in_force.load(Ordering::Relaxed)).unwrap_or_default()
    }

    pub(crate) fn put(&self, mode: Mode) {
        self.in_force.store(mode as u32, Ordering::Relaxed);
    }
}

/// What the program asked for, which outlasts overrides from outside.
#[cfg(feature = "overrides")]
impl ModeCell {
    pub(crate) fn by_hand(&self) -> Option<Mode> {
        mode(self.by_hand.load(Ordering::Relaxed))
    }

    /// Notes what the program asks for; what it had asked for before.
    pub(crate) fn remember(&self, wanted: Option<Mode>) -> Option<Mode> {
        let wanted = wanted.map_or(NONE, |mode| mode as u32);
        mode(self.by_hand.swap(wanted, Ordering::Relaxed))
    }
}

/// The number of no mode.
#[cfg(feature = "overrides")]
const NONE: u32 = u32::MAX;

/// Tells how many calls passed, would-be rejections and bypassed ones, once there were any.
pub(crate) fn tell_passed(
    (would_reject, bypassed): (u64, u64),
    tell: &mut dyn FnMut(&'static str, u64),
) {
    let passed = [("would_reject", would_reject), ("bypassed", bypassed)].into_iter();
    passed.filter(|(_, count)| *count > 0).for_each(|(word, count)| tell(word, count));
}

fn mode(number: u32) -> Option<Mode> {
    Mode::ALL.into_iter().find(|mode| *mode as u32 == number)
}
