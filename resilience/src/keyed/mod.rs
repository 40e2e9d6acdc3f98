//! One policy per host, tenant or user: looked up by any key, bounded in number.
//!
//! `key` what can be a key · `instance` what a policy must know to be kept per key · `shown` how keys are shown · `map` the data structure ·
//! `policy` the named whole · `changes` other options and modes for all keys · `aggregate` what keys have counted, evicted
//! ones included · `scan` all keys, read in pieces · `reading` what they amount to.

mod aggregate;
mod changes;
mod instance;
mod key;
mod map;
mod policy;
mod reading;
mod scan;
mod shown;
mod template;
#[cfg(test)]
mod tests;

pub(crate) use self::aggregate::{Aggregate, BreakerAggregate, BulkheadAggregate};
pub use self::instance::PerKey;
pub use self::key::Key;
pub use self::map::KeyedInstance;
pub use self::policy::Keyed;
pub use self::reading::{KeySnapshot, KeyedTotals};
pub use self::scan::KeyPages;
#[cfg(feature = "axum")]
pub(crate) use self::scan::TotalsScan;
pub use self::shown::{KeyByDebug, KeyByDisplay, of_key};
