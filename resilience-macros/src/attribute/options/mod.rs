//! The vocabulary of option values, one for every attribute.

pub(crate) mod choice;
pub(crate) mod code;
pub(crate) mod count;
pub(crate) mod duration;
pub(crate) mod rate;
pub(crate) mod ratio;
pub(crate) mod samples;
pub(crate) mod setters;
pub(crate) mod shares;
pub(crate) mod text;
pub(crate) mod value;
pub(crate) mod window;
