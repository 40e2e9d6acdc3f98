//! A Redis server of three commands, and its client, over TCP.

pub mod bare;
mod connection;
mod frame;
pub mod guarded;

pub use self::connection::Connection;
pub use self::frame::Frame;

/// Any error: as small servers have it.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// A result with any error.
pub type Result<T> = std::result::Result<T, Error>;
