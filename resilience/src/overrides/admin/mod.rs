//! What the admin routes change: layers above file and environment, by policy and option, each for a while.
//!
//! [`entries`] what is in force · [`commit`] a change of it · [`expiry`] what ends by itself · [`wish`] what a request asks for · [`report`] what every
//! policy comes to, and why · [`kept`] layers as text that outlives the process.

mod commit;
mod entries;
mod expiry;
mod kept;
mod report;
mod wish;

use serde_json::Value as Json;

pub(super) use self::commit::tell_forgotten;
pub(crate) use self::commit::{Answer, Rejected, change, kind, withdraw};
pub(crate) use self::entries::has_expired;
pub(super) use self::entries::{forget, leaves};
pub(crate) use self::expiry::expire;
pub(super) use self::kept::{restore, split, write};
pub(crate) use self::report::{overridden, reports};
pub(crate) use self::wish::{Author, LASTS, Wish, lasts};
use crate::grammar::meaning;

/// A value as attributes have it.
fn in_attribute_words(value: &mut Json) {
    *value = meaning(value).clone();
}

/// The place of everything that the admin routes set.
const PLACE: &str = "admin";
