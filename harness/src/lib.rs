//! Programs under load, what they depend on, faults between them, and what callers saw. For the examples' tests,
//! `cargo x outage` and `cargo x soak`; it needs Linux.
#![forbid(unsafe_code)]
#![cfg(target_os = "linux")]

mod figures;
mod gauges;
mod lag;
mod limits;
mod load;
mod picture;
mod postgres;
mod proxy;
mod redis;
mod redis_cluster;
mod redis_sentinel;
mod scenario;
mod service;
mod table;
mod timeline;
mod upstream;
mod world;

use std::net::{Ipv4Addr, TcpListener};

pub use self::figures::Figures;
pub use self::gauges::Gauges;
pub use self::limits::Limits;
pub use self::load::{Call, Load, Outcome};
pub use self::picture::picture;
pub use self::postgres::Postgres;
pub use self::proxy::{Fault, Proxy};
pub use self::redis::Redis;
pub use self::redis_cluster::RedisCluster;
pub use self::redis_sentinel::RedisSentinel;
pub use self::scenario::{Place, Scenario, Trouble};
pub use self::service::{App, Callers, Programs, Service};
pub use self::table::{in_short, table};
pub use self::timeline::{Slot, Timeline};
pub use self::upstream::Upstream;
pub use self::world::World;

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("it is bound").port()
}
