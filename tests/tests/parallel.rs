//! Tests as users write them, in one program and side by side: a rate limit, a breaker, a retry and a paused clock. They
//! share their policies, and none disturbs another, however often they run.

use std::process::Command;
use std::time::Duration;

use resilience::test::exclusive;
use resilience::{
    CircuitState, Rejection, RejectionKind, circuit_breaker, rate_limit, retry, timeout,
};

#[rate_limit("3/m", name = "shop")]
#[retry(attempts = 3, delay = "1s", budget = 0.1, budget_burst = 2, name = "shop")]
#[circuit_breaker(consecutive_failures = 2, open_for = "30s", name = "shop")]
#[timeout("2s", name = "shop")]
async fn charge(amount: u32) -> Result<u32, Rejection> {
    Ok(amount)
}

const CHARGE: &str = "parallel::charge";

#[tokio::test]
async fn three_calls_a_minute_pass() {
    let _test = exclusive().await;
    for call in 1..=3 {
        assert_eq!(charge(call).await, Ok(call));
    }
    assert_eq!(charge(4).await.unwrap_err().kind(), RejectionKind::RateLimited);
    tokio::time::advance(Duration::from_secs(20)).await;
    assert_eq!(charge(4).await, Ok(4));
}

#[tokio::test]
async fn two_failures_open_the_circuit() {
    let test = exclusive().await;
    test.fail(CHARGE, 2);
    assert_eq!(charge(1).await.unwrap_err().kind(), RejectionKind::CircuitOpen);
    assert_eq!(test.breaker("shop").state(), CircuitState::Open);
    tokio::time::advance(Duration::from_secs(30)).await;
    assert_eq!(charge(2).await, Ok(2));
    assert_eq!(
        test.events_of("shop"),
        [
            "retried 1",
            "state_changed closed->open",
            "retried 2",
            "rejected circuit_open",
            "state_changed open->half-open",
            "state_changed half-open->closed"
        ]
    );
}

#[tokio::test]
async fn one_failure_is_tried_again() {
    let test = exclusive().await;
    test.fail(CHARGE, 1);
    assert_eq!(charge(1).await, Ok(1));
    assert_eq!(test.breaker("shop").totals().failures, 1);
    test.assert_no_sleep();
}

#[tokio::test]
async fn an_open_circuit_is_not_tried_again() {
    let test = exclusive().await;
    test.breaker("shop").open();
    assert_eq!(charge(1).await.unwrap_err().kind(), RejectionKind::CircuitOpen);
    assert_eq!(test.breaker("shop").totals().requests, 0);
}

#[tokio::test(start_paused = true)]
async fn a_late_body_times_out() {
    let test = exclusive().await;
    test.delay(CHARGE, "3s");
    let start = tokio::time::Instant::now();
    assert_eq!(charge(1).await.unwrap_err().kind(), RejectionKind::CircuitOpen);
    assert!(start.elapsed() >= Duration::from_secs(4));
    assert_eq!(test.breaker("shop").totals().failures, 2);
}

#[test]
fn forty_runs_do_not_fail() {
    let program = std::env::current_exe().unwrap();
    for run in 1..=40 {
        let mut tests = Command::new(&program);
        let output = tests.args(["--skip", "forty_runs", "--test-threads", "8"]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "run {run}: {text}");
        assert!(text.contains("5 passed"), "{text}");
    }
}
