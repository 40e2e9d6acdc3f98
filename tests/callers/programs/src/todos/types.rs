//! What clients see.

use serde::{Deserialize, Serialize};

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Todo {
    /// Which one it is.
    pub id: i64,
    /// In words.
    pub text: String,
}

/// What is to be done, before it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTodo {
    /// In words.
    pub text: String,
}
