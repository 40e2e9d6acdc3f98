//! The rate limiter: calls on paused time, the algorithm and the queue against plain models, the queue in every
//! interleaving.

#[cfg(not(shuttle))]
mod calls;
#[cfg(any(shuttle, miri))]
mod interleavings;
#[cfg(not(shuttle))]
mod lease;
#[cfg(not(shuttle))]
mod models;
#[cfg(not(shuttle))]
mod queue;
#[cfg(not(shuttle))]
mod turns;
