//! A store that the replicas of a service have in common.

use std::error::Error;
use std::pin::Pin;
use std::time::Duration;

use super::ask::{Answer, Ask, Refund};
use super::opinion::{Opinion, Verdict};
use super::settings::Settings;
use crate::circuit_state::CircuitState;

/// A store's answer in the making. It borrows nothing: it may outlive the call that asked.
pub type Reply<T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send>>;

/// Why a store did not answer.
pub type Failure = Box<dyn Error + Send + Sync>;

/// Where the replicas of a service keep what they share: [`Redis`](crate::shared::Redis), or
/// [`Memory`](crate::shared::Memory) for tests.
///
/// It is sealed for now, so that it can grow.
pub trait Store: Send + Sync + 'static + sealed::Sealed {
    #[doc(hidden)]
    fn settings(&self) -> Settings;

    /// Takes turns of `key`, under the limit of that name.
    #[doc(hidden)]
    fn take(&self, policy: &str, key: Option<&str>, ask: Ask) -> Reply<Answer>;

    /// Gives turns back.
    #[doc(hidden)]
    fn give_back(&self, policy: &str, key: Option<&str>, refund: Refund) -> Reply<()>;

    /// Takes what a replica thinks of a dependency, and says what the others do.
    #[doc(hidden)]
    fn opine(&self, policy: &str, replica: &str, opinion: Opinion) -> Reply<Verdict>;

    /// Forces the circuit breakers of that name into a state, in all replicas; `None` ends it.
    #[doc(hidden)]
    fn force(&self, policy: &str, state: Option<CircuitState>) -> Reply<()>;

    /// Says that the replica of that id is there, and learns how many are.
    #[doc(hidden)]
    fn beat(&self, replica: &str, forgotten_after: Duration) -> Reply<u32>;
}

pub(crate) mod sealed {
    pub trait Sealed {}
}
