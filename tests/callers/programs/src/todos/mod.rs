//! A web application over a database.

pub mod bare;
pub mod guarded;
mod types;

pub use self::types::{NewTodo, Todo};
