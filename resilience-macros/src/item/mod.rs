//! The item that attributes stand on: a function, or a static.

pub(crate) mod declaration;
pub(crate) mod stack;
pub(crate) mod validate;
