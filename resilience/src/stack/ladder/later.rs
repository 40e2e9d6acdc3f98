//! The rungs that find out whether a synchronous function returns a future, whose run nothing would guard.

use super::{Of, rungs};

/// The type is a future.
#[derive(Clone, Copy, Debug)]
pub struct Later;

/// The type is a value.
#[derive(Clone, Copy, Debug)]
pub struct Now;

rungs! {
    Later<R>: RunsLater, __resilience_runs on &Of<R>, [R: Future];
    Now<R>: RunsNow, __resilience_runs on Of<R>, [];
}

/// What a guarded function may return.
#[diagnostic::on_unimplemented(
    message = "this function returns a future: only the making of it would be guarded, not its run",
    label = "a future, by whatever name",
    note = "return `impl Future<Output = Result<…>>` and end in `async move {{ … }}`, or guard an `async fn` of its own, and call that here"
)]
pub trait Guardable {}

impl Guardable for Now {}

/// Lets the compiler complain about a future.
pub fn guards_its_run<R: Guardable>(_: R) {}
