//! Calls that pass, wait, are rejected and give up.

use std::time::Duration;

use tokio::time::advance;

use crate::rate_limit::{RateLimitConfig, RateLimiter};
use crate::rejection::Rejection;

fn limiter(rate: &str, burst: u32) -> RateLimiter {
    RateLimiter::new("limit", RateLimitConfig::new().rate(rate).burst(burst))
}

/// How many of `calls` pass at this moment.
fn passing(limiter: &RateLimiter, calls: u32) -> usize {
    (0..calls).filter(|_| limiter.try_acquire().is_ok()).count()
}

#[tokio::test(start_paused = true)]
#[cfg_attr(miri, ignore = "on one thread, and too long to interpret")]
async fn a_burst_passes_at_once_and_then_the_rate() {
    for (rate, burst) in [("100/s", 100), ("7/s", 7), ("3/m", 3)] {
        let limiter = limiter(rate, burst);
        assert_eq!(passing(&limiter, 1_000), burst as usize, "{rate}");
        let period = if rate.ends_with('m') { 60 } else { 1 };
        advance(Duration::from_secs(period)).await;
        assert_eq!(passing(&limiter, 1_000), burst as usize, "{rate}, a period later");
        advance(Duration::from_secs(3_600)).await;
        assert_eq!(passing(&limiter, 1_000), burst as usize, "{rate}, after a long idle time");
    }
}

#[tokio::test(start_paused = true)]
#[cfg_attr(miri, ignore = "on one thread, and too long to interpret")]
async fn a_client_that_hammers_still_gets_its_rate() {
    let limiter = limiter("10/s", 1);
    let mut passed = 0;
    for _ in 0..10_000 {
        passed += passing(&limiter, 1);
        advance(Duration::from_millis(1)).await;
    }
    assert_eq!(passed, 100);
    assert_eq!(limiter.totals().rejected, 9_900);
}

#[tokio::test(start_paused = true)]
async fn a_rejection_is_right_to_the_nanosecond() {
    let limiter = limiter("10/s", 1);
    limiter.try_acquire().unwrap();
    advance(Duration::from_nanos(1)).await;
    let wait = limiter.try_acquire().unwrap_err().retry_after().unwrap();
    assert_eq!(wait, Duration::from_nanos(99_999_999));
    advance(wait.saturating_sub(Duration::from_nanos(1))).await;
    assert!(limiter.try_acquire().is_err());
    advance(Duration::from_nanos(1)).await;
    assert!(limiter.try_acquire().is_ok());
}

fn patient(max_wait: Duration) -> RateLimiter {
    let config = RateLimitConfig::new().rate("10/s").burst(1).max_wait(max_wait);
    RateLimiter::new("patient", config)
}

async fn pass(limiter: &RateLimiter) -> Result<tokio::time::Instant, Rejection> {
    limiter.call(async { Ok::<_, Rejection>(tokio::time::Instant::now()) }).await
}

#[tokio::test(start_paused = true)]
async fn callers_wait_for_their_turns_in_order() {
    let limiter = patient(Duration::from_millis(200));
    let start = tokio::time::Instant::now();
    let (first, second, third, fourth) =
        tokio::join!(pass(&limiter), pass(&limiter), pass(&limiter), pass(&limiter));
    assert_eq!(first.unwrap() - start, Duration::ZERO);
    assert_eq!(second.unwrap() - start, Duration::from_millis(100));
    assert_eq!(third.unwrap() - start, Duration::from_millis(200));
    assert!(matches!(fourth, Err(Rejection::RateLimited { .. })), "300 ms ahead is too far");
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_gives_up_gives_its_turn_back() {
    let limiter = patient(Duration::from_secs(1));
    pass(&limiter).await.unwrap();
    let waiting = tokio::time::timeout(Duration::from_millis(50), pass(&limiter));
    assert!(waiting.await.is_err());
    let start = tokio::time::Instant::now();
    assert_eq!(pass(&limiter).await.unwrap() - start, Duration::from_millis(50));
}

/// By a limiter that is asked in the same moments, and used up to see how many pass.
#[tokio::test(start_paused = true)]
async fn available_is_how_many_calls_would_pass() {
    let (asked, used) = (limiter("5/s", 4), limiter("5/s", 4));
    for (calls, pause) in [(0, 0), (1, 0), (2, 199), (1, 1), (3, 400), (9, 150), (0, 5_000), (4, 0)]
    {
        passing(&asked, calls);
        passing(&used, calls);
        advance(Duration::from_millis(pause)).await;
        let available = asked.available();
        assert_eq!(passing(&used, 100) as u64, available, "{calls} calls, {pause} ms");
        assert_eq!(passing(&asked, 100) as u64, available, "asking consumes nothing");
        advance(Duration::from_millis(370)).await;
    }
}
