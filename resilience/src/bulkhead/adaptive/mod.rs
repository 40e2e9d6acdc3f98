//! A limit that finds itself: from what calls take, how many may run at once.
//!
//! - `machine`: the algorithm, pure: a window's samples in, a limit out.
//! - `window`: samples added up without a lock.
//! - `controller`: the machine shared; a call that ends late enough ends the window.
//! - `start`: when a sampled call began.
//! - `end`: what the end of a call says about load.

mod controller;
mod end;
mod machine;
mod start;
mod window;

pub(super) use self::controller::{Controller, Ended};
pub(super) use self::end::{End, Judge, Judged, JudgedBy, Unjudged};
#[cfg(all(test, not(shuttle)))]
pub(super) use self::machine::Sample;
pub(super) use self::machine::{Bounds, Machine};
pub(super) use self::start::Start;
