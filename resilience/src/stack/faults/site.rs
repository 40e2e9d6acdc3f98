//! A function whose body a test can replace, and what the test has asked for.

use std::panic::Location;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use super::typed::{TypedError, TypedFault};
use crate::name::Name;
use crate::rejection::Rejection;

/// One annotated function; generated code has a static of it.
#[derive(Debug)]
pub struct FaultSite {
    name: &'static str,
    location: &'static Location<'static>,
    /// Whether there is any fault: all that a call without one asks.
    armed: AtomicBool,
    plan: Mutex<Plan>,
}

/// What the linker collects.
#[derive(Debug)]
pub struct Listed(pub &'static FaultSite);

inventory::collect!(Listed);

/// Every annotated function of the program.
pub(crate) fn sites() -> impl Iterator<Item = &'static FaultSite> {
    inventory::iter::<Listed>().map(|listed| listed.0)
}

#[derive(Debug)]
struct Plan {
    failures: Failures,
    delay: Option<Duration>,
}

/// Which bodies don't run.
#[derive(Debug)]
pub(crate) enum Failures {
    None,
    /// So many, by a rejection.
    Injected(u32),
    /// All of them, by an error of the function's own.
    Typed(TypedError),
}

/// How a body begins.
pub(super) struct Start {
    pub(super) delay: Option<Duration>,
    pub(super) fault: Option<Fault>,
}

/// What a call gets instead of its body's result.
pub(super) enum Fault {
    Injected,
    Typed(TypedError),
}

impl FaultSite {
    /// The function of that path, annotated where this is called.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str) -> Self {
        let plan = Plan { failures: Failures::None, delay: None };
        let (location, armed) = (Location::caller(), AtomicBool::new(false));
        Self { name, location, armed, plan: Mutex::new(plan) }
    }

    pub(crate) const fn name(&self) -> &'static str {
        self.name
    }

    /// The line of its first attribute.
    pub(crate) const fn line(&self) -> u32 {
        self.location.line()
    }

    /// Replaces what was planned before.
    pub(crate) fn fail(&self, failures: Failures) {
        self.plan.lock().failures = failures;
        self.armed.store(true, Ordering::Relaxed);
    }

    pub(crate) fn delay(&self, delay: Duration) {
        self.plan.lock().delay = Some(delay);
        self.armed.store(true, Ordering::Relaxed);
    }

    /// From now on its bodies run at once.
    pub(crate) fn heal(&self) {
        *self.plan.lock() = Plan { failures: Failures::None, delay: None };
        self.armed.store(false, Ordering::Relaxed);
    }

    /// A body begins; `None` unless something else is planned.
    #[inline]
    pub(super) fn begin(&self) -> Option<Start> {
        self.armed.load(Ordering::Relaxed).then(|| self.plan.lock().begin())
    }
}

impl Plan {
    fn begin(&mut self) -> Start {
        let fault = match &mut self.failures {
            Failures::None | Failures::Injected(0) => None,
            Failures::Injected(left) => {
                *left -= 1;
                Some(Fault::Injected)
            }
            Failures::Typed(error) => Some(Fault::Typed(error.clone())),
        };
        Start { delay: self.delay, fault }
    }
}

impl Fault {
    pub(super) fn outcome<R>(
        self,
        site: &FaultSite,
        typed: impl Fn(&TypedFault<'_>) -> R,
    ) -> Result<R, Rejection> {
        match self {
            Self::Injected => Err(Rejection::Injected { policy: Name::new(site.name) }),
            Self::Typed(error) => Ok(typed(&TypedFault { site, error: &error })),
        }
    }
}
