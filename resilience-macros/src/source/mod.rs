//! The user's code: its attributes, its functions, and where in them the guarded body stands.

pub(crate) mod attributes;
pub(crate) mod early_return;
pub(crate) mod foreign_macros;
pub(crate) mod frame;
pub(crate) mod function;
pub(crate) mod items;
pub(crate) mod names;
pub(crate) mod parameter;
pub(crate) mod return_type;
pub(crate) mod scope;
