//! The policies against plain reference models: long random sequences, the same outcomes, counts and side effects.
//!
//! Each model is written from what the documentation promises, the slow and obvious way, and shares no code with what it
//! is compared with. `cargo test` runs two hundred sequences of each, `cargo x prove` as many as wished.

mod attempts;
mod breaker;
mod bulkhead;
mod calls;
mod keys;
mod sequence;
mod stacks;
mod turns;
