//! A limit on how long a call may take.
//!
//! - `config`: the options.
//! - `policy`: the shared, named thing; `call`: its use by hand; `changes`: other options and modes.
//! - `future`: the limited call: body first, timer only while the body waits. `limit` says how long, `armed` holds the timer.
//! - `total`: one limit around steps that no future joins.
//! - `totals`: what it has counted.
//!
//! The deadline that everything further in sees is kept in [`ambient`](crate::ambient).

mod armed;
mod call;
mod changes;
mod config;
pub(crate) mod future;
pub(crate) mod limit;
mod policy;
#[cfg(test)]
mod tests;
pub(crate) mod total;
mod totals;

pub use self::config::TimeoutConfig;
pub use self::policy::Timeout;
pub use self::totals::TimeoutTotals;
