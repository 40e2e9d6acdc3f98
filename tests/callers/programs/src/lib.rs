//! Four kinds of programs that people write, each before it is guarded (`bare`) and after (`guarded`).
//!
//! Each is a small program of its own, shaped like a well-known one: a Redis server with its client, a client library
//! whose requests all go through one generic function, a web application over a database, a gRPC service with streams.
//! What both versions share lies beside them. `tests/lines.rs` counts what guarding took.

#![allow(
    clippy::type_complexity,
    reason = "a field is declared once, in the way of the program's model"
)]

pub mod mini_redis;
pub mod openai;
pub mod route_guide;
pub mod todos;
