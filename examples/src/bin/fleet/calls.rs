//! A replica that calls itself: what the tests count with.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use resilience::{RateLimitConfig, RateLimiter, shared};

use crate::replica::connection;

/// Who calls, how long, and from when on.
pub struct Plan {
    pub tasks: u64,
    pub seconds: u64,
    /// In milliseconds.
    pub lease: u64,
    /// In milliseconds since the Unix epoch: several processes begin together.
    pub start: u64,
}

/// Every task calls as fast as it can. Prints calls, how many passed, and how long the longest took in microseconds.
pub async fn run(plan: &Plan) -> Result<(), Box<dyn Error>> {
    let connection = connection(&std::env::var("REDIS_URL")?)?;
    let mut ping = connection.clone();
    redis::cmd("PING").query_async::<()>(&mut ping).await?;
    // Long enough for a machine that is busy with many replicas: what is counted is what the store grants.
    let store = shared::Redis::new(connection).namespace("fleet-calls");
    shared::connect(store.timeout(Duration::from_secs(5)));
    let lease = Duration::from_millis(plan.lease);
    let config = RateLimitConfig::new().rate("100/s").burst(10).shared(true).lease(lease);
    let limiter = Arc::new(RateLimiter::new("calls", config));
    let tally = Arc::new(Tally::default());
    let start = UNIX_EPOCH + Duration::from_millis(plan.start);
    tokio::time::sleep(start.duration_since(SystemTime::now()).unwrap_or_default()).await;
    let end = start + Duration::from_secs(plan.seconds);
    let callers: Vec<_> = (0..plan.tasks)
        .map(|_| tokio::spawn(call(Arc::clone(&limiter), Arc::clone(&tally), end)))
        .collect();
    for caller in callers {
        caller.await?;
    }
    let Tally { calls, passed, longest } = &*tally;
    println!("{} {} {}", calls.load(Relaxed), passed.load(Relaxed), longest.load(Relaxed));
    Ok(())
}

#[derive(Default)]
struct Tally {
    calls: AtomicU64,
    passed: AtomicU64,
    longest: AtomicU64,
}

async fn call(limiter: Arc<RateLimiter>, tally: Arc<Tally>, end: SystemTime) {
    while SystemTime::now() < end {
        let begin = Instant::now();
        let passed = limiter.acquire().await.is_ok() && SystemTime::now() < end;
        let took = u64::try_from(begin.elapsed().as_micros()).unwrap_or(u64::MAX);
        tally.calls.fetch_add(1, Relaxed);
        tally.passed.fetch_add(passed.into(), Relaxed);
        tally.longest.fetch_max(took, Relaxed);
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
}
