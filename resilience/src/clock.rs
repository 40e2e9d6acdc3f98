//! The one place that knows what time is.
//!
//! Time is a count of nanoseconds, [`Nanos`], that fits a machine word: it is stored in atomics and compared without
//! carrying. Feature `test-util` reads it from tokio's clock, which tests can pause.

use std::time::Duration;

use tokio::time::Instant;

/// A point in time: nanoseconds on the monotonic clock. Only differences mean something.
///
/// The upper half of the range stays unused, so that sums with [`span`]s don't overflow.
pub(crate) type Nanos = u64;

/// The last point in time that is still a point in time: some 292 years after the origin.
pub(crate) const FAR_FUTURE: Nanos = u64::MAX >> 1;

/// A duration as nanoseconds, at most [`FAR_FUTURE`].
#[inline]
pub(crate) const fn span(duration: Duration) -> u64 {
    const NANOS: u64 = 1_000_000_000;
    // One comparison and one multiplication, where `as_nanos` takes 128 bits.
    if duration.as_secs() < FAR_FUTURE / NANOS {
        duration.as_secs() * NANOS + duration.subsec_nanos() as u64
    } else {
        FAR_FUTURE
    }
}

/// The point `duration` after `start`.
#[inline]
pub(crate) const fn after(start: Nanos, duration: Duration) -> Nanos {
    let end = start.saturating_add(span(duration));
    if end < FAR_FUTURE { end } else { FAR_FUTURE }
}

/// How long from `now` to `then`; nothing when it has passed.
#[inline]
pub(crate) const fn until(then: Nanos, now: Nanos) -> Duration {
    Duration::from_nanos(then.saturating_sub(now))
}

/// Now, to the nanosecond: for durations that are measured or promised.
#[inline]
pub(crate) fn now() -> Nanos {
    source::precise()
}

/// Now, at most one kernel tick (4 ms at 250 Hz) late and never early, at a fifth of the price of [`now`]: for
/// window buckets and the end of open periods.
#[inline]
pub(crate) fn coarse() -> Nanos {
    source::coarse()
}

/// Now, to the nanosecond, at half the price of [`now`]: the processor's own counter, for callers that compare it with
/// nothing but itself. It runs at its own pace, within some 20 millionths of the others'.
#[inline]
pub(crate) fn counter() -> Nanos {
    source::counter()
}

/// A kernel tick is at most this long.
const TICK: u64 = 10_000_000;

/// Now, for a comparison with `end`: coarse while that is far, to the nanosecond near it, so that a
/// caller that comes back at `end`, as it was told, is not rejected again.
#[inline]
pub(crate) fn now_before(end: Nanos) -> Nanos {
    let now = coarse();
    if end > now + TICK { now } else { self::now() }
}

/// How long until `end`, by the coarse clock; `None` when that is near or past, and takes a precise one. `end` is read
/// after the clock, so that nothing has to be kept meanwhile.
#[inline]
pub(crate) fn far_until(end: impl FnOnce() -> Nanos) -> Option<u64> {
    let now = coarse();
    // Both are below the middle of the range, so that the difference has a sign.
    let left = end().wrapping_sub(now).cast_signed();
    (left > TICK.cast_signed()).then(|| left.cast_unsigned())
}

/// How much later than [`coarse`] it may be: the kernel's tick.
pub(crate) fn tick() -> u64 {
    source::tick()
}

/// A point of our time on tokio's clock.
pub(crate) fn instant(at: Nanos) -> Instant {
    let (now, here) = (now(), Instant::now());
    if at >= now {
        later(here, Duration::from_nanos(at - now))
    } else {
        here.checked_sub(Duration::from_nanos(now - at)).unwrap_or(here)
    }
}

/// So long from now on tokio's clock.
#[inline]
pub(crate) fn from_now(duration: Duration) -> Instant {
    later(Instant::now(), duration)
}

#[inline]
fn later(here: Instant, duration: Duration) -> Instant {
    here.checked_add(duration).unwrap_or_else(|| far_future(here))
}

/// What tokio itself uses where a sum overflows: thirty years from now.
#[cold]
fn far_future(here: Instant) -> Instant {
    here + Duration::from_secs(86_400 * 365 * 30)
}

