//! A circuit breaker in the hands of a test.

use std::ops::Deref;

use crate::circuit_breaker::CircuitBreaker;

/// A listed circuit breaker, to be put into any state without calls that fail. It dereferences to the
/// [`CircuitBreaker`], for its counts and for forced states.
#[derive(Clone, Copy, Debug)]
pub struct Breaker(pub(super) &'static CircuitBreaker);

impl Breaker {
    /// Opens the circuit as if calls had failed: it becomes half-open after `open_for`.
    pub fn open(self) {
        self.0.open();
    }

    /// Ends the open period at once, after opening the circuit if need be: the next calls are trials.
    pub fn half_open(self) {
        self.0.half_open();
    }

    /// Closes the circuit, with an empty window.
    pub fn close(self) {
        self.0.reset();
    }
}

impl Deref for Breaker {
    type Target = CircuitBreaker;

    fn deref(&self) -> &CircuitBreaker {
        self.0
    }
}
