//! What calls by hand are made of, for the places where a program has to name it: a field, or the type of a result.
//!
//! ```
//! use resilience::{Bulkhead, BulkheadConfig, Rejection, call::BulkheadPermit};
//!
//! static POOL: Bulkhead = Bulkhead::new("pool", BulkheadConfig::new().max_concurrent(10));
//!
//! /// Takes up a slot of the pool for as long as it is open.
//! struct Connection {
//!     _slot: BulkheadPermit<'static>,
//! }
//!
//! fn connect() -> Result<Connection, Rejection> {
//!     Ok(Connection { _slot: POOL.try_acquire()? })
//! }
//! # connect().unwrap();
//! ```
//!
//! | type | made by |
//! |---|---|
//! | [`BulkheadPermit`] | [`Bulkhead::try_acquire`](crate::Bulkhead::try_acquire), [`Bulkhead::acquire`](crate::Bulkhead::acquire) |
//! | [`WithCost`] | [`RateLimiter::cost`](crate::RateLimiter::cost) |
//! | [`Inherited`] | [`inherit`](crate::inherit) |
//! | [`Detached`] | [`detach`](crate::detach) |
//! | [`Prioritized`] | [`with_priority`](crate::with_priority) |

pub use crate::ambient::{Detached, Inherited, Prioritized};
pub use crate::bulkhead::BulkheadPermit;
pub use crate::rate_limit::WithCost;
