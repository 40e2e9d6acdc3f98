//! A limit that a fleet shares, by way of a store in memory: calls that find a turn which was fetched ahead.

use std::pin::pin;
use std::sync::Once;
use std::task::{Context, Waker};

use resilience::{RateLimitConfig, RateLimiter, rate_limit, registry, shared};
use resilience_benches::{Failure, answer, bare, ready};

use crate::caller::repeat;

/// So many turns are held after it that no measured call asks for more.
const HEAVY: u32 = 200_000;

#[rate_limit("1000000/s", burst = 10_000_000, lease = "1s", name = "leased", shared)]
async fn leased(input: u64) -> Result<u64, Failure> {
    answer(input)
}

pub(crate) fn by_attribute(calls: u64) {
    fill(registry().rate_limiter("leased").expect("it is listed"));
    repeat(calls, leased);
}

pub(crate) fn by_hand(calls: u64) {
    const CONFIG: RateLimitConfig = RateLimitConfig::new().rate("1000000/s").burst(10_000_000);
    static LIMITER: RateLimiter = RateLimiter::new("by hand", CONFIG.shared(true).lease(SECOND));
    fill(&LIMITER);
    repeat(calls, |input| LIMITER.call(bare(input)));
}

const SECOND: std::time::Duration = std::time::Duration::from_secs(1);

/// Once: heavy calls show a demand that a lease of a second is to satisfy.
fn fill(limiter: &RateLimiter) {
    static FILLED: Once = Once::new();
    FILLED.call_once(|| {
        shared::connect(shared::Memory::new());
        for _ in 0..3 {
            let heavy = pin!(limiter.cost(HEAVY).acquire());
            let granted = ready(heavy, &mut Context::from_waker(Waker::noop()));
            granted.expect("a burst is fifty times that");
        }
    });
}
