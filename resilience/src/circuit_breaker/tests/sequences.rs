//! Sequences taken from the suites of other breakers, and what they get wrong.

use std::time::Duration;

use super::*;
use crate::rejection::Rejection;

#[tokio::test(start_paused = true)]
async fn consecutive_failures_open_and_one_trial_closes() {
    let config = CircuitBreakerConfig::new().consecutive_failures(6);
    let breaker = CircuitBreaker::new("consecutive", config);
    play(&breaker, "FFFFF").await;
    assert_eq!((breaker.state(), counts(&breaker)), (CircuitState::Closed, (5, 0, 5, 0, 5)));
    play(&breaker, "S").await;
    assert_eq!((breaker.state(), counts(&breaker)), (CircuitState::Closed, (6, 1, 5, 1, 0)));
    play(&breaker, "F").await;
    assert_eq!((breaker.state(), counts(&breaker)), (CircuitState::Closed, (7, 1, 6, 0, 1)));
    play(&breaker, "FFFFF").await;
    assert_eq!((breaker.state(), counts(&breaker)), (CircuitState::Open, ZEROS));
    play(&breaker, "OO +59.999s").await;
    assert_eq!((breaker.state(), counts(&breaker)), (CircuitState::Open, ZEROS));
    play(&breaker, "+1s").await;
    assert_eq!(breaker.state(), CircuitState::HalfOpen);
    play(&breaker, "F").await;
    assert_eq!((breaker.state(), counts(&breaker)), (CircuitState::Open, ZEROS));
    play(&breaker, "+60s").await;
    assert_eq!(breaker.state(), CircuitState::HalfOpen);
    play(&breaker, "S").await;
    assert_eq!((breaker.state(), counts(&breaker)), (CircuitState::Closed, ZEROS));
}

fn three_trials() -> CircuitBreaker {
    let config = CircuitBreakerConfig::new()
        .failure_rate(0.6)
        .min_calls(3)
        .open_for(Duration::from_secs(90))
        .half_open_calls(3);
    CircuitBreaker::new("trials", config)
}

#[tokio::test(start_paused = true)]
async fn trial_calls_decide() {
    let breaker = three_trials();
    play(&breaker, "FFF +90s XXXX").await;
    assert_eq!((breaker.state(), breaker.counts().ignored), (CircuitState::HalfOpen, 4));
    play(&breaker, "F").await;
    assert_eq!(breaker.state(), CircuitState::Open);
    play(&breaker, "+90s SS").await;
    assert_eq!(breaker.state(), CircuitState::HalfOpen);
    let last = breaker.try_acquire().unwrap();
    play(&breaker, "O").await;
    last.success();
    assert_eq!((breaker.state(), counts(&breaker)), (CircuitState::Closed, ZEROS));
}

#[tokio::test(start_paused = true)]
async fn a_trial_of_one_breaker_is_no_trial_of_another() {
    let [one, other] = [three_trials(), three_trials()];
    play(&one, "FFF").await;
    play(&other, "FFF +90s").await;
    let trials: Vec<_> = (0..3).map(|_| other.try_acquire().unwrap()).collect();
    let inside = one.call(other.call(async { Ok::<_, Rejection>(()) })).await;
    assert!(matches!(inside, Err(Rejection::CircuitOpen { .. })), "{inside:?}");
    drop(trials);
}

