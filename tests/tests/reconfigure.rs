//! Options and modes changed by hand while calls run: what happens to state.

use std::time::Duration;

use resilience::{
    Hedge, HedgeConfig, Mode, Rejection, RejectionKind, Retry, RetryConfig, Timeout, TimeoutConfig,
};
use tokio::time::sleep;

const SECOND: Duration = Duration::from_secs(1);

/// A call that takes that long.
async fn taking(time: Duration) -> Result<(), Rejection> {
    sleep(time).await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_timeout_changes_for_calls_that_enter_from_then_on() {
    static LIMIT: Timeout = Timeout::new("limit", TimeoutConfig::new().after(SECOND));
    let running = tokio::spawn(LIMIT.call(taking(3 * SECOND)));
    tokio::task::yield_now().await;
    LIMIT.reconfigure(TimeoutConfig::new().after(5 * SECOND)).unwrap();
    assert_eq!(LIMIT.call(taking(3 * SECOND)).await, Ok(()));
    let error = running.await.unwrap().unwrap_err();
    assert!(matches!(error, Rejection::TimedOut { after: SECOND, .. }), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_timeout_that_observes_counts_and_sets_no_deadline() {
    let limit = Timeout::new("observing", TimeoutConfig::new().after(SECOND));
    limit.set_mode(Mode::Observe).unwrap();
    let deadline = limit.call(async {
        let deadline = resilience::deadline();
        taking(3 * SECOND).await.map(|()| deadline)
    });
    assert_eq!(deadline.await, Ok(None));
    assert_eq!((limit.would_reject(), limit.totals().timed_out), (1, 0));
    assert_eq!(limit.call(taking(SECOND / 2)).await, Ok(()));
    assert_eq!(limit.call_within(SECOND, taking(2 * SECOND)).await, Ok(()));
    assert_eq!(limit.would_reject(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_that_is_off_lets_every_call_pass() {
    let limit = Timeout::new("off", TimeoutConfig::new().after(SECOND));
    let outer = Timeout::new("outer", TimeoutConfig::new().after(SECOND));
    limit.set_mode(Mode::Off).unwrap();
    assert_eq!(limit.call(taking(60 * SECOND)).await, Ok(()));
    assert_eq!((limit.bypassed(), limit.would_reject()), (1, 0));
    let error = outer.call(limit.call(taking(60 * SECOND))).await.unwrap_err();
    assert_eq!(error.policy(), "outer");
    limit.set_mode(Mode::Enforce).unwrap();
    let error = limit.call(taking(2 * SECOND)).await.unwrap_err();
    assert_eq!(error.kind(), RejectionKind::TimedOut);
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_runs_sees_a_change_at_its_next_decision() {
    static AGAIN: Retry = Retry::new("again", RetryConfig::new().attempts(100).delay(SECOND));
    let mut attempts = 0;
    let result = AGAIN.call(|| {
        attempts += 1;
        if attempts == 2 {
            AGAIN.reconfigure(RetryConfig::new().attempts(3).delay(SECOND)).unwrap();
        }
        async { Err::<(), _>("down") }
    });
    assert_eq!(result.await, Err("down"));
    assert_eq!(attempts, 3);
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_is_off_tries_once_and_one_that_observes_does_not_exist() {
    let again = Retry::new("again", RetryConfig::new());
    let problem = again.set_mode(Mode::Observe).unwrap_err();
    assert_eq!(problem.to_string(), "a retry has no mode `observe`: write `enforce` or `off`");
    again.set_mode(Mode::Off).unwrap();
    let mut attempts = 0;
    let result = again.call(|| {
        attempts += 1;
        async { Err::<(), _>("down") }
    });
    assert_eq!(result.await, Err("down"));
    assert_eq!((attempts, again.bypassed(), again.totals().exhausted), (1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn the_budget_keeps_its_tokens_up_to_the_new_burst() {
    let fails = || async { Err::<(), _>("down") };
    let config = |burst| RetryConfig::new().attempts(2).budget(0.001).budget_burst(burst);
    let again = Retry::new("again", config(5));
    again.reconfigure(config(2)).unwrap();
    for _ in 0..4 {
        let _ = again.call(fails).await;
    }
    assert_eq!(again.totals().retries, 2);
    again.reconfigure(config(9)).unwrap();
    let _ = again.call(fails).await;
    assert_eq!(again.totals().retries, 2);
    again.reconfigure(RetryConfig::new().attempts(2)).unwrap();
    again.reconfigure(config(1)).unwrap();
    let _ = again.call(fails).await;
    let _ = again.call(fails).await;
    assert_eq!(again.totals().retries, 3, "switched on again, the budget is full");
    again.reset();
    let _ = again.call(fails).await;
    assert_eq!(again.totals().retries, 1, "as new");
}

#[tokio::test(start_paused = true)]
async fn a_hedge_changes_for_calls_that_enter_from_then_on() {
    let hedge = Hedge::new("hedge", HedgeConfig::new().after(SECOND));
    let calls = || async { hedge.call(|| async { taking(4 * SECOND).await }).await };
    assert_eq!(calls().await, Ok(()));
    assert_eq!(hedge.totals().hedged, 1);
    hedge.reconfigure(HedgeConfig::new().after(SECOND).max_attempts(4)).unwrap();
    assert_eq!(calls().await, Ok(()));
    assert_eq!(hedge.totals().hedged, 4);
    hedge.set_mode(Mode::Off).unwrap();
    assert_eq!(calls().await, Ok(()));
    assert_eq!((hedge.totals().hedged, hedge.bypassed()), (4, 1));
    assert!(hedge.set_mode(Mode::Observe).is_err());
}

#[test]
fn a_config_that_contradicts_itself_changes_nothing() {
    let again = Retry::new("again", RetryConfig::new());
    let config = RetryConfig::new().delay(SECOND).max_delay(SECOND / 2);
    let problem = again.reconfigure(config).unwrap_err();
    assert_eq!(problem.to_string(), "`max_delay` is shorter than `delay`: raise it");
    assert_eq!(again.config(), &RetryConfig::new());
}
