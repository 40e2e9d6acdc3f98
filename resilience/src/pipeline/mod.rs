//! Where strategies meet: the body at the core of a stack, and the function's edge around it.

mod at;
mod body;
mod brief;
mod edge;
mod maybe;

pub use self::at::{At, at};
pub use self::body::{Body, body, body_blocking, never};
pub use self::brief::{Brief, brief};
pub use self::edge::{
    Edge, Refused, answered, edge, finish, finish_unrefused, finish_with, returns_result,
};
pub use self::maybe::{Maybe, maybe};
