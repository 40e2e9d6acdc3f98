//! A second attempt beside a slow first one.
//!
//! [`config`] the options · [`policy`] the named hedge · [`by_hand`] its predicates · [`future`] a hedged call.

mod by_hand;
mod config;
mod future;
mod policy;
#[cfg(test)]
mod tests;

pub use self::config::HedgeConfig;
pub use self::future::hedge;
pub use self::policy::Hedge;
