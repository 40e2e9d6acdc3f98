//! Faults that a test puts in the place of a function's body: only with feature `test-util`.
//!
//! `site` a function whose body can be replaced · `future` its body, or the fault instead · `typed` errors of the
//! function's own type · `returned` what a fault becomes, by what the function returns.

mod future;
mod returned;
mod site;
mod typed;

pub use self::future::{Faulty, blocking, faulty};
pub use self::returned::{
    FailNowhere, FailWithError, RejectByFrom, RejectInError, RejectNowhere, Returned, finish,
    unmade,
};
pub(crate) use self::site::{Failures, sites};
pub use self::site::{FaultSite, Listed};
pub(crate) use self::typed::TypedError;
pub use self::typed::{TypedFault, error, unknown};
