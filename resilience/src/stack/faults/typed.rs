//! Errors of a function's own type, carried from a test to the function that knows the type.

use std::any::{Any, type_name};
use std::fmt;
use std::sync::Arc;

use super::site::FaultSite;

/// Makes errors of one type.
type Make<E> = Box<dyn Fn() -> E + Send + Sync>;

/// What a test fails a function with.
#[derive(Clone)]
pub(crate) struct TypedError {
    /// A [`Make`].
    make: Arc<dyn Any + Send + Sync>,
    type_name: &'static str,
}

impl TypedError {
    pub(crate) fn new<E: 'static>(make: impl Fn() -> E + Send + Sync + 'static) -> Self {
        let make: Make<E> = Box::new(make);
        Self { make: Arc::new(make), type_name: type_name::<E>() }
    }
}

impl fmt::Debug for TypedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error of type {}", self.type_name)
    }
}

/// Such an error, on its way out of the function.
#[derive(Debug)]
pub struct TypedFault<'s> {
    pub(super) site: &'s FaultSite,
    pub(super) error: &'s TypedError,
}

/// The error as the result of a function that returns it.
///
/// # Panics
///
/// When the test gave an error of another type.
#[allow(clippy::missing_errors_doc, reason = "the test's own")]
pub fn error<T, E: 'static>(fault: &TypedFault<'_>) -> Result<T, E> {
    match fault.error.make.downcast_ref::<Make<E>>() {
        Some(make) => Err(make()),
        None => panic!(
            "`{}` fails with the type `{}`, and `fail_with` gives it a `{}`: write one of the function's own type",
            fault.site.name(),
            type_name::<E>(),
            fault.error.type_name,
        ),
    }
}

/// The same for a function whose error type can't be told from others while the program runs.
///
/// # Panics
///
/// Always.
#[must_use]
pub fn unknown<R>(fault: &TypedFault<'_>) -> R {
    panic!(
        "the error type of `{0}` borrows, is a type parameter, or isn't written out, so that `fail_with` can't make one: \
         write `test.fail(\"{0}\", 1)`",
        fault.site.name(),
    )
}
