//! How far the call has come that is being polled: whether its body has begun, or still waits in a queue of ours.
//!
//! A layer that makes its call wait says so: a queue, that the call is queued; a body, or whatever else waits, that it has
//! begun. What waits inside a body is thereby the body's. A breaker asks after a poll that left its call pending. Nothing
//! is noted on the way of a call that is ready at once.

use std::cell::Cell;
use std::task::Poll;

use super::with;

thread_local! {
    static PROGRESS: Cell<Progress> = const { Cell::new(Progress::Begun) };
    /// The address of the guarded call that the queue belongs to, once its poll is over.
    static QUEUED_CALL: Cell<usize> = const { Cell::new(NONE) };
}

const NONE: usize = 0;
/// The call of a tower layer, right inside the one of another.
#[cfg(feature = "tower")]
const LAYER: usize = usize::MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Begun,
    Queued,
    /// While an outcome is judged whose body never began.
    NeverBegun,
}

/// A queue of ours makes its call wait.
pub(crate) fn note_queued() {
    PROGRESS.set(Progress::Queued);
    QUEUED_CALL.set(NONE);
}

/// A guarded call, a whole stack at this address, waits.
#[inline]
pub(crate) fn note_call_waits(address: usize) {
    if is_queued() {
        QUEUED_CALL.set(address);
    }
}

/// A body at this address waits. It has begun, unless it is itself a guarded call that waits in a queue of ours: stacks by
/// hand are made of such calls, `BREAKER.call(POOL.call(future))`.
#[inline]
pub(crate) fn note_body_waits(address: usize) {
    if is_queued() && is_of(address) {
        // For this body alone: another one, of another task, may lie at the same address later.
        QUEUED_CALL.set(NONE);
    } else {
        note_begun();
    }
}

/// What a tower layer has called waits, at this address: another layer, or the service.
#[cfg(feature = "tower")]
pub(crate) fn note_service_waits(address: usize) {
    note_body_waits(address);
    note_call_waits(LAYER);
}

fn is_of(address: usize) -> bool {
    let call = QUEUED_CALL.get();
    #[cfg(feature = "tower")]
    if call == LAYER {
        return true;
    }
    call == address
}

/// A body waits, or something that follows one.
#[inline]
pub(crate) fn note_begun() {
    PROGRESS.set(Progress::Begun);
}

/// Whether the call that was polled last waits in a queue of ours.
#[inline]
pub(crate) fn is_queued() -> bool {
    PROGRESS.get() == Progress::Queued
}

/// Polls one of several attempts of a call. Beside one that has `begun`, none makes the call wait in a queue.
pub(crate) fn beside_others<O>(begun: &mut bool, poll: impl FnOnce() -> Poll<O>) -> Poll<O> {
    let outcome = poll();
    *begun |= outcome.is_ready() || !is_queued();
    outcome
}

/// Judges the outcome of a call whose body never began.
pub(crate) fn as_never_begun<O>(judge: impl FnOnce() -> O) -> O {
    with(&PROGRESS, Progress::NeverBegun, judge)
}

/// Whether the outcome that is being judged is that of a call whose body never began.
pub(crate) fn never_began() -> bool {
    PROGRESS.get() == Progress::NeverBegun
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queued_call_is_known_to_one_body() {
        note_queued();
        note_call_waits(8);
        note_body_waits(8);
        assert!(is_queued(), "the body is that call");
        note_body_waits(8);
        assert!(!is_queued(), "another body at the place of the first one");
    }
}
