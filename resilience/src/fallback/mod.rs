//! Answering for a body that failed.
//!
//! The alternatives are expressions of the annotated function, so most of a fallback is generated code; this room
//! decides when the next one is due, and tells the world which error it hides.
//!
//! [`policy`] the named fallback and its count · [`catch`] the decision, for functions that return a `Result` and for
//! those that don't.

mod catch;
mod policy;

pub use self::catch::{PlainReturn, ReturnType};
pub use self::policy::Fallback;
