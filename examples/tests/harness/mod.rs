//! Faults on loopback: a proxy that breaks connections, and the service that must live with it.

mod proxy;
mod service;

pub use proxy::{Fault, Proxy};
pub use service::Service;
