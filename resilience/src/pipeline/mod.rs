//! The standard pipeline: six policies in the one order that makes sense, shared under one name.
//!
//! - `policy`: the shared, named thing; `call`: its use, with and without predicates.

mod call;
mod policy;
#[cfg(all(test, feature = "test-util"))]
mod tests;

pub use self::policy::{Parts, Pipeline};
