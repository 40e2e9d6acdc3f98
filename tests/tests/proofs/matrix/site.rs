//! A stack of one or two policies, the fates that a call can meet there, and what must be true afterwards.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use resilience::call::BulkheadPermit;
use resilience::{
    Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, CircuitState, Hedge,
    HedgeConfig, RateLimitConfig, RateLimiter, Rejection, Retry, RetryConfig, Timeout,
    TimeoutConfig,
};
use tokio::task::yield_now;

/// No test waits for so long.
const NEVER: Duration = Duration::from_secs(3_600);
const BURST: u32 = 1_000;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Breaker,
    Retry,
    Timeout,
    Bulkhead,
    RateLimit,
    Hedge,
}

pub const KINDS: [Kind; 6] =
    [Kind::Breaker, Kind::Retry, Kind::Timeout, Kind::Bulkhead, Kind::RateLimit, Kind::Hedge];

/// Each alone, and each around each, itself included.
pub fn stacks() -> impl Iterator<Item = Vec<Kind>> {
    let pairs = KINDS.iter().flat_map(|one| KINDS.map(|other| vec![*one, other]));
    KINDS.iter().map(|kind| vec![*kind]).chain(pairs)
}

/// What happens to a call, or what it does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fate {
    /// It is made and never polled.
    Unpolled,
    /// It hangs where its body first awaits.
    FirstAwait,
    /// It was woken once, and hangs again.
    SecondAwait,
    /// It waits for a slot or a turn, if anything here has such.
    Queue,
    /// It waits between two attempts, if anything here makes such.
    Pause,
    PanicAtOnce,
    PanicLater,
    /// What the body returns panics where it is dropped.
    PanicInDrop,
    Success,
    Failure,
}

pub const FATES: [Fate; 10] = [
    Fate::Unpolled,
    Fate::FirstAwait,
    Fate::SecondAwait,
    Fate::Queue,
    Fate::Pause,
    Fate::PanicAtOnce,
    Fate::PanicLater,
    Fate::PanicInDrop,
    Fate::Success,
    Fate::Failure,
];

impl Fate {
    /// Whether the call ends by itself; the others are dropped.
    pub fn ends(self, kinds: &[Kind]) -> bool {
        match self {
            Self::Unpolled | Self::FirstAwait | Self::SecondAwait => false,
            Self::Queue => {
                !kinds.iter().any(|kind| matches!(kind, Kind::Bulkhead | Kind::RateLimit))
            }
            Self::Pause | Self::Failure => !kinds.contains(&Kind::Retry),
            _ => true,
        }
    }
}

enum Policy {
    Breaker(CircuitBreaker),
    Retry(Retry),
    Timeout(Timeout),
    Bulkhead(Bulkhead),
    RateLimit(RateLimiter),
    Hedge(Hedge),
}

/// Never opens by what happens here.
fn breaker() -> CircuitBreaker {
    CircuitBreaker::new("breaker", CircuitBreakerConfig::new().min_calls(1_000))
}

impl Policy {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Breaker => Self::Breaker(breaker()),
            Kind::Retry => {
                Self::Retry(Retry::new("retry", RetryConfig::new().attempts(2).delay(NEVER)))
            }
            Kind::Timeout => {
                Self::Timeout(Timeout::new("timeout", TimeoutConfig::new().after(NEVER * 10)))
            }
            Kind::Bulkhead => {
                let config = BulkheadConfig::new().max_concurrent(2).max_wait(NEVER);
                Self::Bulkhead(Bulkhead::new("bulkhead", config))
            }
            Kind::RateLimit => {
                let config = RateLimitConfig::per_hour(1).burst(BURST).max_wait(NEVER * 2);
                Self::RateLimit(RateLimiter::new("limit", config))
            }
            Kind::Hedge => Self::Hedge(Hedge::new("hedge", HedgeConfig::new().after(NEVER))),
        }
    }
}

/// What a body returns.
#[derive(Debug)]
pub struct Value {
    is_bomb: bool,
}

impl Drop for Value {
    fn drop(&mut self) {
        if self.is_bomb && !std::thread::panicking() {
            std::panic::resume_unwind(Box::new("a value of the test's"));
        }
    }
}

pub type Outcome = Result<Result<Value, Value>, Rejection>;
pub type Call<'s> = Pin<Box<dyn Future<Output = Outcome> + Send + 's>>;

pub struct Site {
    pub kinds: Vec<Kind>,
    policies: Vec<Policy>,
    /// Bodies that have begun, and how far the last one has come.
    begun: AtomicU32,
    stage: AtomicU32,
}

impl Site {
    pub fn new(kinds: Vec<Kind>) -> Arc<Self> {
        let policies = kinds.iter().map(|kind| Policy::new(*kind)).collect();
        let (begun, stage) = (AtomicU32::new(0), AtomicU32::new(0));
        Arc::new(Self { kinds, policies, begun, stage })
    }

