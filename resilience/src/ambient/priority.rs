//! How important a call is, so that overload sheds what matters least.

use std::cell::Cell;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use pin_project_lite::pin_project;

use super::with;

thread_local! {
    static MASK: Cell<Mask> = const { Cell::new(Mask::of(Priority::Critical)) };
}

/// How important a call is: the four classes of Google's *Handling Overload* (Site Reliability Engineering, chapter 21).
///
/// A bulkhead admits less important calls up to a share of its limit only, and serves more important ones first where
/// calls wait: see [`bulkhead`](macro@crate::bulkhead). In ascending order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Priority {
    /// Partial and total unavailability is expected: batch work, prefetching.
    Sheddable,
    /// Partial unavailability is expected: work that is tried again later.
    SheddablePlus,
    /// A user sees it fail. The default.
    #[default]
    Critical,
    /// A user sees it fail, and it is worth more than others.
    CriticalPlus,
}

impl Priority {
    /// Every priority, least important first.
    pub const ALL: [Self; 4] =
        [Self::Sheddable, Self::SheddablePlus, Self::Critical, Self::CriticalPlus];

    /// The priority as it is written: `sheddable`, `sheddable-plus`, `critical`, `critical-plus`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sheddable => "sheddable",
            Self::SheddablePlus => "sheddable-plus",
            Self::Critical => "critical",
            Self::CriticalPlus => "critical-plus",
        }
    }

    /// The priority in force.
    #[inline]
    pub(crate) fn current() -> Self {
        MASK.get().priority()
    }

    /// Runs `f` at this priority.
    #[inline]
    pub(crate) fn scope<O>(self, f: impl FnOnce() -> O) -> O {
        with(&MASK, Mask::of(self), f)
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A priority as what calls look at: a limit under the mask of an ordinary call is itself, under any other it is 0. So
/// ordinary calls pay one instruction, and the others find no slot where they look first.
#[derive(Clone, Copy)]
struct Mask(u64);

impl Mask {
    const ORDINARY: u64 = u32::MAX as u64;

    const fn of(priority: Priority) -> Self {
        match priority {
            Priority::Sheddable => Self(1 << 32),
            Priority::SheddablePlus => Self(2 << 32),
            Priority::Critical => Self(Self::ORDINARY),
            Priority::CriticalPlus => Self(3 << 32),
        }
    }

    const fn priority(self) -> Priority {
        match self.0 >> 32 {
            1 => Priority::Sheddable,
            2 => Priority::SheddablePlus,
            3 => Priority::CriticalPlus,
            _ => Priority::Critical,
        }
    }
}

/// The limit itself for an ordinary call, 0 for any other.
#[inline]
pub(crate) fn if_ordinary(limit: u32) -> u64 {
    u64::from(limit) & MASK.get().0
}

pin_project! {
    /// A future, or stream, of some priority. See [`with_priority`].
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Prioritized<F> {
        priority: Priority,
        #[pin]
        inner: F,
    }
}

/// Gives `future` a priority: the bulkheads in it, however deep, admit it as such.
///
/// It holds for everything that `future` awaits in its own task. A nested `with_priority`, or a bulkhead's option
/// `priority`, replaces it for what is inside. A spawned task starts as [`Priority::Critical`];
/// [`inherit`](crate::inherit) takes the priority along, [`detach`](crate::detach) keeps it away.
///
/// **Cancellation:** dropping it drops `future`.
///
/// ```
/// use resilience::{Bulkhead, BulkheadConfig, Priority, Rejection, with_priority};
///
/// static SEARCH: Bulkhead = Bulkhead::new("search", BulkheadConfig::new().max_concurrent(2));
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let _first = SEARCH.try_acquire().unwrap();
/// let _second = with_priority(Priority::Sheddable, async { SEARCH.try_acquire() }).await.unwrap();
/// # drop(_second);
/// # let _second = SEARCH.try_acquire().unwrap();
/// let prefetch = SEARCH.call(async { Ok::<_, Rejection>(()) });
/// assert!(with_priority(Priority::Sheddable, prefetch).await.is_err());
/// # }
/// ```
#[inline]
pub fn with_priority<F>(priority: Priority, future: F) -> Prioritized<F> {
    Prioritized { priority, inner: future }
}

/// The priority of the running call, by the innermost [`with_priority`] or bulkhead's option `priority` around it;
/// [`Priority::Critical`] outside any.
#[must_use]
pub fn priority() -> Priority {
    Priority::current()
}

impl<F: Future> Future for Prioritized<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.priority.scope(|| this.inner.poll(cx))
    }
}

impl<S: Stream> Stream for Prioritized<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        this.priority.scope(|| this.inner.poll_next(cx))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_priority_is_told_from_its_mask() {
        for priority in Priority::ALL {
            assert_eq!(Mask::of(priority).priority(), priority);
            priority.scope(|| {
                let expected = if priority == Priority::Critical { u64::from(u32::MAX) } else { 0 };
                assert_eq!(if_ordinary(u32::MAX), expected);
                assert_eq!(super::priority(), priority);
            });
        }
        assert_eq!(priority(), Priority::default());
    }
}
