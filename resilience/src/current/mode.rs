//! A policy's mode where calls read it, and how many calls passed because of it.

use once_cell::race::OnceBox;

use crate::mode::Mode;
use crate::sync::{AtomicU32, AtomicU64, Ordering};

/// A policy's mode, and the calls that passed because of it.
#[derive(Debug)]
pub(crate) struct ModeCell {
    in_force: AtomicU32,
    /// What the program asked for, plus one; 0 for nothing.
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
        Self { in_force: AtomicU32::new(0), by_hand: AtomicU32::new(0), passed: OnceBox::new() }
    }

    /// Notes what the program asked for by hand: it outlasts overrides from outside.
    pub(crate) fn keep_by_hand(&self, mode: Mode) {
        self.by_hand.store(mode as u32 + 1, Ordering::Relaxed);
    }

    /// Forgets it.
    #[cfg(any(feature = "overrides", feature = "test-util"))]
    pub(crate) fn forget_by_hand(&self) {
        self.by_hand.store(0, Ordering::Relaxed);
    }

    #[cfg(feature = "overrides")]
    pub(crate) fn by_hand(&self) -> Option<Mode> {
        mode(self.by_hand.load(Ordering::Relaxed).checked_sub(1)?)
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
