//! Checks that pass, fail, hang and panic; on paused time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::time::{Instant, advance};

use super::*;

fn counted(runs: &Arc<AtomicU32>) -> HealthChecker {
    let runs = Arc::clone(runs);
    HealthChecker::new().check("counted", move || {
        let runs = Arc::clone(&runs);
        async move {
            runs.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(100)).await;
            Ok::<_, String>(())
        }
    })
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_good_for_a_second() {
    let runs = Arc::default();
    let checker = counted(&runs);
    checker.run().await;
    advance(Duration::from_millis(999)).await;
    checker.run().await;
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    advance(Duration::from_millis(1)).await;
    checker.run().await;
    assert_eq!(runs.load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn a_check_never_runs_twice_at_once() {
    let runs = Arc::default();
    let checker = counted(&runs);
    tokio::join!(checker.run(), checker.run(), checker.run());
    assert_eq!(runs.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn a_hanging_check_is_unhealthy_at_its_limit_and_the_others_do_not_wait_longer() {
    let checker = HealthChecker::new()
        .check("hangs", std::future::pending::<Result<(), String>>)
        .check("hangs too", std::future::pending::<Result<(), String>>)
        .check("works", || async { Ok::<_, String>(()) });
    let start = Instant::now();
    let reports = checker.reports().await;
    assert_eq!(start.elapsed(), Duration::from_secs(1));
    assert_eq!(
        (reports["hangs"].status, reports["works"].status),
        (HealthStatus::Unhealthy, HealthStatus::Healthy)
    );
    assert!(reports["hangs"].error.as_ref().unwrap().contains("after 1s"));
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_an_answer() {
    async fn bad() -> Result<(), String> {
        panic!("a bug in the check")
    }
    let checker = HealthChecker::new().check("panics", bad);
    assert_eq!(checker.reports().await["panics"].error.as_deref(), Some("the check panicked"));
}

#[tokio::test(start_paused = true)]
async fn after_three_failures_the_circuit_is_open() {
    let checker = HealthChecker::new().check("down", || async { Err("connection refused") });
    for expected in ["unhealthy", "unhealthy", "unhealthy", "circuit_open"] {
        assert_eq!(checker.run().await["down"].as_str(), expected);
        advance(Duration::from_secs(1)).await;
    }
    advance(Duration::from_secs(30)).await;
    assert_eq!(checker.run().await["down"], HealthStatus::Unhealthy);
}