/// Instants as nanoseconds: exact on every platform, and obedient to tokio's paused clock.
#[cfg(any(feature = "test-util", not(target_os = "linux"), shuttle, miri))]
mod source {
    use std::sync::OnceLock;

    use super::{Instant, Nanos};

    /// Far from zero: a paused clock may lie before the first instant that anyone saw.
    const ORIGIN: Nanos = 1 << 61;

    pub(super) fn precise() -> Nanos {
        static FIRST: OnceLock<Instant> = OnceLock::new();
        let now = Instant::now();
        let first = *FIRST.get_or_init(|| now);
        match now.checked_duration_since(first) {
            Some(later) => ORIGIN + super::span(later),
            None => ORIGIN - super::span(first.duration_since(now)),
        }
    }

    pub(super) fn coarse() -> Nanos {
        precise()
    }

    pub(super) fn tick() -> u64 {
        0
    }

    pub(super) fn counter() -> Nanos {
        precise()
    }
}

/// Linux has a clock that costs a few loads; it counts from the same origin as the precise one. The processor's counter
/// is another matter: measured on one machine, a read takes 10 ns by `quanta`, 21 by `clock_gettime` and 23 by
/// `Instant::now`, and the first one 0.6 ms (at most 200), in which `quanta` compares it with the precise clock. Only on
/// x86-64, where the kernel's own way to it takes a fence; where it stops or differs between cores, `quanta` falls back
/// to the precise clock.
#[cfg(not(any(feature = "test-util", not(target_os = "linux"), shuttle, miri)))]
mod source {
    use std::sync::LazyLock;

    use super::Nanos;
    use rustix::time::{ClockId, Timespec, clock_getres, clock_gettime};

    #[inline]
    pub(super) fn precise() -> Nanos {
        read(ClockId::Monotonic)
    }

    #[inline]
    pub(super) fn coarse() -> Nanos {
        read(ClockId::MonotonicCoarse)
    }

    pub(super) fn tick() -> u64 {
        static TICK: LazyLock<u64> =
            LazyLock::new(|| nanos(clock_getres(ClockId::MonotonicCoarse)));
        *TICK
    }

    #[cfg(not(target_arch = "x86_64"))]
    pub(super) use self::precise as counter;

    #[cfg(target_arch = "x86_64")]
    #[inline]
    pub(super) fn counter() -> Nanos {
        static COUNTER: LazyLock<Counter> = LazyLock::new(Counter::new);
        COUNTER.nanos()
    }

    /// `quanta` asks at each conversion what kind of counter it has; its pace alone takes one multiplication, whose upper
    /// half is the result.
    #[cfg(target_arch = "x86_64")]
    struct Counter {
        ticks: quanta::Clock,
        /// Nanoseconds that 2⁶² ticks take, with an error below one in 10¹¹: they fit if it ticks no slower than once in
        /// four nanoseconds, and ticks do for 29 years at 5 GHz.
        pace: u64,
    }

    #[cfg(target_arch = "x86_64")]
    impl Counter {
        const MEASURED_BITS: u32 = 40;

        fn new() -> Self {
            let ticks = quanta::Clock::new();
            let nanos = ticks.delta_as_nanos(0, 1 << Self::MEASURED_BITS);
            Self { ticks, pace: nanos.saturating_mul(1 << (62 - Self::MEASURED_BITS)) }
        }

        #[inline]
        #[allow(clippy::cast_possible_truncation, reason = "the upper half of a product")]
        fn nanos(&self) -> Nanos {
            let product = u128::from(self.ticks.raw() << 2) * u128::from(self.pace);
            (product >> u64::BITS) as u64
        }
    }

    #[inline]
    fn read(clock: ClockId) -> Nanos {
        nanos(clock_gettime(clock))
    }

    #[inline]
    #[allow(clippy::cast_sign_loss, reason = "the monotonic clock counts up from boot")]
    fn nanos(time: Timespec) -> Nanos {
        time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saturates_instead_of_wrapping() {
        assert_eq!(after(FAR_FUTURE - 1, Duration::MAX), FAR_FUTURE);
        assert_eq!(until(5, 7), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    #[cfg(feature = "test-util")]
    async fn follows_the_paused_clock() {
        let start = now();
        tokio::time::advance(Duration::from_secs(5)).await;
        assert_eq!(until(now(), start), Duration::from_secs(5));
        assert_eq!(instant(now()), Instant::now());
    }
}
