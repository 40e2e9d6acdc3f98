//! One policy per host, tenant or user: looked up by any key, bounded in number.
//!
//! `key` what can be a key · `instance` what a policy must know to be kept per key · `map` the data structure ·
//! `policy` the named whole · `aggregate` what keys have counted, evicted ones included · `scan` all keys, read in pieces.

mod aggregate;
mod instance;
mod key;
mod map;
mod policy;
mod scan;
mod template;
#[cfg(test)]
mod tests;

pub(crate) use self::aggregate::{Aggregate, BreakerAggregate, BulkheadAggregate};
pub use self::instance::PerKey;
pub use self::key::Key;
pub use self::map::KeyedInstance;
pub use self::policy::{KeySnapshot, Keyed, KeyedTotals};
pub use self::scan::KeyPages;
#[cfg(feature = "axum")]
pub(crate) use self::scan::TotalsScan;
