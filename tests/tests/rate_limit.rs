//! `#[rate_limit]`, alone and per key.

use std::time::Duration;

use resilience::{Keyed, RateLimiter, Rejection, rate_limit, registry};
use tokio::time::{Instant, advance};

#[rate_limit("10/s", burst = 2)]
async fn limited() -> Result<(), Rejection> {
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn refuses_what_comes_too_fast() {
    assert!(limited().await.is_ok());
    assert!(limited().await.is_ok());
    let refused = limited().await.unwrap_err();
    assert_eq!(refused.retry_after(), Some(Duration::from_millis(100)));
    advance(Duration::from_millis(100)).await;
    assert!(limited().await.is_ok());
    let listed = registry().rate_limiter("rate_limit::limited").unwrap();
    assert_eq!(listed.totals().rejected, 1);
}

#[rate_limit("10/s", burst = 1, max_wait = "250ms")]
async fn patient() -> Result<Instant, Rejection> {
    Ok(Instant::now())
}

#[tokio::test(start_paused = true)]
async fn waits_for_its_turn() {
    let start = Instant::now();
    let (first, second, third, fourth) = tokio::join!(patient(), patient(), patient(), patient());
    assert_eq!(first.unwrap() - start, Duration::ZERO);
    assert_eq!(second.unwrap() - start, Duration::from_millis(100));
    assert_eq!(third.unwrap() - start, Duration::from_millis(200));
    assert!(fourth.is_err());
}

#[rate_limit("5/m")]
static SHARED: RateLimiter;

#[rate_limit(SHARED)]
fn plain() -> Result<(), Rejection> {
    Ok(())
}

#[test]
fn a_plain_function_shares_a_declared_limit() {
    let passed = (0..20).filter(|_| plain().is_ok()).count();
    assert_eq!(passed, 5);
}

#[rate_limit("2/h", max_keys = 100)]
static TENANTS: Keyed<RateLimiter>;

#[rate_limit(TENANTS, key = tenant)]
async fn by_shared_key(tenant: &str) -> Result<(), Rejection> {
    Ok(())
}

#[rate_limit("1/h", key = user.0)]
async fn by_own_key(user: &(u64, String)) -> Result<(), Rejection> {
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn each_key_has_its_own_limit() {
    for tenant in ["a", "b"] {
        assert!(by_shared_key(tenant).await.is_ok());
        assert!(by_shared_key(tenant).await.is_ok());
        assert!(by_shared_key(tenant).await.is_err());
    }
    assert_eq!(TENANTS.len(), 2);
    assert!(by_own_key(&(1, String::new())).await.is_ok());
    assert!(by_own_key(&(2, String::new())).await.is_ok());
    assert!(by_own_key(&(1, String::new())).await.is_err());
    assert_eq!(registry().keyed_rate_limiter("rate_limit::by_own_key").unwrap().len(), 2);
}
