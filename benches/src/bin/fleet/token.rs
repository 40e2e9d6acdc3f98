//! A call that finds a turn which was fetched ahead.

use std::hint::black_box;
use std::time::{Duration, Instant};

use resilience::{RateLimitConfig, RateLimiter};

/// What a call costs that finds a turn.
pub(crate) async fn time() {
    const CALLS: u32 = 20_000;
    let config = RateLimitConfig::new().rate("1000000/s").burst(1_000_000).shared(true);
    let limiter = RateLimiter::new("token", config.lease(Duration::from_secs(1)));
    let warm_up = Instant::now();
    while warm_up.elapsed() < Duration::from_secs(1) {
        for _ in 0..1_000 {
            let _ = limiter.acquire().await;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let mut times: Vec<_> = (0..9)
        .map(|_| {
            let begin = Instant::now();
            for _ in 0..CALLS / 10 {
                let _ = black_box(limiter.try_acquire());
            }
            begin.elapsed() / (CALLS / 10)
        })
        .collect();
    times.sort_unstable();
    println!("\nA turn that was fetched ahead: {:?} (median of {})", times[4], times.len());
}
