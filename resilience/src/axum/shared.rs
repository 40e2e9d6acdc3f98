//! What the routes share.

use super::access::Access;
use super::events::Streams;
use super::shutdown::Shutdown;
use crate::health::HealthChecker;

#[derive(Default)]
pub(super) struct Shared {
    pub(super) access: Access,
    pub(super) checks: HealthChecker,
    pub(super) streams: Streams,
    pub(super) shutdown: Shutdown,
}
