//! A client library for an HTTP API: every request goes through one generic function.

pub mod bare;
pub mod guarded;
mod types;

pub use self::types::{ApiError, Completion, Model, Models, Question};
