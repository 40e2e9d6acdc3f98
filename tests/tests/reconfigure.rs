//! Options and modes changed by hand while calls run: what happens to state.

use std::time::Duration;

use resilience::{
    Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, CircuitState, Hedge,
    HedgeConfig, Keyed, Mode, RateLimitConfig, RateLimiter, Rejection, RejectionKind, Retry,
    RetryConfig, Timeout, TimeoutConfig, Window,
};
use tokio::time::{advance, sleep};

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

/// A breaker that opened ten seconds ago, for a minute.
async fn tripped(config: CircuitBreakerConfig) -> CircuitBreaker {
    let breaker = CircuitBreaker::new("breaker", config.consecutive_failures(1));
    breaker.try_acquire().unwrap().failure();
    advance(10 * SECOND).await;
    breaker
}

#[tokio::test(start_paused = true)]
async fn an_open_period_ends_at_its_opening_plus_the_new_one() {
    let config = CircuitBreakerConfig::new().consecutive_failures(1);
    let breaker = tripped(config.clone()).await;
    assert_eq!(breaker.try_acquire().unwrap_err().retry_after(), Some(50 * SECOND));
    breaker.reconfigure(config.clone().open_for(15 * SECOND)).unwrap();
    assert_eq!(breaker.try_acquire().unwrap_err().retry_after(), Some(5 * SECOND));
    breaker.reconfigure(config.open_for(5 * SECOND)).unwrap();
    assert_eq!(breaker.state(), CircuitState::HalfOpen);
    breaker.try_acquire().unwrap().success();
    assert_eq!(breaker.state(), CircuitState::Closed);
    assert!(breaker.last_trip().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_changed_rate_is_used_at_the_next_judgement_and_keeps_the_window() {
    let config = CircuitBreakerConfig::new().failure_rate(1.0).min_calls(2);
    let breaker = CircuitBreaker::new("breaker", config.clone());
    for _ in 0..5 {
        breaker.try_acquire().unwrap().success();
        breaker.try_acquire().unwrap().failure();
    }
    let running = breaker.try_acquire().unwrap();
    breaker.reconfigure(config.failure_rate(0.5)).unwrap();
    assert_eq!(breaker.state(), CircuitState::Closed, "it never opens by a change");
    assert_eq!(breaker.counts().failures, 5);
    running.failure();
    assert_eq!(breaker.state(), CircuitState::Open);
    assert_eq!(breaker.totals().stale, 0);
}

#[tokio::test(start_paused = true)]
async fn a_changed_window_begins_anew_and_keeps_totals() {
    let config = CircuitBreakerConfig::new().min_calls(2);
    let breaker = CircuitBreaker::new("breaker", config.clone());
    breaker.try_acquire().unwrap().failure();
    let running = breaker.try_acquire().unwrap();
    breaker.reconfigure(config.clone().window(Window::Calls(10))).unwrap();
    assert_eq!((breaker.counts().failures, breaker.totals().failures), (0, 1));
    running.failure();
    assert_eq!((breaker.counts().failures, breaker.totals().stale), (0, 1));
    breaker.reconfigure(config.latency(true)).unwrap();
    breaker.try_acquire().unwrap().success();
    assert_eq!(breaker.latency().unwrap().count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_breaker_that_observes_opens_and_admits() {
    let breaker = tripped(CircuitBreakerConfig::new()).await;
    breaker.set_mode(Mode::Observe).unwrap();
    assert_eq!(breaker.state(), CircuitState::Open);
    for _ in 0..100 {
        breaker.try_acquire().unwrap().failure();
    }
    assert_eq!((breaker.would_reject(), breaker.totals().rejected), (100, 0));
    advance(50 * SECOND).await;
    breaker.try_acquire().unwrap().success();
    assert_eq!(breaker.state(), CircuitState::Closed);
    let running = breaker.try_acquire().unwrap();
    breaker.set_mode(Mode::Enforce).unwrap();
    running.failure();
    assert_eq!(breaker.state(), CircuitState::Open, "a change of mode makes no result stale");
    assert!(breaker.try_acquire().is_err());
}

#[tokio::test(start_paused = true)]
async fn a_breaker_that_is_off_judges_nothing() {
    let breaker = tripped(CircuitBreakerConfig::new()).await;
    breaker.set_mode(Mode::Off).unwrap();
    let requests = breaker.totals().requests;
    for _ in 0..10 {
        breaker.try_acquire().unwrap().success();
    }
    drop(breaker.try_acquire().unwrap());
    assert_eq!((breaker.bypassed(), breaker.totals().requests), (11, requests));
    breaker.set_mode(Mode::Enforce).unwrap();
    assert_eq!(breaker.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn a_raised_bulkhead_serves_those_who_wait_and_a_lowered_one_ends_no_call() {
    const SLOT: BulkheadConfig =
        BulkheadConfig::new().max_concurrent(1).max_wait(Duration::from_secs(60));
    static SLOTS: Bulkhead = Bulkhead::new("slots", SLOT);
    let config = |calls| SLOT.max_concurrent(calls);
    let first = SLOTS.try_acquire().unwrap();
    let waiting: Vec<_> = (0..5).map(|_| tokio::spawn(SLOTS.acquire())).collect();
    tokio::task::yield_now().await;
    assert_eq!((SLOTS.in_flight(), SLOTS.queued()), (1, 5));
    SLOTS.reconfigure(config(3)).unwrap();
    assert_eq!((SLOTS.in_flight(), SLOTS.queued()), (3, 3));
    SLOTS.reconfigure(config(1)).unwrap();
    assert_eq!((SLOTS.in_flight(), SLOTS.queued()), (3, 3));
    drop(first);
    assert_eq!((SLOTS.in_flight(), SLOTS.queued()), (2, 3));
    for permit in waiting {
        // Each gives its slot back at once.
        drop(permit.await.unwrap().unwrap());
        assert!(SLOTS.in_flight() <= 2);
    }
    assert!(SLOTS.try_acquire().is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_bulkhead_counts_what_it_would_reject_and_what_passes_it() {
    let slots = Bulkhead::new("slots", BulkheadConfig::new().max_concurrent(2));
    slots.set_mode(Mode::Observe).unwrap();
    let observed: Vec<_> = (0..5).map(|_| slots.try_acquire().unwrap()).collect();
    assert_eq!((slots.would_reject(), slots.in_flight(), slots.totals().rejected), (3, 5, 0));
    slots.set_mode(Mode::Off).unwrap();
    let passed = slots.call(async { Ok::<_, Rejection>(()) }).await;
    assert_eq!((passed, slots.bypassed()), (Ok(()), 1));
    slots.set_mode(Mode::Enforce).unwrap();
    assert!(slots.try_acquire().is_err());
    drop(observed);
    assert!(slots.try_acquire().is_ok());
}

fn passed(limiter: &RateLimiter) -> usize {
    (0..1_000).take_while(|_| limiter.try_acquire().is_ok()).count()
}

#[tokio::test(start_paused = true)]
async fn used_turns_stay_used_whatever_the_rate() {
    let config = |rate: &str| RateLimitConfig::new().rate(rate);
    for (new, passes) in
        [(config("100/s"), 93), (config("1/s").burst(10), 3), (config("5/s").burst(5), 0)]
    {
        let limiter = RateLimiter::new("limiter", config("10/s"));
        (0..7).for_each(|_| limiter.try_acquire().unwrap());
        limiter.reconfigure(new.clone()).unwrap();
        assert_eq!(passed(&limiter), passes, "{new:?}");
        if passes == 0 {
            let wait = limiter.try_acquire().unwrap_err().retry_after().unwrap();
            assert_eq!(wait, Duration::from_millis(200));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_counts_what_it_would_reject_and_what_passes_it() {
    let limiter = RateLimiter::new("limiter", RateLimitConfig::new().rate("2/s"));
    limiter.set_mode(Mode::Observe).unwrap();
    assert_eq!((0..5).filter(|_| limiter.try_acquire().is_ok()).count(), 5);
    assert_eq!((limiter.would_reject(), limiter.totals().rejected), (3, 0));
    limiter.set_mode(Mode::Off).unwrap();
    assert!(limiter.cost(100).try_acquire().is_ok());
    assert_eq!(limiter.bypassed(), 1);
    limiter.set_mode(Mode::Enforce).unwrap();
    assert!(limiter.try_acquire().is_err());
    limiter.reset();
    assert_eq!(passed(&limiter), 2);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_used_up_passes_soon_under_a_faster_rate() {
    let config = |rate: &str| RateLimitConfig::new().rate(rate);
    let limits = Keyed::<RateLimiter>::new("limits", config("1/h"));
    limits.get("user").try_acquire().unwrap();
    assert!(limits.get("user").try_acquire().is_err());
    limits.reconfigure(config("100/s")).unwrap();
    let wait = limits.get("user").try_acquire().unwrap_err().retry_after().unwrap();
    assert_eq!(wait, Duration::from_millis(10));
    advance(wait).await;
    assert!(limits.get("user").try_acquire().is_ok());
    limits.set_mode(Mode::Off).unwrap();
    assert!((0..500).all(|_| limits.get("user").try_acquire().is_ok()));
}

#[tokio::test(start_paused = true)]
async fn every_key_gets_the_options_those_that_are_there_and_those_to_come() {
    let config = CircuitBreakerConfig::new().consecutive_failures(1);
    let hosts = Keyed::<CircuitBreaker>::new("hosts", config.clone());
    hosts.get("a").try_acquire().unwrap().failure();
    hosts.reconfigure(config.open_for(5 * SECOND)).unwrap();
    assert_eq!(hosts.get("a").retry_after(), Some(5 * SECOND));
    hosts.get("b").try_acquire().unwrap().failure();
    assert_eq!(hosts.get("b").retry_after(), Some(5 * SECOND));
    hosts.set_mode(Mode::Observe).unwrap();
    assert!(hosts.get("a").try_acquire().is_ok());
    assert_eq!(hosts.get("c").mode(), Mode::Observe);
    hosts.reset();
    assert_eq!(hosts.get("a").state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn keys_come_with_the_options_of_before_the_first_of_them() {
    let slots = Keyed::<Bulkhead>::new("slots", BulkheadConfig::new());
    slots.reconfigure(BulkheadConfig::new().max_concurrent(1)).unwrap();
    let key = slots.get("key");
    let _first = key.try_acquire().unwrap();
    assert!(slots.get("key").try_acquire().is_err());
}

#[tokio::test(start_paused = true)]
async fn a_half_open_breaker_closes_when_fewer_trials_are_enough() {
    let config = CircuitBreakerConfig::new().consecutive_failures(1).open_for(SECOND);
    let breaker = tripped(config.clone().half_open_calls(3)).await;
    breaker.try_acquire().unwrap().success();
    breaker.try_acquire().unwrap().success();
    assert_eq!(breaker.state(), CircuitState::HalfOpen);
    breaker.reconfigure(config.half_open_calls(2)).unwrap();
    assert_eq!(breaker.state(), CircuitState::Closed, "no trial would be admitted any more");
}

#[tokio::test(start_paused = true)]
async fn a_trial_gives_its_slot_up_after_the_time_that_is_in_force() {
    let config = CircuitBreakerConfig::new().consecutive_failures(1).open_for(SECOND);
    let config = config.half_open_calls(2);
    let breaker = tripped(config.clone().half_open_for(60 * SECOND)).await;
    let first = breaker.try_acquire().unwrap();
    breaker.reconfigure(config.half_open_for(SECOND)).unwrap();
    let second = breaker.try_acquire().unwrap();
    assert!(breaker.try_acquire().is_err());
    advance(SECOND).await;
    let third = breaker.try_acquire();
    assert!(third.is_ok(), "a minute's trial holds up none that came later");
    drop((first, second, third));
}
