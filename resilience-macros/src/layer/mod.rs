//! What a stack of attributes means.

pub(crate) mod attempts;
pub(crate) mod call;
pub(crate) mod default_names;
pub(crate) mod future;
pub(crate) mod keyed;
pub(crate) mod model;
pub(crate) mod names;
pub(crate) mod predicates;
