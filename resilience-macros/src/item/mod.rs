//! The item that attributes stand on: a function, a static, or a block of methods.

pub(crate) mod block;
pub(crate) mod declaration;
pub(crate) mod owner;
pub(crate) mod stack;
pub(crate) mod validate;
