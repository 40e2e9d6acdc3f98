//! `#[rate_limit]`, alone and per key.

use std::time::Duration;

use resilience::{
    Keyed, Pipeline, RateLimitConfig, RateLimiter, Rejection, RejectionKind, Timeout,
    TimeoutConfig, rate_limit, registry, resilient,
};
use tokio::time::{Instant, advance};

#[rate_limit("10/s", burst = 2)]
async fn limited() -> Result<(), Rejection> {
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn rejects_what_comes_too_fast() {
    assert!(limited().await.is_ok());
    assert!(limited().await.is_ok());
    let rejected = limited().await.unwrap_err();
    assert_eq!(rejected.retry_after(), Some(Duration::from_millis(100)));
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
fn synchronous() -> Result<(), Rejection> {
    Ok(())
}

#[test]
fn a_synchronous_function_shares_a_declared_limit() {
    let passed = (0..20).filter(|_| synchronous().is_ok()).count();
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

#[rate_limit("10/s", burst = 5, cost = rows.len())]
async fn insert(rows: Vec<u8>) -> Result<usize, Rejection> {
    Ok(rows.len())
}

#[tokio::test(start_paused = true)]
async fn a_call_takes_as_many_turns_as_it_costs() {
    assert_eq!(insert(vec![0; 4]).await, Ok(4));
    let rejected = insert(vec![0; 3]).await.unwrap_err();
    assert_eq!(rejected.retry_after(), Some(Duration::from_millis(200)));
    assert_eq!(insert(vec![0]).await, Ok(1));
    let hopeless = insert(vec![0; 6]).await.unwrap_err();
    assert!(matches!(hopeless, Rejection::RateLimited { retry_after: None, .. }));
    assert_eq!(insert(Vec::new()).await, Ok(0), "what costs nothing passes");
}

#[rate_limit(TENANTS_BY_COST, key = tenant, cost = if heavy { 2 } else { 1 })]
fn by_key_and_cost(tenant: &str, heavy: bool) -> Result<(), Rejection> {
    Ok(())
}

#[rate_limit("2/h")]
static TENANTS_BY_COST: Keyed<RateLimiter>;

#[test]
fn keys_and_costs_go_together() {
    assert!(by_key_and_cost("a", true).is_ok());
    assert!(by_key_and_cost("a", false).is_err());
    assert!(by_key_and_cost("b", false).is_ok());
    assert!(by_key_and_cost("b", false).is_ok());
}

#[resilient(timeout("1s"), rate_limit("1/h", max_wait = "2h"), circuit_breaker(off))]
async fn total() -> Result<(), Rejection> {
    Ok(())
}

#[resilient(timeout("1s"), rate_limit("1/h", max_wait = "2h"), circuit_breaker(off))]
static PIPELINE: Pipeline;

#[resilient(PIPELINE)]
async fn shared_total() -> Result<(), Rejection> {
    Ok(())
}

/// The second call: the turn comes after the deadline.
async fn ends_at_once<F: Future<Output = Result<(), Rejection>>>(call: impl Fn() -> F) {
    let start = Instant::now();
    assert!(call().await.is_ok());
    assert_eq!(call().await.unwrap_err().kind(), RejectionKind::RateLimited);
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_turn_counts_for_a_total_timeout() {
    ends_at_once(total).await;
    ends_at_once(shared_total).await;
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_turn_counts_by_hand_too() {
    static LIMIT: RateLimiter = RateLimiter::new(
        "by_hand",
        RateLimitConfig::per_hour(1).max_wait(Duration::from_secs(7_200)),
    );
    static TIMEOUT: Timeout =
        Timeout::new("by_hand", TimeoutConfig::new().after(Duration::from_secs(1)));
    let pipeline = Pipeline::new("by_hand").timeout(&TIMEOUT).rate_limit(&LIMIT);
    ends_at_once(|| pipeline.call(|| async { Ok(()) })).await;
}
