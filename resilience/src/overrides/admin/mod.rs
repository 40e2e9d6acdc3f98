//! What the admin routes change: layers above file and environment, by policy and option, each for a while.
//!
//! [`entries`] what is in force · [`commit`] a change of it · [`wish`] what a request asks for · [`report`] what every
//! policy comes to, and why · [`kept`] layers as text that outlives the process.

mod commit;
mod entries;
mod kept;
mod report;
mod wish;

pub(crate) use self::commit::{Answer, Rejected, change, expire, kind, withdraw};
pub(super) use self::entries::{forget, leaves};
pub(super) use self::kept::{restore, split, write};
pub(crate) use self::report::{overridden, reports};
pub(crate) use self::wish::{Author, LASTS, Wish, lasts};

/// The place of everything that the admin routes set.
const PLACE: &str = "admin";
