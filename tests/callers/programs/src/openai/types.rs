//! What is sent and received.

use serde::{Deserialize, Serialize};

/// One model.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Model {
    /// What it is called.
    pub id: String,
}

/// Those there are.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Models {
    /// All of them.
    pub data: Vec<Model>,
}

/// What is asked of a model.
#[derive(Clone, Debug, Serialize)]
pub struct Question {
    /// Which one.
    pub model: String,
    /// In words.
    pub prompt: String,
}

/// What it says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Completion {
    /// In words.
    pub text: String,
}

/// An error as the API tells it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ApiError {
    /// In words.
    pub message: String,
    /// For programs.
    pub code: Option<String>,
}