#[tokio::test(start_paused = true)]
async fn a_reopened_circuit_has_exactly_its_slots_again() {
    let breaker = three_trials();
    play(&breaker, "FFF +90s F +90s").await;
    let trials: Vec<_> = (0..3).map(|_| breaker.try_acquire().unwrap()).collect();
    play(&breaker, "O").await;
    drop(trials);
    assert_eq!(breaker.totals().cancelled, 3);
    play(&breaker, "SSS").await;
    assert_eq!(breaker.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_hung_trial_gives_its_slot_up_and_its_late_result_counts() {
    let config =
        CircuitBreakerConfig::new().consecutive_failures(1).half_open_for(Duration::from_secs(1));
    let breaker = CircuitBreaker::new("hung", config);
    play(&breaker, "F +60s").await;
    let hung = breaker.try_acquire().unwrap();
    play(&breaker, "O +0.999s O +0.001s").await;
    let second = breaker.try_acquire().unwrap();
    play(&breaker, "O +2s").await;
    hung.success();
    assert_eq!((breaker.state(), breaker.totals().stale), (CircuitState::Closed, 0));
    second.failure();
    assert_eq!((breaker.state(), breaker.totals().stale), (CircuitState::Closed, 1));
}

#[tokio::test(start_paused = true)]
async fn late_results_of_trials_take_no_slot_of_others() {
    let config = CircuitBreakerConfig::new()
        .consecutive_failures(1)
        .half_open_calls(2)
        .half_open_for(Duration::from_secs(1));
    let breaker = CircuitBreaker::new("late trials", config);
    play(&breaker, "F +60s").await;
    let late = breaker.try_acquire().unwrap();
    play(&breaker, "+1s").await;
    let _running = (breaker.try_acquire().unwrap(), breaker.try_acquire().unwrap());
    late.success();
    play(&breaker, "O +1s").await;
    // Of one success and two that have expired, one slot is left.
    let third = breaker.try_acquire().unwrap();
    play(&breaker, "O").await;
    third.success();
    assert_eq!(breaker.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_late_failure_opens_again_and_after_that_it_is_stale() {
    let config =
        CircuitBreakerConfig::new().consecutive_failures(1).half_open_for(Duration::from_secs(1));
    let breaker = CircuitBreaker::new("late failure", config);
    play(&breaker, "F +60s").await;
    let (first, second) = {
        let first = breaker.try_acquire().unwrap();
        play(&breaker, "+1s").await;
        (first, breaker.try_acquire().unwrap())
    };
    first.failure();
    assert_eq!((breaker.state(), breaker.totals().stale), (CircuitState::Open, 0));
    second.success();
    assert_eq!((breaker.state(), breaker.totals().stale), (CircuitState::Open, 1));
}

#[tokio::test(start_paused = true)]
async fn a_rejection_beside_a_trial_says_to_ask_again_soon() {
    for (open_for, retry_after) in [(60_000, 1_000), (200, 200)] {
        let open_for = Duration::from_millis(open_for);
        let config = CircuitBreakerConfig::new().consecutive_failures(1).open_for(open_for);
        let breaker = CircuitBreaker::new("soon", config);
        play(&breaker, "F").await;
        tokio::time::advance(open_for).await;
        let _trial = breaker.try_acquire().unwrap();
        let rejected = breaker.try_acquire().unwrap_err();
        assert_eq!(rejected.retry_after(), Some(Duration::from_millis(retry_after)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_trial_that_takes_longer_than_the_open_period_closes_the_circuit() {
    let config =
        CircuitBreakerConfig::new().consecutive_failures(1).open_for(Duration::from_millis(500));
    let breaker = CircuitBreaker::new("long trial", config);
    play(&breaker, "F +0.5s").await;
    let trial = breaker.try_acquire().unwrap();
    play(&breaker, "O +2s O").await;
    trial.success();
    assert_eq!(breaker.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_trial_holds_its_slot_for_the_larger_of_the_open_period_and_half_a_minute() {
    for (open_for, held_for) in [(10, 30), (60, 60)] {
        let config = CircuitBreakerConfig::new()
            .consecutive_failures(1)
            .open_for(Duration::from_secs(open_for));
        let breaker = CircuitBreaker::new("held", config);
        play(&breaker, "F").await;
        tokio::time::advance(Duration::from_secs(open_for)).await;
        let _trial = breaker.try_acquire().unwrap();
        tokio::time::advance(Duration::from_millis(held_for * 1_000 - 1)).await;
        play(&breaker, "O +0.001s S").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_rate_trips_exactly_at_its_threshold() {
    let exact = [
        (25, 0.28, 7),
        (25, 0.56, 14),
        (50, 0.14, 7),
        (50, 0.28, 14),
        (100, 0.07, 7),
        (100, 0.14, 14),
        (100, 0.55, 55),
        (175, 0.68, 119),
        (200, 0.07, 14),
        (200, 0.55, 110),
        (200, 0.5, 100),
        (10, 0.1, 1),
        (11, 0.1, 2),
    ];
    for (calls, rate, failures) in exact {
        assert_eq!(
            state_after(calls, rate, failures - 1),
            CircuitState::Closed,
            "{failures} - 1 of {calls} at {rate}"
        );
        assert_eq!(
            state_after(calls, rate, failures),
            CircuitState::Open,
            "{failures} of {calls} at {rate}"
        );
    }
}

/// All successes first, so that the last failure is judged over all calls.
fn state_after(calls: u32, rate: f64, failures: u32) -> CircuitState {
    let config = CircuitBreakerConfig::new()
        .failure_rate(rate)
        .min_calls(calls)
        .window(Window::Calls(calls));
    let breaker = CircuitBreaker::new("rate", config);
    (0..calls - failures).for_each(|_| one(&breaker, 'S'));
    (0..failures).for_each(|_| one(&breaker, 'F'));
    breaker.state()
}

#[tokio::test(start_paused = true)]
async fn too_few_calls_are_not_judged() {
    let breaker =
        CircuitBreaker::new("few", CircuitBreakerConfig::new().failure_rate(0.1).min_calls(10));
    play(&breaker, "SSSSSSSSF").await;
    assert_eq!((breaker.state(), breaker.failure_rate()), (CircuitState::Closed, None));
}

#[tokio::test(start_paused = true)]
async fn a_success_never_trips() {
    let config =
        CircuitBreakerConfig::new().failure_rate(0.75).min_calls(4).window(Window::Calls(4));
    let breaker = CircuitBreaker::new("success", config);
    play(&breaker, "FFFS").await;
    assert_eq!(breaker.state(), CircuitState::Closed);
    play(&breaker, "F").await;
    assert_eq!(breaker.state(), CircuitState::Open);
    let trip = breaker.last_trip().unwrap();
    assert_eq!(
        (trip.cause, trip.counts.failures, trip.counts.successes),
        (Cause::FailureRate, 3, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn a_count_window_forgets_call_by_call() {
    let config = CircuitBreakerConfig::new().window(Window::Calls(4)).trip_when(|_| false);
    let breaker = CircuitBreaker::new("count", config);
    let mut seen = Vec::new();
    for call in "FSSSS".chars() {
        one(&breaker, call);
        let counts = breaker.counts();
        seen.push((counts.failures, counts.calls()));
    }
    assert_eq!(seen, [(1, 1), (1, 2), (1, 3), (1, 4), (0, 4)]);
}

#[tokio::test(start_paused = true)]
#[cfg_attr(miri, ignore = "on one thread, and too long to interpret")]
async fn many_successes_do_not_hide_an_outage_from_a_count_window() {
    let breaker =
        CircuitBreaker::new("outage", CircuitBreakerConfig::new().window(Window::Calls(10)));
    (0..20_000).for_each(|_| one(&breaker, 'S'));
    play(&breaker, "FFFFF").await;
    assert_eq!(breaker.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn a_time_window_forgets_bucket_by_bucket() {
    let breaker = CircuitBreaker::new("time", CircuitBreakerConfig::new());
    play(&breaker, "S +1s S +1s S +1s S +1s S +1s S +1s S +1s S +1s S +1s S").await;
    assert_eq!(breaker.counts().requests, 10);
    play(&breaker, "+1s").await;
    assert_eq!(breaker.counts().requests, 9);
    play(&breaker, "+9s").await;
    assert_eq!(breaker.counts().requests, 0);
}

#[tokio::test(start_paused = true)]
async fn a_reclosed_circuit_has_its_window_again() {
    for (window, forgets) in
        [(Window::Time(Duration::from_secs(10)), "+10s"), (Window::Calls(4), "SSSS")]
    {
        let config = CircuitBreakerConfig::new().window(window).min_calls(4).failure_rate(0.5);
        let breaker = CircuitBreaker::new("window again", config);
        play(&breaker, "FFFF +60s S").await;
        assert_eq!((breaker.state(), counts(&breaker)), (CircuitState::Closed, ZEROS));
        play(&breaker, "SSFS").await;
        assert_eq!(breaker.counts().failures, 1, "{window:?}");
        play(&breaker, forgets).await;
        assert_eq!(breaker.counts().failures, 0, "{window:?}");
        play(&breaker, "SSFF").await;
        assert_eq!(breaker.state(), CircuitState::Open, "{window:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_half_open_circuit_counts_since_the_change_and_a_forced_one_too() {
    let config = CircuitBreakerConfig::new().consecutive_failures(1).half_open_calls(3);
    let breaker = CircuitBreaker::new("half-open counts", config.window(Window::Calls(1)));
    play(&breaker, "F +60s SS").await;
    assert_eq!((breaker.state(), counts(&breaker)), (CircuitState::HalfOpen, (2, 2, 0, 2, 0)));
    breaker.force_close();
    play(&breaker, "FFSF").await;
    assert_eq!(counts(&breaker), (4, 1, 3, 0, 1));
}

#[tokio::test(start_paused = true)]
#[cfg_attr(miri, ignore = "on one thread, and too long to interpret")]
async fn a_count_window_of_millions_forgets_exactly() {
    const MILLION: u32 = 1_000_000;
    let config = CircuitBreakerConfig::new().window(Window::Calls(MILLION)).trip_when(|_| false);
    let breaker = CircuitBreaker::new("millions", config);
    let calls = |call, n: u32| (0..n).for_each(|_| one(&breaker, call));
    calls('F', 100);
    calls('S', MILLION - 150);
    calls('F', 1);
    assert_eq!(breaker.counts().failures, 101);
    calls('S', 49);
    assert_eq!(breaker.counts().failures, 101);
    calls('S', 37);
    assert_eq!(breaker.counts().failures, 64);
    calls('S', 63);
    assert_eq!(breaker.counts().failures, 1);
    calls('S', MILLION - 150);
    assert_eq!(breaker.counts().failures, 1);
    calls('S', 1);
    assert_eq!(breaker.counts().failures, 0);
}

#[tokio::test(start_paused = true)]
async fn late_results_change_nothing() {
    let breaker = CircuitBreaker::new("late", CircuitBreakerConfig::new().consecutive_failures(1));
    let in_flight: Vec<_> = (0..6).map(|_| breaker.try_acquire().unwrap()).collect();
    play(&breaker, "F +30s").await;
    in_flight.into_iter().for_each(Permit::failure);
    assert_eq!((breaker.state(), breaker.totals().stale), (CircuitState::Open, 6));
    play(&breaker, "+29.999s").await;
    assert_eq!(breaker.state(), CircuitState::Open);
    play(&breaker, "+0.001s").await;
    assert_eq!(breaker.state(), CircuitState::HalfOpen);
}

#[tokio::test(start_paused = true)]
async fn a_result_from_before_a_reclosing_is_stale_and_a_dropped_call_cancelled() {
    let breaker =
        CircuitBreaker::new("reclosed", CircuitBreakerConfig::new().consecutive_failures(1));
    let (old, dropped) = (breaker.try_acquire().unwrap(), breaker.try_acquire().unwrap());
    play(&breaker, "F +60s S").await;
    old.failure();
    drop(dropped);
    assert_eq!((breaker.state(), counts(&breaker)), (CircuitState::Closed, ZEROS));
    assert_eq!((breaker.totals().stale, breaker.totals().cancelled), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_tells_when_to_come_back() {
    let config =
        CircuitBreakerConfig::new().consecutive_failures(1).open_for(Duration::from_secs(10));
    let breaker = CircuitBreaker::new("facts", config);
    play(&breaker, "F +0.001s").await;
    assert_eq!(
        breaker.try_acquire().unwrap_err().retry_after(),
        Some(Duration::from_millis(9_999))
    );
    breaker.force_open();
    let forced = breaker.try_acquire().unwrap_err();
    assert!(matches!(forced, Rejection::CircuitOpen { retry_after: None, .. }));
    play(&breaker, "+3600s O").await;
    assert_eq!(breaker.state(), CircuitState::ForcedOpen);
}

#[tokio::test(start_paused = true)]
async fn forced_states_hold_until_reset() {
    let breaker =
        CircuitBreaker::new("forced", CircuitBreakerConfig::new().consecutive_failures(1));
    breaker.force_close();
    play(&breaker, "FFFFFS").await;
    assert_eq!((breaker.state(), breaker.totals().failures), (CircuitState::ForcedClosed, 5));
    breaker.reset();
    assert_eq!((breaker.state(), counts(&breaker)), (CircuitState::Closed, ZEROS));
    play(&breaker, "F O").await;
}

#[tokio::test(start_paused = true)]
async fn reset_of_a_closed_breaker_forgets_its_window() {
    let breaker = CircuitBreaker::new("reset", CircuitBreakerConfig::new());
    play(&breaker, "FFFF").await;
    breaker.reset();
    assert_eq!(counts(&breaker), ZEROS);
    play(&breaker, "F").await;
    assert_eq!(breaker.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_rule_of_the_users_replaces_rate_and_row() {
    let config = CircuitBreakerConfig::new()
        .failure_rate(0.1)
        .min_calls(1)
        .consecutive_failures(2)
        .trip_when(|_| false);
    let breaker = CircuitBreaker::new("ruled", config);
    play(&breaker, "FFFFF").await;
    assert_eq!(breaker.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn slow_calls_that_are_ignored_are_not_judged_either() {
    for window in [Window::Time(Duration::from_secs(60)), Window::Calls(10)] {
        let config = CircuitBreakerConfig::new().window(window).slow_call(Duration::from_secs(1));
        let breaker = CircuitBreaker::new("ignored slow", config.min_calls(2).slow_rate(0.6));
        play(&breaker, "SS").await;
        for _ in 0..3 {
            let ignored = breaker.try_acquire().unwrap();
            play(&breaker, "+1s").await;
            ignored.ignore();
        }
        let slow = breaker.try_acquire().unwrap();
        play(&breaker, "+1s").await;
        slow.success();
        assert_eq!(
            (breaker.state(), breaker.counts().slow),
            (CircuitState::Closed, 1),
            "{window:?}"
        );
        assert_eq!((breaker.totals().slow, breaker.totals().ignored), (1, 3), "{window:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn slow_calls_trip_even_if_they_succeed() {
    let config =
        CircuitBreakerConfig::new().slow_call(Duration::from_secs(1)).slow_rate(0.5).min_calls(2);
    let breaker = CircuitBreaker::new("slow", config);
    play(&breaker, "S").await;
    let slow = breaker.try_acquire().unwrap();
    play(&breaker, "+1s").await;
    slow.success();
    assert_eq!(
        (breaker.state(), breaker.last_trip().unwrap().cause),
        (CircuitState::Open, Cause::SlowRate)
    );
    play(&breaker, "+60s").await;
    let slow_trial = breaker.try_acquire().unwrap();
    play(&breaker, "+2s").await;
    slow_trial.success();
    assert_eq!(
        (breaker.state(), breaker.last_trip().unwrap().cause),
        (CircuitState::Open, Cause::TrialSlow)
    );
}

#[tokio::test(start_paused = true)]
async fn open_periods_grow_until_a_close() {
    let config = CircuitBreakerConfig::new()
        .consecutive_failures(1)
        .open_for(Duration::from_secs(10))
        .max_open_for(Duration::from_secs(25));
    let breaker = CircuitBreaker::new("growth", config);
    play(&breaker, "F").await;
    assert_eq!(breaker.retry_after(), Some(Duration::from_secs(10)));
    play(&breaker, "+10s F").await;
    let second = breaker.retry_after().unwrap();
    assert!((18.0..=22.0).contains(&second.as_secs_f64()), "{second:?}");
    play(&breaker, "+22s F").await;
    let third = breaker.retry_after().unwrap();
    assert!((22.5..=25.0).contains(&third.as_secs_f64()), "{third:?}");
    play(&breaker, "+25s S F").await;
    assert_eq!(breaker.retry_after(), Some(Duration::from_secs(10)));
}

#[tokio::test(start_paused = true)]
async fn a_rule_of_the_user_replaces_the_rate_and_survives_its_own_panic() {
    let config = CircuitBreakerConfig::new().trip_when(|counts| match counts.failures {
        1 => panic!("a bad rule"),
        failures => failures >= 7,
    });
    let breaker = CircuitBreaker::new("rule", config);
    play(&breaker, "FFFFFF").await;
    assert_eq!(breaker.state(), CircuitState::Closed);
    play(&breaker, "F").await;
    assert_eq!(
        (breaker.state(), breaker.last_trip().unwrap().cause),
        (CircuitState::Open, Cause::TripWhen)
    );
}

#[tokio::test(start_paused = true)]
async fn a_listener_may_ask_for_the_state() {
    static BREAKER: CircuitBreaker = CircuitBreaker::new(
        "listener",
        CircuitBreakerConfig::new().consecutive_failures(1).on_state_change(|change| {
            assert_eq!((change.from, change.to), (CircuitState::Closed, CircuitState::Open));
            assert_eq!(BREAKER.state(), CircuitState::Open);
            panic!("and panic");
        }),
    );
    play(&BREAKER, "F O").await;
    assert_eq!(BREAKER.transitions(CircuitState::Closed, CircuitState::Open), 1);
}

#[test]
fn shows_itself_in_one_line() {
    let breaker = CircuitBreaker::new("line", CircuitBreakerConfig::new());
    "SSX".chars().for_each(|call| one(&breaker, call));
    let line = "line: closed, generation 0, 3 requests, 2 successes, 0 failures, 1 ignored, 0 slow";
    assert_eq!(breaker.to_string(), line);
}

#[test]
fn fits_in_256_bytes() {
    assert!(size_of::<CircuitBreaker>() <= 256, "{} bytes", size_of::<CircuitBreaker>());
}

#[test]
fn contradictions_are_found() {
    let second = Duration::from_secs(1);
    for bad in [
        CircuitBreakerConfig::new().min_calls(5).window(Window::Calls(4)),
        CircuitBreakerConfig::new().max_open_for(second),
        CircuitBreakerConfig::new().slow_rate(0.5),
    ] {
        assert!(bad.validate().is_err(), "{bad:?}");
    }
    assert_eq!(CircuitBreakerConfig::new().window(Window::Calls(1)).validate(), Ok(()));
}

#[test]
fn the_defaults_are_those_of_the_table() {
    let minute = Duration::from_secs(60);
    let documented = CircuitBreakerConfig::new().open_for(minute).half_open_calls(1);
    assert_eq!(CircuitBreakerConfig::new(), documented);
    let thresholds = documented.thresholds();
    assert_eq!((thresholds.failure_rate, thresholds.min_calls), (Some(0.5), 5));
    assert_eq!((thresholds.consecutive_failures, thresholds.slow_rate), (None, None));
    assert_eq!(documented.clone().slow_call(minute).thresholds().slow_rate, Some(1.0));
    assert_eq!(documented.effective_window(), Some(Window::Time(Duration::from_secs(10))));
    assert_eq!(documented.trial_lifetime(), minute);
    let short = documented.clone().open_for(Duration::from_secs(5));
    assert_eq!(short.trial_lifetime(), Duration::from_secs(30));
}

#[cfg(feature = "redis")]
#[test]
fn the_quorum_is_the_one_that_was_set() {
    let quorum = |config: CircuitBreakerConfig| config.quorum().map(f64::to_bits);
    assert_eq!(quorum(CircuitBreakerConfig::new()), None);
    assert_eq!(quorum(CircuitBreakerConfig::new().shared(0.25)), Some(0.25_f64.to_bits()));
}

#[cfg(feature = "redis")]
#[tokio::test(start_paused = true)]
async fn a_replica_tells_the_fleet_in_microseconds_for_how_long_it_would_try() {
    let breaker = three_trials();
    play(&breaker, "FFF").await;
    let opinion = breaker.opinion(1);
    let open_for = 90_000_000;
    assert_eq!((opinion.word, opinion.trying), (crate::fleet::opinion::Word::Open(open_for), 0));
    play(&breaker, "+90s").await;
    let trial = breaker.try_acquire().unwrap();
    let lifetime = u64::try_from(breaker.config().trial_lifetime().as_micros()).unwrap();
    assert_eq!([1, 2].map(|replicas| breaker.opinion(replicas).trying), [lifetime, lifetime]);
    drop(trial);
}

#[cfg(feature = "overrides")]
#[test]
fn options_contradict_each_other_only_beyond_the_bound() {
    let asks = |min_calls, window| {
        let config = CircuitBreakerConfig::new().window(Window::Calls(window)).min_calls(min_calls);
        config.conflict().is_some()
    };
    assert_eq!([4, 5, 6].map(|min_calls| asks(min_calls, 5)), [false, false, true]);
    let falls = |longest| {
        let (open_for, longest) = (Duration::from_secs(5), Duration::from_secs(longest));
        let config = CircuitBreakerConfig::new().open_for(open_for).max_open_for(longest);
        config.conflict().is_some()
    };
    assert_eq!([4, 5, 6].map(falls), [true, false, false]);
}

#[tokio::test(start_paused = true)]
async fn rates_are_shown_once_there_are_enough_calls_to_judge() {
    let config = CircuitBreakerConfig::new().min_calls(4).failure_rate(1.0);
    let breaker = CircuitBreaker::new("rates", config.slow_call(Duration::from_secs(1)));
    play(&breaker, "SFS").await;
    assert_eq!((breaker.failure_rate(), breaker.slow_rate()), (None, None));
    let slow = breaker.try_acquire().unwrap();
    tokio::time::advance(Duration::from_secs(1)).await;
    slow.success();
    assert_eq!((breaker.failure_rate(), breaker.slow_rate()), (Some(0.25), Some(0.25)));
}

#[tokio::test(start_paused = true)]
async fn only_an_open_circuit_says_when_to_try_again() {
    let breaker = three_trials();
    assert_eq!(breaker.retry_after(), None);
    play(&breaker, "FFF +30s").await;
    assert_eq!(breaker.retry_after(), Some(Duration::from_secs(60)));
    play(&breaker, "+60s").await;
    assert_eq!(breaker.retry_after(), None);
    breaker.force_open();
    assert_eq!(breaker.retry_after(), None);
    #[cfg(feature = "axum")]
    assert!(!breaker.config().is_critical());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_fails_in_a_later_bucket_than_it_began_in_belongs_to_the_later_one() {
    let window = CircuitBreakerConfig::new().window(Window::Time(Duration::from_secs(10)));
    // So many that no failure comes near the rate: each could be taken in without a look at the clock.
    let breaker = CircuitBreaker::new("later bucket", window.min_calls(100));
    let fails_after = async |seconds| {
        let call = breaker.try_acquire().unwrap();
        tokio::time::advance(Duration::from_secs(seconds)).await;
        call.failure();
    };
    fails_after(0).await;
    fails_after(0).await;
    fails_after(5).await;
    assert_eq!(breaker.counts().failures, 3);
    play(&breaker, "+6s").await;
    assert_eq!(breaker.counts().failures, 1, "those of eleven seconds ago are gone");
}

#[tokio::test(start_paused = true)]
async fn a_rejection_counts_once_while_events_are_read() {
    let _listening = crate::registry().events();
    let breaker = CircuitBreaker::new("heard", CircuitBreakerConfig::new().consecutive_failures(1));
    play(&breaker, "FO").await;
    assert_eq!(breaker.totals().rejected, 1);
}
