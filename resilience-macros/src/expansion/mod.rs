//! From what a stack means to code. Nothing here can fail.

pub(crate) mod capture;
pub(crate) mod expand;
pub(crate) mod faults;
pub(crate) mod instances;
mod place;
pub(crate) mod value;
