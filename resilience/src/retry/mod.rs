//! Trying again: how often, after which delay, and when not to.
//!
//! - `config`: the options.
//! - `backoff`, `jitter`, `budget`: the arithmetic, without clock, chance or shared state.
//! - `longest`: how long a call takes at most.
//! - `attempts`: one call's way through its attempts; it decides whether and when the next one begins, by what `failed`
//!   knows of the last one.
//! - `future`: an attempt, a pause and the loop by hand, as futures.
//! - `blocking`: an attempt and a pause for synchronous functions.
//! - `policy`: the shared, named thing, with the `tokens` of its budget; `call`: its use by hand; `changes`: other
//!   options and modes.
//! - `entry`: the word that a call reads when it begins; `nested`: retries inside attempts of other retries.
//! - `facts`: what a retry tells others.

pub(crate) mod attempts;
mod backoff;
pub(crate) mod blocking;
mod budget;
mod call;
mod changes;
mod config;
mod entry;
mod facts;
mod failed;
pub(crate) mod future;
mod jitter;
mod longest;
mod nested;
pub(crate) mod once;
mod policy;
#[cfg(test)]
mod tests;
mod tokens;

pub use self::backoff::Backoff;
pub use self::config::RetryConfig;
pub use self::facts::{NestedRetries, RetryTotals};
pub use self::jitter::Jitter;
pub use self::policy::Retry;

use self::attempts::Attempts;
use self::future::Pause;
