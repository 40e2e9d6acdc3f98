//! The stack as users put it together by hand.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use resilience::{
    Backoff, Bulkhead, CircuitBreaker, Hedge, HedgeConfig, Jitter, RateLimiter, Retry, RetryConfig,
    Timeout, TimeoutConfig, attempt, remaining,
};
use tokio::task::{LocalSet, spawn_local};
use tokio::time::sleep;

use crate::models::calls::Boxed;

use super::scene::{
    Again, Bodies, Count, Ending, Layer, Line, Log, NAMES, Outcome, Scene, What, came, direct,
};

thread_local!(static LOG: RefCell<Option<Log>> = const { RefCell::new(None) });

/// Hooks capture nothing.
fn tell(what: What) {
    LOG.with_borrow(|log| log.as_ref().expect("a scene is played").add(what));
}

pub async fn play(scene: &Scene) -> (Vec<Line>, Vec<Count>) {
    let log = Log::new();
    LOG.replace(Some(log.clone()));
    let layers = scene.layers.iter().zip(NAMES).map(|(layer, name)| Policy::new(name, layer));
    let layers: Rc<Vec<Policy>> = Rc::new(layers.collect());
    let scene = Rc::new(scene.clone());
    let local = LocalSet::new();
    let begin = |call: usize| {
        let (layers, scene, log) = (Rc::clone(&layers), Rc::clone(&scene), log.clone());
        spawn_local(async move {
            let bodies = Bodies::new(&log, call, &scene.calls[call].bodies);
            let mut ending = Ending { log: log.clone(), call, came: None };
            let outcome = stack(&layers, &bodies).await;
            ending.came = Some(came(&outcome));
            outcome
        })
    };
    local.run_until(direct(&scene, &log, begin)).await;
    let counts = layers.iter().map(Policy::count).collect();
    (log.take(), counts)
}

enum Policy {
    Breaker(CircuitBreaker),
    Retry(Retry),
    Timeout(Timeout),
    Bulkhead(Bulkhead),
    RateLimit(RateLimiter),
    Hedge(Hedge),
}

fn stack<'s>(layers: &'s [Policy], bodies: &'s Bodies<'s>) -> Boxed<'s, Outcome> {
    let Some((layer, further)) = layers.split_first() else {
        return Box::pin(async { Ok(bodies.run(attempt(), remaining(), sleep).await) });
    };
    let inner = move || stack(further, bodies);
    match layer {
        Policy::Breaker(breaker) => Box::pin(breaker.guard(inner())),
        Policy::Retry(retry) => Box::pin(retry.guard(inner)),
        Policy::Timeout(timeout) => Box::pin(timeout.guard(inner())),
        Policy::Bulkhead(bulkhead) => Box::pin(bulkhead.guard(inner())),
        Policy::RateLimit(limiter) => Box::pin(limiter.guard(inner())),
        Policy::Hedge(hedge) => Box::pin(hedge.guard(inner)),
    }
}

impl Policy {
    fn new(name: &'static str, layer: &Layer) -> Self {
        match layer {
            Layer::Breaker(options) => {
                let config = options.config().on_state_change(|change| {
                    let (from, to, cause) = (change.from, change.to, change.cause);
                    tell(What::Changes { policy: change.policy.to_string(), from, to, cause });
                });
                Self::Breaker(CircuitBreaker::new(name, config))
            }
            Layer::Retry(again) => Self::Retry(Retry::new(name, retry(again))),
            Layer::Timeout(after) => {
                let config = TimeoutConfig::new().after(Duration::from_millis(*after));
                Self::Timeout(Timeout::new(name, config))
            }
            Layer::Bulkhead(options) => Self::Bulkhead(Bulkhead::new(name, options.config())),
            Layer::RateLimit(options) => Self::RateLimit(RateLimiter::new(name, options.config())),
            Layer::Hedge { after, attempts } => {
                let config = HedgeConfig::new().max_attempts(*attempts);
                Self::Hedge(Hedge::new(name, config.after(Duration::from_millis(*after))))
            }
        }
    }

    fn count(&self) -> Count {
        match self {
            Self::Breaker(it) => Count::Breaker(it.state(), it.counts(), it.totals()),
            Self::Retry(it) => {
                let totals = it.totals();
                Count::Retry(totals.retries, totals.recovered, totals.exhausted)
            }
            Self::Timeout(it) => {
                Count::Timeout(it.totals().timed_out, it.totals().deadline_exceeded)
            }
            Self::Bulkhead(it) => {
                Count::Bulkhead(it.in_flight() as usize, it.queued() as usize, it.totals().rejected)
            }
            Self::RateLimit(it) => {
                Count::RateLimit(it.available(), it.totals().rejected, it.totals().waited)
            }
            Self::Hedge(it) => Count::Hedge(it.totals().hedged, it.totals().won),
        }
    }
}

fn retry(again: &Again) -> RetryConfig {
    let delay = Duration::from_millis(again.delay);
    let backoff = if again.is_linear { Backoff::Linear } else { Backoff::Fixed };
    let mut config = RetryConfig::new()
        .attempts(again.attempts)
        .delay(delay)
        .backoff(backoff)
        .jitter(Jitter::None)
        .on_retry(|event| {
            let (policy, attempt, delay) = (event.policy.to_string(), event.attempt, event.delay);
            tell(What::Retries { policy, attempt, delay });
        });
    if let Some(limit) = again.max_elapsed {
        config = config.max_elapsed(Duration::from_millis(limit));
    }
    if let Some((percent, burst)) = again.budget {
        config = config.budget(percent as f64 / 100.0).budget_burst(burst);
    }
    config
}
