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

#[health_check(name = "hangs", timeout = "100ms")]
async fn hangs() -> Result<(), String> {
    std::future::pending().await
}

#[tokio::test(start_paused = true)]
async fn a_hanging_check_answers_at_its_limit() {
    let check = registry().health_check("hangs").unwrap();
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

static SLOW_AFTER_FIRST: AtomicBool = AtomicBool::new(false);

#[health_check(name = "hangs later")]
async fn hangs_later() -> Result<(), String> {
    if SLOW_AFTER_FIRST.load(Ordering::Relaxed) {
        std::future::pending::<()>().await;
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_hang_is_recorded_though_each_who_asks_hangs_up() {
    let check = registry().health_check("hangs later").unwrap();
    assert_eq!(check.report().await.status, HealthStatus::Healthy);
    SLOW_AFTER_FIRST.store(true, Ordering::Relaxed);
    advance(Duration::from_secs(3)).await;
    let start = Instant::now();
    let report = check.report().await;
    assert_eq!(start.elapsed(), Duration::from_millis(250), "as long as is sensible");
    assert_eq!(report.status, HealthStatus::Healthy, "the last answer");
    assert_eq!(report.age, Some(Duration::from_millis(3_250)));
    // Whoever asks for 10 ms only never sees the end of a run; it ends all the same.
    for _ in 0..100 {
        let _ = tokio::time::timeout(Duration::from_millis(10), check.report()).await;
    }
    let report = check.report().await;
    assert_ne!(report.status, HealthStatus::Healthy);
    assert!(report.error.unwrap().contains("500ms"), "the default limit");
}

#[health_check(name = "hangs in the background", every = "10s", timeout = "2s")]
async fn hangs_in_the_background() -> Result<(), String> {
    std::future::pending().await
}

#[tokio::test(start_paused = true)]
async fn a_background_check_makes_no_probe_wait() {
    let check = registry().health_check("hangs in the background").unwrap();
    let start = Instant::now();
    let report = check.report().await;
    assert_eq!((report.status, start.elapsed()), (HealthStatus::Unhealthy, Duration::ZERO));
    assert_eq!(report.error.as_deref(), Some("it has not answered yet"));
    sleep(Duration::from_secs(5)).await;
    let (report, asked) = (check.report().await, Instant::now());
    assert_eq!((report.status, asked.elapsed()), (HealthStatus::Unhealthy, Duration::ZERO));
    assert_eq!(report.age, Some(Duration::from_secs(3)));
}

static RECOVERED: AtomicBool = AtomicBool::new(false);

#[health_check(name = "recovers", every = "10s")]
async fn recovers() -> Result<(), &'static str> {
    if RECOVERED.load(Ordering::Relaxed) { Ok(()) } else { Err("connection refused") }
}

#[tokio::test(start_paused = true)]
async fn a_check_is_healthy_again_within_two_runs() {
    let check = registry().health_check("recovers").unwrap();
    check.report().await;
    sleep(Duration::from_secs(45)).await;
    assert_ne!(check.report().await.status, HealthStatus::Healthy);
    RECOVERED.store(true, Ordering::Relaxed);
    sleep(Duration::from_secs(20)).await;
    assert_eq!(check.report().await.status, HealthStatus::Healthy);
}

#[health_check(name = "speaks", timeout = "100ms")]
async fn speaks() -> Result<(), String> {
    std::future::pending().await
}

#[tokio::test(start_paused = true)]
async fn a_checks_breaker_and_limit_speak_as_a_health_check() {
    let check = registry().health_check("speaks").unwrap();
    let ours = |event: &resilience::Event| std::future::ready(event.policy() == Some("speaks"));
    let mut events = futures_util::StreamExt::filter(registry().events(), ours);
    let mut seen = Vec::new();
    for _ in 0..4 {
        check.report().await;
        advance(Duration::from_secs(1)).await;
    }
    while let Some(event) =
        futures_util::FutureExt::now_or_never(futures_util::StreamExt::next(&mut events))
    {
        seen.push(event.unwrap());
    }
    assert!(
        seen.iter().any(|event| matches!(event, resilience::Event::StateChanged(_))),
        "{seen:?}"
    );
    assert!(seen.len() >= 4, "{seen:?}");
    for event in seen {
        assert_eq!(event.kind(), Some(resilience::PolicyKind::HealthCheck), "{event:?}");
    }
}
