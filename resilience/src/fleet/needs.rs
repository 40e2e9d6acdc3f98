//! What stands for the flag `shared` where no store can be connected to.

/// Has no value: the crate's feature `redis` brings the option.
#[derive(Clone, Copy, Debug)]
pub enum NeedsFeatureRedis {}
