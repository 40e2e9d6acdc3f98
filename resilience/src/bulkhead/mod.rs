//! A limit on how many calls run at once, with a fair queue for those that may wait.
//!
//! - `config`: the options; `rules` which of them fit together, `effective` what they come to.
//! - `adaptive`: a limit that finds itself; `adapting` where calls meet it.
//! - `slots`: how many are in and how many wait, without atomics, lock or clock.
//! - `shares`: how much of the limit calls of each priority may fill.
//! - `delay`: whether calls wait because of overload.
//! - `line`: those that wait, the more important first.
//! - `semaphore`: the slots shared: one atomic word in front, the line behind a short lock.
//! - `totals`: what it counts.
//! - `future`: a call that takes a slot and holds it, `waiter` one that waits for it; `guard` makes it.
//! - `policy`: the shared, named thing; `changes` while it runs, `admission` what it decides, `call` its use by hand.

mod adapting;
mod adaptive;
mod admission;
mod call;
mod changes;
mod config;
mod delay;
mod effective;
mod future;
pub(crate) mod guard;
mod line;
mod permit;
mod policy;
mod queue_order;
mod rules;
mod semaphore;
mod shares;
mod slots;
#[cfg(test)]
mod tests;
mod totals;
mod waiter;

pub use self::adapting::AdaptiveLimit;
pub use self::config::BulkheadConfig;
pub use self::permit::BulkheadPermit;
pub use self::policy::Bulkhead;
pub use self::queue_order::QueueOrder;
pub use self::totals::BulkheadTotals;
