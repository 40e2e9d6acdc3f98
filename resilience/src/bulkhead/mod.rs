//! A limit on how many calls run at once, with a fair queue for those that may wait.
//!
//! - `config`: the options.
//! - `slots`: how many are in and how many wait, without atomics, lock or clock.
//! - `shares`: how much of the limit calls of each priority may fill.
//! - `line`: those that wait, the more important first.
//! - `semaphore`: the slots shared: one atomic word in front, the line behind a short lock.
//! - `totals`: what it counts.
//! - `future`: waiting for a slot, and a call that holds one.
//! - `policy`: the shared, named thing; `admission` what it decides, `call` its use by hand.

mod admission;
mod call;
mod config;
pub(crate) mod future;
mod line;
mod permit;
mod policy;
mod semaphore;
mod shares;
mod slots;
#[cfg(test)]
mod tests;
mod totals;

pub use self::config::BulkheadConfig;
pub use self::permit::BulkheadPermit;
pub use self::policy::Bulkhead;
pub use self::totals::BulkheadTotals;
