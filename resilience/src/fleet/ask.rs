//! What a replica asks the store of turns, and what it is told. Times are in microseconds, as the store counts.

/// One key's limit, and how much of it is wanted. All sums stay below 2^53: a script's numbers are exact so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    /// Between two turns at a steady rate.
    pub interval: u64,
    /// A whole burst: the interval times the burst.
    pub limit: u64,
    /// The call's cost: fewer turns are no use.
    pub need: u32,
    /// The same, and turns to be kept for calls to come.
    pub wanted: u32,
    /// How long this call may wait for a turn that is booked; 0 for not at all.
    pub patience: u64,
    /// How long any call under this limit may: no booked turn lies further ahead.
    pub longest: u64,
    /// Turns that were granted and not used in time: given back first.
    pub unused: u32,
}

/// What the store says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// How many turns are granted; 0: rejected.
    pub turns: u32,
    /// Until the booked turn comes or, of a rejected call, until one conforms.
    pub wait: u64,
    /// The theoretical arrival time after a grant, on the store's clock.
    pub arrival: u64,
}

/// Turns that are given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Between two turns at a steady rate.
    pub interval: u64,
    /// How many.
    pub turns: u32,
    /// Only if no later call has taken or booked a turn since this arrival time was told.
    pub arrival: u64,
}
