//! A limit on how many calls begin in a stretch of time.
//!
//! [`config`] the options, [`rate`] how a rate is written · [`gcra`] the pure algorithm · [`policy`] the shared word,
//! [`future`] a limited call.
//!
//! The algorithm is our own 30 lines and not the `governor` crate's: a limiter has to be built in `const` context (it
//! lives in a static), follow the one clock that tests can pause, book turns ahead for callers that wait, and change
//! its rate at run time; `governor` offers the algorithm without any of these. `benches/README.md` has the figures.

mod config;
mod future;
mod gcra;
mod policy;
mod rate;
#[cfg(test)]
mod tests;

pub use self::config::RateLimitConfig;
use self::future::Turn;
pub use self::future::{guard, guard_blocking};
pub use self::policy::{Limit, RateLimiter};
pub use self::rate::checked as checked_rate;
