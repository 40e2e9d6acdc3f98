//! A gRPC service with all four kinds of methods, and functions that call it.

pub mod bare;
pub mod guarded;
mod json;
mod messages;
mod rpc;

pub use self::messages::{Feature, Point, Rectangle, RouteNote, RouteSummary};
pub use self::rpc::{RouteGuide, RouteGuideClient, RouteGuideServer};
