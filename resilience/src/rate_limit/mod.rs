//! A limit on how many calls begin in a time window.
//!
//! [`config`] the options, [`fleet_options`] those of a limit that a fleet shares, [`rate`] how a rate is written · [`gcra`] the pure algorithm, [`cost`] how many turns a call
//! takes · [`limit`] what a limiter is told, [`policy`] the shared one and its [`changes`], [`admission`] what it decides · [`turns`] callers that wait,
//! [`bucket`] the word as they see it, [`waiting`] one of them, [`future`] a limited call · [`lease`] what a replica holds
//! of a limit that a fleet shares, [`asking`] a call that asks the store, [`part`] what it may do without, [`line`] either way to wait · [`call`] its use by hand, [`totals`] what it counts.
//!
//! The algorithm is our own 30 lines and not the `governor` crate's: a limiter has to be built in `const` context (it
//! lives in a static), follow the one clock that tests can pause, keep a fair queue of callers that wait, and change
//! its rate at run time; `governor` offers the algorithm without any of these. `benches/README.md` has the figures.

mod admission;
mod asking;
mod bucket;
mod call;
mod changes;
mod config;
mod cost;
mod fleet_options;
mod future;
mod gcra;
mod lease;
mod limit;
mod line;
mod part;
mod policy;
mod rate;
#[cfg(test)]
mod tests;
mod totals;
mod turns;
mod waiting;

pub use self::call::WithCost;
pub use self::config::RateLimitConfig;
pub use self::cost::cost;
pub use self::fleet_options::Unavailable;
#[cfg(feature = "overrides")]
pub(crate) use self::fleet_options::validate_lease;
pub use self::future::{guard, guard_blocking, guard_cost, guard_cost_blocking};
pub use self::limit::Limit;
pub use self::part::Sharing;
pub use self::policy::RateLimiter;
pub use self::rate::checked as checked_rate;
pub use self::totals::RateLimiterTotals;
