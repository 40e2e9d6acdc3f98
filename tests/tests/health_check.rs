//! `#[health_check]`: listed, run through a breaker, never twice at once.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use resilience::{HealthStatus, health_check, registry};
use serde_json::json;
use tokio::time::{Instant, advance, sleep};

static UP: AtomicBool = AtomicBool::new(true);
static RUNS: AtomicU32 = AtomicU32::new(0);

#[health_check(name = "database", timeout = "500ms", critical)]
async fn database() -> Result<(), &'static str> {
    RUNS.fetch_add(1, Ordering::Relaxed);
    if UP.load(Ordering::Relaxed) { Ok(()) } else { Err("connection refused") }
}

#[tokio::test(start_paused = true)]
async fn a_check_is_listed_and_run_on_demand() {
    let check = registry().health_check("database").expect("listed before its first call");
    assert_eq!(check.report().await.status, HealthStatus::Healthy);
    check.report().await;
    assert_eq!(RUNS.load(Ordering::Relaxed), 1, "an answer is good for a second");
    UP.store(false, Ordering::Relaxed);
    advance(Duration::from_secs(1)).await;
    let report = check.report().await;
    assert_eq!(
        (report.status, report.error.as_deref()),
        (HealthStatus::Unhealthy, Some("connection refused"))
    );
    assert!(database().await.is_err(), "the function itself stays what it was");
}

static BEATS: AtomicU32 = AtomicU32::new(0);

#[health_check(every = "10s")]
async fn heartbeat() -> Result<(), String> {
    BEATS.fetch_add(1, Ordering::Relaxed);
    sleep(Duration::from_millis(10)).await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn with_every_it_runs_in_the_background() {
    let check =
        registry().health_checks().find(|check| check.name().ends_with("::heartbeat")).unwrap();
    check.report().await;
    sleep(Duration::from_secs(35)).await;
    let beats = BEATS.load(Ordering::Relaxed);
    assert!((4..=5).contains(&beats), "{beats}");
}

#[health_check(timeout = "100ms")]
async fn hangs() -> Result<(), String> {
    std::future::pending().await
}

#[tokio::test(start_paused = true)]
async fn a_hanging_check_answers_at_its_limit() {
    let check = registry().health_checks().find(|check| check.name().ends_with("::hangs")).unwrap();
    let start = Instant::now();
    assert_eq!(check.report().await.status, HealthStatus::Unhealthy);
    assert_eq!(start.elapsed(), Duration::from_millis(100));
}

#[health_check(name = "queue", critical)]
async fn queue() -> Result<(), &'static str> {
    Err("no space left")
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_says_what_the_last_run_found_and_runs_none() {
    let shown = || {
        let snapshot = serde_json::to_value(registry().snapshot()).unwrap();
        let checks = snapshot["health_checks"].as_array().unwrap().clone();
        checks.into_iter().find(|check| check["name"] == "queue").unwrap()
    };
    assert!(shown()["last_report"].is_null());
    assert_eq!(shown()["config"]["critical"], true);
    registry().health_check("queue").unwrap().report().await;
    let found = json!({ "status": "unhealthy", "latency_ms": 0.0, "error": "no space left" });
    assert_eq!(shown()["last_report"], found);
    advance(Duration::from_secs(600)).await;
    assert_eq!(shown()["last_report"], found, "however old it is");
}
