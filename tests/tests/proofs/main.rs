//! What must hold whatever happens.

mod models;
