//! One policy per host, tenant or user: looked up by any key, bounded in number.
//!
//! [`key`] what can be a key · [`instance`] what a policy must know to be kept per key · [`map`] the data structure ·
//! [`policy`] the named whole · [`sum`] what keys have counted, evicted ones included.

mod instance;
mod key;
mod map;
mod policy;
mod sum;
#[cfg(test)]
mod tests;

pub use self::instance::PerKey;
pub use self::key::Key;
pub use self::map::KeyedInstance;
pub use self::policy::{KeySnapshot, Keyed, KeyedTotals};
pub(crate) use self::sum::{BreakerSum, BulkheadSum, LimiterSum};
