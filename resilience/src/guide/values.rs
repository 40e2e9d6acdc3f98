//! Which values, and why.
//!
//! Defaults are made to be harmless, not to be right for your dependency. Measure it when it is well: its latency
//! (median, 99th percentile), its share of errors, its calls per second. Then:
//!
//! # Timeouts
//!
//! - *Per attempt*: a little above the slowest healthy answer, 1.5 to 2 times the 99.9th percentile. Below it, healthy
//!   calls time out; far above it, every call that meets a black hole holds its caller so long.
//! - *In total*: what the caller will wait. It holds for everything inside, waiting and retries included. With `n`
//!   attempts of at most `a` and pauses of `d` and `2d`, all of them fit if the total is at least `n·a + 3d` for three
//!   attempts; the compiler says when literals can't fit.
//!
//! # Retries
//!
//! - Only what is safe to run twice, and only where the next attempt has a chance (`Transient`).
//! - `attempts = 3`. If an attempt fails with chance *p*, three fail with *p³*: 1 % becomes one in a million; of an outage
//!   (*p* = 1) no number of attempts makes an answer.
//! - At one floor only. Three services that each try three times send 27 requests to the last one. The registry counts
//!   retries inside retries, and warns of them.
//! - A `budget` wherever many callers share the dependency: with `budget = 0.2` retries add at most a fifth to its load
//!   in the long run, also when everything fails. [`resilient`](macro@crate::resilient) has it by default.
//! - Keep the jitter. Without it callers that failed together come back together (Brooker, *Exponential Backoff And
//!   Jitter*, AWS Architecture Blog, 2015: full jitter needs the fewest calls). Its mean pause is half the nominal one.
//!
//! # Circuit breakers
//!
//! - `failure_rate`: well above what is normal; 0.5 for most. `min_calls` so many that chance alone does not open the
//!   circuit: of *n* calls with a normal share of errors *p*, more than *k* fail with the tail of the binomial
//!   distribution. With *p* = 1 %, *n* = 5 and a rate of 0.5 three must fail: about 10·*p*³, one in 100,000. With *p* = 10 %
//!   it is one in 117: take `min_calls = 20`.
//! - `window`: long enough to hold `min_calls` at the quiet hours' rate, short enough that an outage fills it: 10 s at 2
//!   calls per second and more; a count (`window = 20`) for rarer calls, or `consecutive_failures`.
//! - `slow_call`: an answer that comes too late to be of use is a failure. Without it, a dependency that hangs is noticed
//!   only by a timeout.
//! - `open_for`: how long a restart or a fail-over of the dependency takes, 5 s to 60 s. `max_open_for` larger lets it grow
//!   while trials keep failing.
//!
//! # Bulkheads
//!
//! Little's law (Little, 1961): calls at once = calls per second × seconds per call. At 200 calls per second of 50 ms each,
//! 10 run at once on average; bursts and slow minutes need more: `max_concurrent` two to three times that, and below
//! what the dependency's own pool admits.
//!
//! Where the capacity is unknown or changes, `adaptive` finds the limit: the page of
//! [`bulkhead`](macro@crate::bulkhead) says when, and when not to.
//!
//! A short `max_wait` smooths bursts; a long one lets calls wait for answers that are not needed any more.
//!
//! # Rate limits
//!
//! What the contract with the other side says, `"100/s"`. `burst` is how much may come at once after a quiet time: the
//! default is the count, one whole period. Waiting (`max_wait`) makes a client smooth; a server rejects and says when to
//! come back.
//!
//! # Hedges
//!
//! `after` at the 95th percentile of the latency adds 5 % load and replaces the slowest answers (Dean and Barroso, *The Tail
//! at Scale*, 2013). Only for calls that may run twice and have no effect, and only where slowness is a matter of chance: a
//! dependency that is overloaded gets slower by it.
//!
//! # Starting points
//!
//! [`presets`](crate::presets) has configs with reasons; `config = presets::…` in an attribute starts from one, and other
//! options of the attribute change it.
//!
//! ```
//! use resilience::{Rejection, presets, retry};
//!
//! #[retry(config = presets::AGGRESSIVE, budget = 0.1)]
//! async fn fetch() -> Result<(), Rejection> { Ok(()) }
//! ```
