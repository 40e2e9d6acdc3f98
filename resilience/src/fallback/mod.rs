//! Answering for a body that failed.
//!
//! The alternatives are expressions of the annotated function, so most of a fallback is generated code; this room
//! decides when the next one is due, and tells the world which error it hides.
//!
//! [`policy`] the named fallback and its count · [`catch`] the decision for functions that return a `Result`, [`plain`]
//! for those that don't.

mod catch;
mod plain;
mod policy;

pub use self::catch::ReturnType;
pub use self::plain::PlainReturn;
pub use self::policy::Fallback;
