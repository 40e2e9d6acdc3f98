//! The circuit breaker.
//!
//! [`config`] what was asked for, [`rules`] what that means · [`machine`] the pure state machine, over [`window`] (what
//! is judged), [`bits`] (the last so many calls), [`quiet`] (which failures change nothing), [`streak`] (results in a row)
//! and [`trials`] (half-open slots) · [`tally`] lifetime counters · [`word`] the one atomic that healthy calls look at ·
//! [`latency`] response times · [`policy`] the shared breaker, [`permit`] an admitted call, [`ticket`] what it was admitted
//! under, [`future`] a guarded one, [`answered`] one whose outcome is still to come.

mod announcements;
#[cfg(feature = "tower")]
mod answered;
mod bits;
mod call;
mod config;
mod counts;
mod fleet_options;
#[cfg_attr(
    not(feature = "redis"),
    allow(dead_code, reason = "a breaker without a store heeds none")
)]
mod fleet_view;
mod future;
mod machine;
mod permit;
mod policy;
mod quiet;
mod report;
mod rules;
mod streak;
mod tally;
#[cfg(test)]
mod tests;
mod ticket;
mod trials;
mod window;
mod window_of;
mod word;

#[cfg(feature = "tower")]
pub(crate) use self::answered::Answered;
pub use self::config::{CircuitBreakerConfig, Window};
pub use self::counts::{Totals, Trip};
#[cfg(feature = "tower")]
pub(crate) use self::future::Settles;
pub use self::future::{guard, guard_blocking, guard_by_default};
#[cfg(feature = "tower")]
pub(crate) use self::future::{guard_by, unknown};
pub use self::permit::Permit;
pub use self::policy::CircuitBreaker;
pub(crate) use self::policy::Transitions;
pub use self::rules::Thresholds;
pub use self::window_of::WindowOf;
