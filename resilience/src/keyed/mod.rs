//! One policy per host, tenant or user: looked up by any key, bounded in number.
//!
//! [`key`] what can be a key, and keys of any type in one map · [`instance`] what a policy must know to be kept per key ·
//! [`slot`] one key's place; [`array`] places found by hash, without a lock; [`table`] keys of one type; [`tables`] all
//! of them · [`map`] how keys come and go · [`recency`] when a key was used · [`eviction`] who has to go when it is full ·
//! [`policy`] the named whole · [`sum`] what keys have counted, those that had to go included.

mod array;
mod eviction;
mod instance;
mod key;
mod map;
mod policy;
mod recency;
mod slot;
mod sum;
mod table;
mod tables;
#[cfg(test)]
mod tests;

pub use self::instance::PerKey;
pub use self::key::Key;
pub use self::policy::{KeySnapshot, Keyed, KeyedTotals};
pub use self::slot::KeyedInstance;
pub use self::sum::{BreakerSum, BulkheadSum, LimiterSum, Sum};
