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
    assert_eq!(start.elapsed(), Duration::from_millis(250));
    assert_eq!(
        (reports["hangs"].status, reports["works"].status),
        (HealthStatus::Unhealthy, HealthStatus::Healthy)
    );
    assert_eq!(reports["hangs"].error.as_deref(), Some("it has not answered yet"));
    tokio::time::sleep(Duration::from_millis(251)).await;
    let reports = checker.reports().await;
    assert_eq!(start.elapsed(), Duration::from_millis(501), "the run has ended meanwhile");
    assert!(reports["hangs"].error.as_ref().unwrap().contains("500ms"));
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_an_answer() {
    async fn bad() -> Result<(), String> {
        panic!("a bug in the check")
    }
    let checker = HealthChecker::new().check("panics", bad);
    assert_eq!(checker.reports().await["panics"].error.as_deref(), Some("the check panicked"));
}

/// Panics wherever it can: while it is made, polled, dropped.
struct Careless(&'static str);

impl Careless {
    fn new(bug: &'static str) -> Self {
        assert_ne!(bug, "made", "a bug in the check");
        Self(bug)
    }
}

impl Future for Careless {
    type Output = Result<(), String>;

    fn poll(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Self::Output> {
        assert_ne!(self.0, "polled", "a bug in the check");
        match self.0 {
            "pending" => std::task::Poll::Pending,
            _ => std::task::Poll::Ready(Ok(())),
        }
    }
}

impl Drop for Careless {
    fn drop(&mut self) {
        assert_eq!(self.0, "polled", "a bug in the check");
    }
}

#[tokio::test(start_paused = true)]
async fn panics_go_no_further_wherever_they_happen() {
    let bugs = ["made", "polled", "dropped", "pending"];
    let checker = bugs
        .into_iter()
        .fold(HealthChecker::new(), |checker, bug| checker.check(bug, move || Careless::new(bug)));
    for _ in 0..6 {
        let reports = checker.reports().await;
        assert_eq!(reports.len(), bugs.len());
        for bug in ["made", "polled"] {
            assert_ne!(reports[bug].status, HealthStatus::Healthy, "{bug}");
        }
        advance(Duration::from_secs(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn errors_are_cut() {
    let checker = HealthChecker::new().check("talks", || async { Err("ä".repeat(1_000)) });
    assert_eq!(checker.reports().await["talks"].error, Some("ä".repeat(500)));
}

/// Lets time go by within one poll, as a thread that is held does: the first poll of `advance` moves the clock.
async fn hold_the_thread(time: Duration) {
    let mut moves = std::pin::pin!(advance(time));
    std::future::poll_fn(|cx| {
        let _ = moves.as_mut().poll(cx);
        std::task::Poll::Ready(())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_check_that_holds_its_thread_beyond_its_limit_is_not_healthy() {
    let limit = Duration::from_millis(20);
    for (held, healthy) in [(20, true), (21, false)] {
        let config = HealthCheckConfig::new().timeout(limit);
        let checker = HealthChecker::new().check_with("blocks", config, move || async move {
            hold_the_thread(Duration::from_millis(held)).await;
            Ok::<_, String>(())
        });
        let report = &checker.reports().await["blocks"];
        assert_eq!(report.status == HealthStatus::Healthy, healthy, "{report:?}");
        let says = report.error.as_deref().unwrap_or_default();
        assert_eq!(
            says.contains("it held its thread for 21ms, beyond its limit of 20ms"),
            !healthy
        );
    }
}

#[tokio::test(start_paused = true)]
async fn after_three_failures_the_circuit_is_open() {
    let checker = HealthChecker::new().check("down", || async { Err("connection refused") });
    for expected in ["unhealthy", "unhealthy", "unhealthy", "circuit_open"] {
        assert_eq!(checker.run().await["down"].as_str(), expected);
        advance(Duration::from_secs(1)).await;
    }
    advance(Duration::from_secs(4)).await;
    assert_eq!(checker.run().await["down"], HealthStatus::Unhealthy);
}
