//! Faults on loopback, and the service that must live with them.
#![allow(dead_code, unused_imports, reason = "no test uses all of it")]

#[cfg(target_os = "linux")]
mod postgres;
mod proxy;
mod redis;
mod service;

#[cfg(target_os = "linux")]
pub use postgres::Postgres;
pub use proxy::{Fault, Proxy};
pub use redis::Redis;
pub use service::Service;
