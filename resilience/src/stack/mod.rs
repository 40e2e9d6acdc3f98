//! Where strategies meet: the body at the core of a stack, and the function's edge around it.

mod body;
pub(crate) mod by_hand;
mod default_judge;
mod drop_on_ready;
mod edge;
mod either;
pub mod event;
#[cfg(feature = "test-util")]
pub mod faults;
pub mod inspect;
pub mod ladder;
pub(crate) mod occasion;
mod pinned;
mod policy_ref;
pub mod predicate;
#[cfg(feature = "test-util")]
pub(crate) mod recorder;
mod retry_event;
#[cfg(feature = "opentelemetry")]
mod span_event;
pub mod verdict;

pub use self::body::{Body, body, body_blocking, never};
pub use self::default_judge::DefaultJudge;
pub use self::drop_on_ready::drop_on_ready;
pub use self::edge::{
    FromRejection, answered, edge, finish, finish_elsewhere, finish_unrefused, finish_with,
    returns_result,
};
pub use self::either::{Either, either};
pub use self::pinned::{pinned, slot};
pub use self::policy_ref::{PolicyRef, static_ref};
pub use self::retry_event::RetryEvent;
