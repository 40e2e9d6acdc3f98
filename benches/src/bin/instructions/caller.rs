//! The caller in every case: it asks whether its call succeeded, as callers do.
//!
//! One that only stores the result copies the room for a rejection's fields with it, which the bare call does not have:
//! that would count five to ten instructions more, which say nothing of a policy.

use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Waker};

use resilience_benches::{FAILING, ready};

/// Calls `make` and drives its future, `calls` times. The context is an executor's: it is there before the call.
#[inline]
pub(crate) fn repeat<F, T, E>(calls: u64, mut make: impl FnMut(u64) -> F)
where
    F: Future<Output = Result<T, E>>,
{
    let mut context = Context::from_waker(Waker::noop());
    let context = black_box(&mut context);
    for input in 0..calls {
        match ready(pin!(make(black_box(input))), context) {
            Ok(value) => drop(black_box(value)),
            Err(error) => drop(black_box(error)),
        }
    }
}

/// The same with every second call failing.
#[inline]
pub(crate) fn repeat_half_failing<F, T, E>(calls: u64, mut make: impl FnMut(u64) -> F)
where
    F: Future<Output = Result<T, E>>,
{
    repeat(calls, |input| make(if input % 2 == 0 { input } else { FAILING }));
}
