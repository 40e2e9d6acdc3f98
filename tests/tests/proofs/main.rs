//! What must hold whatever happens.

mod hostile;
mod matrix;
mod models;
