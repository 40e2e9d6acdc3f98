//! A bulkhead around a call: what attributes make of their options.

use super::adaptive::{Judged, JudgedBy};
use super::future::Admitted;
use super::policy::Bulkhead;
use crate::ambient::{Prioritized, Priority, with_priority};
use crate::rejection::Rejection;
use crate::stack::PolicyRef;
use crate::stack::inspect::Inspector;
use crate::stack::verdict::Fallible;

/// Runs `inner` in a slot; `overload_err` says which of its errors mean too much load, with the defaults by `inspector`.
#[inline]
pub fn guard<'b, R, A, F, N, P>(
    bulkhead: A,
    inner: F,
    inspector: N,
    overload_err: P,
) -> Admitted<'b, A, F, JudgedBy<N, P>>
where
    R: Fallible,
    A: PolicyRef<'b, Bulkhead>,
    F: Future<Output = Result<R, Rejection>>,
    N: Inspector<R>,
    P: Fn(&R::Error) -> bool,
{
    Admitted::new(bulkhead, inner, JudgedBy { inspector, overload_err })
}

/// [`guard`] by the defaults alone.
#[inline]
pub fn guard_by_default<'b, A, F, N>(
    bulkhead: A,
    inner: F,
    inspector: N,
) -> Admitted<'b, A, F, Judged<N>>
where
    A: PolicyRef<'b, Bulkhead>,
{
    Admitted::new(bulkhead, inner, Judged { inspector })
}

/// The same at a priority, which holds in `inner` too.
#[inline]
pub fn guard_priority<'b, R, A, F, N, P>(
    bulkhead: A,
    inner: F,
    inspector: N,
    overload_err: P,
    priority: Priority,
) -> Prioritized<Admitted<'b, A, F, JudgedBy<N, P>>>
where
    R: Fallible,
    A: PolicyRef<'b, Bulkhead>,
    F: Future<Output = Result<R, Rejection>>,
    N: Inspector<R>,
    P: Fn(&R::Error) -> bool,
{
    with_priority(priority, guard(bulkhead, inner, inspector, overload_err))
}

/// A call's priority, computed before its body starts.
#[inline]
#[must_use]
pub fn priority(priority: Priority) -> Priority {
    priority
}

/// A synchronous function in a slot, for which it never waits.
#[allow(
    clippy::missing_errors_doc,
    reason = "the outcome of the call, or the bulkhead's rejection"
)]
#[inline]
pub fn guard_blocking<R, N, P>(
    bulkhead: &Bulkhead,
    inner: impl FnOnce() -> Result<R, Rejection>,
    inspector: N,
    overload_err: P,
) -> Result<R, Rejection>
where
    R: Fallible,
    N: Inspector<R>,
    P: Fn(&R::Error) -> bool,
{
    let permit = bulkhead.try_acquire()?;
    permit.end(inner(), &JudgedBy { inspector, overload_err })
}

/// The same at a priority, which holds in `inner` too.
#[allow(
    clippy::missing_errors_doc,
    reason = "the outcome of the call, or the bulkhead's rejection"
)]
#[inline]
pub fn guard_priority_blocking<R, N, P>(
    bulkhead: &Bulkhead,
    inner: impl FnOnce() -> Result<R, Rejection>,
    inspector: N,
    overload_err: P,
    priority: Priority,
) -> Result<R, Rejection>
where
    R: Fallible,
    N: Inspector<R>,
    P: Fn(&R::Error) -> bool,
{
    priority.scope(|| guard_blocking(bulkhead, inner, inspector, overload_err))
}
