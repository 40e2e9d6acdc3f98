//! A second attempt beside a slow first one.
//!
//! [`config`] the options · [`policy`] the named hedge · [`call`] its predicates · [`future`] a hedged call ·
//! [`totals`] what it has counted.

mod call;
mod config;
mod future;
mod policy;
#[cfg(test)]
mod tests;
mod totals;

pub use self::config::HedgeConfig;
pub use self::future::hedge;
pub use self::policy::Hedge;
pub use self::totals::HedgeTotals;
