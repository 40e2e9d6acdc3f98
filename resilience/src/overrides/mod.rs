//! Options, modes and states changed from outside while the program runs: by a file, and by the environment.
//!
//! ```toml
//! # resilience.toml: [<kind>."<name or pattern>"]; options and values are the attributes' own
//! [circuit_breaker."payments"]
//! failure_rate = "25%"
//! open_for = "5s"
//!
//! [retry."shop::*"]            # `*` matches any run of characters
//! attempts = 1
//!
//! [rate_limit."api"]
//! mode = "observe"             # enforce (default), observe, off
//!
//! [circuit_breaker."legacy"]
//! state = "forced-open"        # closed (default), forced-open, forced-closed
//! ```
//!
//! ```no_run
//! # use std::time::Duration;
//! #[tokio::main]
//! async fn main() -> Result<(), resilience::overrides::Problems> {
//!     let overrides = resilience::overrides::load()?;
//!     overrides.watch(Duration::from_secs(2));
//!     // …
//!     Ok(())
//! }
//! ```
//!
//! Nothing is read until [`load`] or [`check`] is called.
//!
//! # Where overrides come from
//!
//! | variable | holds |
//! |---|---|
//! | `RESILIENCE_OVERRIDES_FILE` | the path of a file as above |
//! | `RESILIENCE_OVERRIDES` | the same text in place; `;` ends a line, too: `retry.payments.attempts=1;rate_limit.api.mode="off"` |
//! | `RESILIENCE__KIND__NAME__OPTION` | one option: `RESILIENCE__RETRY__PAYMENTS__ATTEMPTS=1`; a name is upper-cased, and everything but letters and digits becomes `_` |
//! | `RESILIENCE_MODE` | the mode of every policy that has one: `RESILIENCE_MODE=off` |
//!
//! For each option of a policy, an exact name wins over patterns, a pattern with more literal characters over one with
//! fewer, then a variable over the text in `RESILIENCE_OVERRIDES`, and that over the file. What the program itself sets
//! by `reconfigure` and `set_mode` wins over all of them, and what the [admin routes](crate::axum) set over that; what
//! nothing overrides is as the attribute says. Such a call puts the program's options and the overrides in force together:
//! when they contradict each other, it fails, and changes nothing.
//!
//! # All or nothing
//!
//! A value is judged in the attribute's words, and reported with file, line and column. One problem anywhere, and
//! nothing is changed. An override is a layer: an option that is not mentioned any more falls back to what the
//! attribute says.
//!
//! Values are held against the whole stack of each [function](crate::Registry::functions), too: an inner timeout that its
//! outer one always precedes, and a timeout that ends before the retries' delays alone are over, are reported at the
//! override, by the sentences of the attributes. What the program itself contradicts is no mistake of a file.
//!
//! # Other formats, and policies that join later
//!
//! [`Overrides::from_value`] takes the same tables from anything that serde reads. A policy that the registry gets to know
//! later, by [`insert`](crate::Registry::insert), has the overrides in force from its first call on;
//! [`allow_unknown`](Overrides::allow_unknown) accepts its name before. [`Registry::reset_overrides`](crate::Registry::reset_overrides)
//! takes everything back.
//!
//! # What happens to state
//!
//! | policy | on a change |
//! |---|---|
//! | circuit breaker | State, last trip and totals stay. A changed rate or count is used at the next judgement; a changed `window`, `slow_call` or `latency` begins the window anew, and calls in flight become stale. While it is open, its period ends at the opening plus the new `open_for` |
//! | retry | Running calls see it at their next decision; the budget keeps its tokens, up to the new burst |
//! | timeout | It holds for calls that enter from then on |
//! | bulkhead | Raised: waiting calls are served at once. Lowered: no call is ended, and new ones wait or are rejected until enough have left |
//! | rate limit | Used turns stay used, up to the new burst |
//! | hedge, health check | It holds for calls and runs that begin from then on |

#[cfg(feature = "axum")]
pub(crate) mod admin;
mod done;
mod environment;
mod given;
mod join;
mod layers;
mod leaf;
mod options;
mod pattern;
mod persist;
mod plan;
mod problems;
mod reloads;
mod reset;
mod resolve;
mod sources;
mod step;
mod target;
mod timing;
mod toml_text;
mod value;
mod watch;

use std::path::PathBuf;

pub use self::persist::Persistent;
pub use self::plan::Plan;
pub use self::problems::Problems;
pub(crate) use self::reloads::{applied_at, reloads};
#[cfg(feature = "test-util")]
pub(crate) use self::reset::forget;
pub(crate) use self::target::overridden;
pub use self::watch::Overrides;

/// Reads the file and the environment, checks everything, and puts it in force.
///
/// With neither it does nothing.
///
/// # Errors
/// Everything that is wrong, each with its place; then nothing was changed.
pub fn load() -> Result<Overrides, Problems> {
    let overrides = Overrides::new(sources::path());
    overrides.reload()?;
    Ok(overrides)
}

/// Reads and checks like [`load`], and changes nothing: the [`Plan`] says what would change.
///
/// # Errors
/// As [`load`].
pub fn check() -> Result<Plan, Problems> {
    Overrides::new(sources::path()).check()
}

/// Overrides in a file of that path, instead of the one that the environment names.
#[must_use]
pub fn file(path: impl Into<PathBuf>) -> Overrides {
    Overrides::new(Some(path.into()))
}

/// Overrides with a file of the program's own besides, in which states that breakers are forced into by hand, and what
/// the admin routes set, outlive the process: `overrides::persist("/var/lib/app/resilience.state.toml").load()?`.
pub fn persist(path: impl Into<PathBuf>) -> Persistent {
    Persistent::new(path.into())
}

#[cfg(test)]
mod tests;
