//! What is compared: the same load with the attributes and without.

use std::sync::Arc;

use crate::record::Record;
use crate::script::Script;
use crate::upstream::Hits;

/// Both sides and what happens to them.
pub(crate) struct Stage {
    pub(crate) script: Script,
    /// Shoppers per second, each way.
    pub(crate) rate: u32,
    pub(crate) guarded: Side,
    pub(crate) bare: Side,
}

/// A load and the provider that it alone meets.
#[derive(Default)]
pub(crate) struct Side {
    pub(crate) record: Arc<Record>,
    pub(crate) hits: Arc<Hits>,
}