    pub fn call(self: &Arc<Self>, fate: Fate) -> Call<'static> {
        let site = Arc::clone(self);
        Box::pin(async move { stack(&site.policies, &site, fate).await })
    }

    async fn body(&self, fate: Fate) -> Result<Value, Value> {
        self.begun.fetch_add(1, SeqCst);
        let fail = || Err(Value { is_bomb: fate == Fate::PanicInDrop });
        match fate {
            Fate::Success | Fate::Queue | Fate::Unpolled => return Ok(Value { is_bomb: false }),
            Fate::Failure | Fate::Pause | Fate::PanicInDrop => return fail(),
            Fate::PanicAtOnce => panic("at once"),
            Fate::FirstAwait | Fate::SecondAwait | Fate::PanicLater => {}
        }
        self.stage.store(1, SeqCst);
        if fate != Fate::FirstAwait {
            yield_now().await;
            self.stage.store(2, SeqCst);
        }
        if fate == Fate::PanicLater {
            panic("later");
        }
        std::future::pending().await
    }

    /// Whether the call has come to where its fate meets it.
    pub fn has_come_to(&self, fate: Fate) -> bool {
        match fate {
            Fate::FirstAwait => self.stage.load(SeqCst) == 1,
            Fate::SecondAwait => self.stage.load(SeqCst) == 2,
            Fate::Queue => self.policies.iter().any(waits),
            Fate::Pause | Fate::Failure => self.policies.iter().any(pauses),
            _ => true,
        }
    }

    /// Takes every slot and turn.
    pub fn fill(&self) -> Vec<BulkheadPermit<'_>> {
        let mut slots = Vec::new();
        for policy in &self.policies {
            match policy {
                Policy::Bulkhead(bulkhead) => {
                    slots.extend(std::iter::from_fn(|| bulkhead.try_acquire().ok()));
                }
                Policy::RateLimit(limiter) => while limiter.try_acquire().is_ok() {},
                _ => {}
            }
        }
        slots
    }

    /// Turns that the test used up itself.
    pub fn give_turns_back(&self) {
        for policy in &self.policies {
            if let Policy::RateLimit(limiter) = policy {
                assert_eq!(limiter.available(), 0, "a turn was made up");
                limiter.reset();
            }
        }
    }

    /// Nothing is held any more, and everything was counted.
    pub fn assert_whole(&self, context: &str) {
        for policy in &self.policies {
            match policy {
                Policy::Breaker(breaker) => {
                    let totals = breaker.totals();
                    let ended = totals.successes + totals.failures + totals.ignored;
                    assert_eq!(totals.requests, ended + totals.cancelled + totals.stale);
                    assert_eq!(totals.stale + totals.rejected, 0, "{context}");
                    assert_eq!(breaker.state(), CircuitState::Closed, "{context}");
                }
                Policy::Bulkhead(bulkhead) => {
                    assert_eq!((bulkhead.in_flight(), bulkhead.queued()), (0, 0), "{context}");
                }
                Policy::RateLimit(limiter) => {
                    let taken = u64::from(BURST) - limiter.available();
                    let begun = u64::from(self.begun.load(SeqCst));
                    assert!(taken <= 2 * begun + 2, "{context}: {taken} turns for {begun} bodies");
                }
                Policy::Retry(_) | Policy::Timeout(_) | Policy::Hedge(_) => {}
            }
        }
    }

    /// What the breaker, if it is outermost, has counted of one call.
    pub fn assert_counted(&self, fate: Fate, context: &str) {
        let Some(Policy::Breaker(breaker)) = self.policies.first() else { return };
        let totals = breaker.totals();
        let expected = match fate {
            Fate::Unpolled => (0, 0, 0),
            Fate::Success => (1, 0, 0),
            Fate::Queue if fate.ends(&self.kinds) => (1, 0, 0),
            Fate::PanicAtOnce | Fate::PanicLater | Fate::PanicInDrop => (0, 1, 0),
            Fate::Pause | Fate::Failure if fate.ends(&self.kinds) => (0, 1, 0),
            _ => (0, 0, 1),
        };
        let counted = (totals.successes, totals.failures, totals.cancelled);
        assert_eq!(counted, expected, "{context}: successes, failures, cancelled");
    }
}

/// Without a message of the panic hook's.
fn panic(why: &'static str) -> ! {
    std::panic::resume_unwind(Box::new(why))
}

fn stack<'s>(policies: &'s [Policy], site: &'s Site, fate: Fate) -> Call<'s> {
    let Some((policy, further)) = policies.split_first() else {
        return Box::pin(async move { Ok(site.body(fate).await) });
    };
    let inner = move || stack(further, site, fate);
    match policy {
        Policy::Breaker(breaker) => Box::pin(breaker.guard(inner())),
        Policy::Retry(retry) => Box::pin(retry.guard(inner)),
        Policy::Timeout(timeout) => Box::pin(timeout.guard(inner())),
        Policy::Bulkhead(bulkhead) => Box::pin(bulkhead.guard(inner())),
        Policy::RateLimit(limiter) => Box::pin(limiter.guard(inner())),
        Policy::Hedge(hedge) => Box::pin(hedge.guard(inner)),
    }
}

fn waits(policy: &Policy) -> bool {
    match policy {
        Policy::Bulkhead(bulkhead) => bulkhead.queued() > 0,
        // No turn is free, and one that comes now would have to wait behind another.
        Policy::RateLimit(limiter) => {
            let wait = limiter.try_acquire().unwrap_err().retry_after().unwrap();
            wait > NEVER
        }
        _ => false,
    }
}

fn pauses(policy: &Policy) -> bool {
    matches!(policy, Policy::Retry(retry) if retry.totals().retries > 0)
}
