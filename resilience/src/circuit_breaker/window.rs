//! Which part of the lifetime counters is judged. Pure: time and readings are arguments.

use std::mem;

use super::bits::Bits;
use super::config::Window;
use super::tally::Counters;
use crate::clock::{self, Nanos};

/// A time window leaves bucket by bucket.
const BUCKETS: usize = 10;

/// The part of the counters that counts now.
#[derive(Debug)]
pub(super) struct SlidingWindow {
    /// What the counters read when it began: at the last change of state, or where a time window's oldest bucket begins.
    start: Counters,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// Everything since the last change of state.
    SinceChange,
    /// The last time window.
    Time(Box<TimeWindow>),
    /// The last so many calls: those that failed, and those that were slow.
    Calls { failed: Bits, slow: Bits },
}

impl SlidingWindow {
    /// Nothing seen yet.
    pub(super) fn new(window: Option<Window>, reading: Counters, now: Nanos) -> Self {
        let kind = match window {
            None => Kind::SinceChange,
            Some(Window::Time(time)) => {
                Kind::Time(Box::new(TimeWindow::new(clock::span(time), reading, now)))
            }
            Some(Window::Calls(calls)) => {
                let bits = || Bits::new(calls.into(), reading.calls());
                Kind::Calls { failed: bits(), slow: bits() }
            }
        };
        Self { start: reading, kind }
    }

    /// Lets old buckets go; whether that may have taken calls with them. `reading` must not yet contain what is about to be
    /// counted at `now`.
    #[inline]
    pub(super) fn advance(&mut self, reading: Counters, now: Nanos) -> bool {
        let Kind::Time(window) = &mut self.kind else { return false };
        let start = window.advance(reading, now);
        mem::replace(&mut self.start, start) != start
    }

    /// Until when counting needs no [`advance`](Self::advance).
    #[inline]
    pub(super) fn fresh_until(&self) -> Nanos {
        match &self.kind {
            Kind::Time(window) => window.fresh_until(),
            _ => clock::FAR_FUTURE,
        }
    }

    /// Notes that the newest call of `reading` failed or was slow; successes need no note.
    #[inline]
    pub(super) fn note(&mut self, reading: Counters, is_failed: bool, is_slow: bool) {
        let Kind::Calls { failed, slow } = &mut self.kind else { return };
        let end = reading.calls();
        for (bits, set) in [(failed, is_failed), (slow, is_slow)] {
            if set {
                bits.set_last(end);
            }
        }
    }

    /// Notes a failure, the newest of that many calls and failures, if fewer than `limit` count then: whether that is so,
    /// and known without a closer look.
    #[inline(always)]
    #[allow(clippy::inline_always, reason = "measured: a call would save and load registers")]
    pub(super) fn note_below(&mut self, limit: u64, calls: u64, failures: u64) -> bool {
        match &mut self.kind {
            Kind::Calls { failed, .. } => failed.set_last_below(limit, calls),
            Kind::SinceChange | Kind::Time(_) => failures < limit,
        }
    }

    /// How many failures [`note_below`](Self::note_below) counts that are not in the window.
    pub(super) fn failures_before(&self) -> u64 {
        match self.kind {
            Kind::Calls { .. } => 0,
            Kind::SinceChange | Kind::Time(_) => self.start.failures,
        }
    }

    /// Finished calls: those in the window, or since the last change where the window counts calls.
    #[inline]
    pub(super) fn requests(&self, reading: Counters) -> u64 {
        let counted = reading - self.start;
        counted.calls() + counted.ignored
    }

    /// What is in the window, as of the last [`advance`](Self::advance). Ignored calls of a count window run since the last change.
    #[inline]
    pub(super) fn seen(&mut self, reading: Counters) -> Counters {
        let since = reading - self.start;
        let Kind::Calls { failed, slow } = &mut self.kind else { return since };
        let end = reading.calls();
        let (calls, failures, slow) = (failed.places(end), failed.count(end), slow.count(end));
        Counters { successes: calls - failures, failures, ignored: since.ignored, slow }
    }
}

/// Ten marks: what the counters read when each bucket began.
#[derive(Debug)]
pub(super) struct TimeWindow {
    width: u64,
    /// The number of the running bucket since the clock's origin.
    bucket: u64,
    marks: [Counters; BUCKETS],
}

impl TimeWindow {
    fn new(span: u64, reading: Counters, now: Nanos) -> Self {
        let width = (span / BUCKETS as u64).max(1);
        Self { width, bucket: now / width, marks: [reading; BUCKETS] }
    }

    /// What the counters read when the oldest bucket that is still inside began. A `now` that is older than the running
    /// bucket, by error, counts as now.
    fn advance(&mut self, reading: Counters, now: Nanos) -> Counters {
        let bucket = now / self.width;
        let passed = bucket.saturating_sub(self.bucket).min(BUCKETS as u64);
        for back in 0..passed {
            self.marks[slot(bucket - back)] = reading;
        }
        self.bucket = self.bucket.max(bucket);
        // The one after the running one, a round ago.
        self.marks[slot(self.bucket + 1)]
    }

    fn fresh_until(&self) -> Nanos {
        (self.bucket + 1).saturating_mul(self.width)
    }
}

#[allow(clippy::cast_possible_truncation, reason = "below BUCKETS")]
fn slot(bucket: u64) -> usize {
    (bucket % BUCKETS as u64) as usize
}
