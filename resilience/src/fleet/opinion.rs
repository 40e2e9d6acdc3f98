//! What a replica thinks of a dependency, and what the fleet does. Times are in microseconds.

use crate::circuit_state::CircuitState;

/// What one replica's circuit breaker says to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opinion {
    /// Its word.
    pub word: Word,
    /// For how long it would try, were it to have the right; 0 for not at all.
    pub trying: u64,
}

/// In a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// It has judged by its own calls that the circuit is open, for so long.
    Open(u64),
    /// It has nothing to complain of, or only follows the others.
    Well,
    /// Its trial calls have succeeded: the circuit closes for all.
    Closed,
}

/// What the fleet says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// How many other replicas say that it is open.
    pub others: u32,
    /// How long ago trial calls closed it for all.
    pub closed_since: Option<u64>,
    /// Whether this replica is the one to try.
    pub right: bool,
    /// The state that all are forced into.
    pub forced: Option<CircuitState>,
}
