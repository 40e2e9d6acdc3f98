//! The framework as its users see it: every test stands in `tests/`.
//!
//! Behind the feature `harness`, which needs Linux: programs under load, servers and proxies that fail, and
//! what callers saw of it. The examples' tests and `cargo x outage` share it.
#![forbid(unsafe_code)]

#[cfg(all(feature = "harness", target_os = "linux"))]
pub mod harness;
