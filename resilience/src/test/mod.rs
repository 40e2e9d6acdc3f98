#![doc = include_str!("guide.md")]

mod breaker;
mod clock;
mod lookup;
mod renewal;
mod texts;
mod turn;

pub use self::breaker::Breaker;
use self::turn::Turn;
use crate::grammar::IntoDuration;
use crate::stack::faults::{Failures, FaultSite, TypedError, sites};
use crate::stack::recorder::Recording;
use crate::timer::watch::Watch;

/// A test that has the policies of its process to itself, from [`exclusive`] until it is dropped.
#[derive(Debug)]
#[must_use = "policies are as new until this is dropped: `let test = exclusive().await;`"]
pub struct Test {
    recording: Recording,
    watch: Watch,
    // The last one: when it goes, the next test begins.
    _turn: Turn,
}

/// Begins a test: waits until no other one of this process runs, makes every listed policy as new, pauses the clock, and
/// records events. When the [`Test`] is dropped, also by a panic, faults end and every policy is as new again.
///
/// As new means: options and mode as declared, closed circuits, full budgets and bursts, no keys, nothing counted, no
/// overrides; calls that still run keep their slots. Tests wait for one another across threads and runtimes.
///
/// # Panics
/// Outside of a tokio runtime, on one with several threads, and in a test that has begun already.
///
/// # Cancellation
/// Dropped while it waits, it has changed nothing.
pub async fn exclusive() -> Test {
    turn::check_runtime();
    let turn = Turn::take().await;
    clock::stop().await;
    renewal::renew();
    Test { recording: Recording::start(), watch: Watch::start(), _turn: turn }
}

impl Test {
    /// The next `bodies` of that function don't run: each call gets [`Rejection::Injected`](crate::Rejection::Injected),
    /// which every policy around it judges as a failure. It replaces what was planned for the function before.
    ///
    /// A function whose policies never reject ([`retry`](macro@crate::retry) and [`hedge`](macro@crate::hedge) alone) gets
    /// it too, if its error has a `From<Rejection>` or is an [`Error`](crate::Error); else a call that fails with it for
    /// good panics, and says to use [`fail_with`](Self::fail_with).
    ///
    /// # Panics
    /// When no annotated function has that path: the message names the nearest.
    #[track_caller]
    pub fn fail(&self, function: &str, bodies: u32) {
        lookup::function(function).fail(Failures::Injected(bodies));
    }

    /// No body of that function runs from now on: each call fails with an error that `error` makes, until
    /// [`heal`](Self::heal) or the end of the test. It replaces what was planned for the function before.
    ///
    /// # Panics
    /// When no annotated function has that path. The *call* panics when the error is of another type than the function's,
    /// and when the function's can't be told: it borrows, is a type parameter, or isn't written out.
    #[track_caller]
    pub fn fail_with<E: 'static>(
        &self,
        function: &str,
        error: impl Fn() -> E + Send + Sync + 'static,
    ) {
        lookup::function(function).fail(Failures::Typed(TypedError::new(error)));
    }

    /// Each body of that function, and each fault in its place, is late by `delay` from now on: a [`Duration`](std::time::Duration)
    /// or text such as `"2s"`. In a synchronous function it blocks the thread in real time.
    ///
    /// # Panics
    /// When no annotated function has that path, and when the text is no duration.
    #[track_caller]
    pub fn delay(&self, function: &str, delay: impl IntoDuration) {
        lookup::function(function).delay(delay.into_duration());
    }

    /// The bodies of that function run again, at once.
    ///
    /// # Panics
    /// When no annotated function has that path.
    #[track_caller]
    pub fn heal(&self, function: &str) {
        lookup::function(function).heal();
    }

    /// The circuit breaker of that name, or the one in the pipeline or around the function of that name, to put it into any
    /// state.
    ///
    /// # Panics
    /// When there is none: the message names the nearest.
    #[must_use]
    #[track_caller]
    pub fn breaker(&self, name: &str) -> Breaker {
        Breaker(lookup::breaker(name))
    }

    /// What policies of that name did since the test began, in order; and the parts of a pipeline, and the policies around a
    /// function, of that name. They are told as
    /// `retried N` (attempt N failed, and another one follows), `state_changed A->B`, `rejected KIND`, `fell_back N`
    /// (expression N answers), `hedged N` (attempt N starts), and the other [events](crate::Event) likewise, but for options
    /// that the program itself changes.
    ///
    /// # Panics
    /// When nothing has that name: the message names the nearest.
    #[must_use]
    #[track_caller]
    pub fn events_of(&self, name: &str) -> Vec<String> {
        let policies = lookup::policies(name);
        let events = self.recording.events().into_iter();
        let of_these =
            events.filter(|event| event.policy().is_some_and(|it| policies.contains(&it)));
        of_these.filter_map(|event| texts::text(&event)).collect()
    }

    /// Checks that nothing of this crate's waited in real time since the test began: no synchronous function blocked its
    /// thread for a pause or a delay, and every timer was set on a paused clock. Sleeps in the code of users are not seen.
    ///
    /// # Panics
    /// When something did; the message lists it.
    #[track_caller]
    pub fn assert_no_sleep(&self) {
        let waits = self.watch.waits();
        assert!(waits.is_empty(), "the test waited in real time: {}", waits.join("; "));
    }
}

impl Drop for Test {
    fn drop(&mut self) {
        sites().for_each(FaultSite::heal);
        renewal::renew();
    }
}
