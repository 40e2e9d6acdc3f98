//! The bulkhead: its queue against a model, its calls on paused time, its semaphore in every interleaving.

#[cfg(all(feature = "test-util", not(shuttle)))]
mod adaptive;
#[cfg(all(feature = "test-util", not(shuttle)))]
mod calls;
#[cfg(any(shuttle, miri))]
mod interleavings;
#[cfg(not(shuttle))]
mod machine;
#[cfg(not(shuttle))]
mod models;
#[cfg(all(feature = "test-util", not(shuttle)))]
mod priorities;
#[cfg(all(feature = "test-util", not(shuttle)))]
mod queue;
