//! A limit on how many calls run at once, with a fair queue for those that may wait.
//!
//! - `config`: the options.
//! - `slots`, `queue`: who is in and who comes next, without atomics, lock or clock.
//! - `line`: both of them shared: one atomic word in front, a short lock behind it.
//! - `future`: waiting for a slot, and a call that holds one.
//! - `policy`: the shared, named thing.

mod config;
pub(crate) mod future;
mod line;
mod permit;
mod policy;
mod queue;
mod slots;
#[cfg(test)]
mod tests;

pub use self::config::BulkheadConfig;
pub use self::permit::BulkheadPermit;
pub use self::policy::Bulkhead;
