//! What every measurement shares: the call that is guarded, and how its future is driven.

use std::fmt;
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use resilience::Rejection;

/// The argument that makes [`bare`] fail.
pub const FAILING: u64 = u64::MAX;

/// What a caller's own error usually is: an enum that holds a rejection beside its own cases.
#[derive(Debug)]
pub enum Failure {
    /// The dependency failed.
    Down,
    /// A policy rejected the call.
    Rejected(Rejection),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Down => f.write_str("the dependency is down"),
            Self::Rejected(rejection) => rejection.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

/// The unguarded call that every figure is compared with.
///
/// # Errors
///
/// [`Failure::Down`] for [`FAILING`].
#[expect(clippy::unused_async, reason = "what the attributes guard is an async function")]
pub async fn bare(input: u64) -> Result<u64, Failure> {
    answer(input)
}

/// The body of [`bare`], for functions that carry attributes.
///
/// # Errors
///
/// [`Failure::Down`] for [`FAILING`].
#[inline]
pub fn answer(input: u64) -> Result<u64, Failure> {
    if black_box(input) == FAILING { Err(Failure::Down) } else { Ok(input) }
}

/// [`bare`], but pending three times before.
///
/// # Errors
///
/// As [`bare`].
#[inline]
pub async fn waiting(input: u64) -> Result<u64, Failure> {
    let mut left = 3_u32;
    std::future::poll_fn(|_| match left.checked_sub(1) {
        Some(fewer) => {
            left = fewer;
            Poll::Pending
        }
        None => Poll::Ready(()),
    })
    .await;
    answer(input)
}

/// The output of a future that is ready when first polled: no executor takes part in a measurement.
///
/// # Panics
///
/// When the future is pending.
#[inline]
#[must_use]
pub fn ready<F: Future>(future: Pin<&mut F>, context: &mut Context<'_>) -> F::Output {
    match future.poll(context) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a measured call must be ready at once"),
    }
}

/// Calls `make` and drives its future, `calls` times. The context is an executor's: it is there before the call.
#[inline]
pub fn repeat<F: Future>(calls: u64, mut make: impl FnMut(u64) -> F) {
    let mut context = Context::from_waker(Waker::noop());
    let context = black_box(&mut context);
    for input in 0..calls {
        black_box(&ready(pin!(make(black_box(input))), context));
    }
}

/// As [`repeat`], for futures that are pending before they are ready.
#[inline]
pub fn repeat_waiting<F: Future>(calls: u64, mut make: impl FnMut(u64) -> F) {
    let mut context = Context::from_waker(Waker::noop());
    let context = black_box(&mut context);
    for input in 0..calls {
        let mut future = pin!(make(black_box(input)));
        while future.as_mut().poll(context).is_pending() {}
    }
}

/// Calls `make` once with the argument that fails.
pub fn fail_once<F: Future>(make: impl FnOnce(u64) -> F) {
    drive(make(FAILING));
}

/// Calls `make` once with an argument that succeeds.
pub fn call_once<F: Future>(make: impl FnOnce(u64) -> F) {
    drive(make(1));
}

fn drive(future: impl Future) {
    black_box(&ready(pin!(future), &mut Context::from_waker(Waker::noop())));
}

/// Every key once, in an order that no cache can foresee, the same in each run.
#[must_use]
pub fn shuffled<K>(keys: u32, key: impl Fn(u32) -> K) -> Vec<K> {
    let mut numbers: Vec<u32> = (0..keys).collect();
    let mut random = 1_u64;
    for left in (1..numbers.len()).rev() {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        numbers.swap(left, (random >> 33) as usize % (left + 1));
    }
    numbers.into_iter().map(key).collect()
}
