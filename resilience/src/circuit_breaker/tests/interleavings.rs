//! Every interleaving that shuttle finds: nothing is lost, no slot is taken twice, no late result decides.

use std::sync::Arc;

use shuttle::thread;

use super::*;

const RUNS: usize = 5_000;

fn breaker(config: CircuitBreakerConfig) -> Arc<CircuitBreaker> {
    Arc::new(CircuitBreaker::new("explored", config))
}

/// Runs `calls` on threads of their own, all at once.
fn side_by_side(calls: Vec<Box<dyn FnOnce() + Send>>) {
    let threads: Vec<_> = calls.into_iter().map(thread::spawn).collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

fn call(breaker: &Arc<CircuitBreaker>, end: fn(Permit<'_>)) -> Box<dyn FnOnce() + Send> {
    let breaker = Arc::clone(breaker);
    Box::new(move || drop(breaker.try_acquire().map(end)))
}

#[test]
fn every_result_is_counted_once() {
    shuttle::check_random(
        || {
            let breaker = breaker(CircuitBreakerConfig::new().consecutive_failures(2));
            side_by_side(vec![
                call(&breaker, |permit| permit.success()),
                call(&breaker, |permit| permit.failure()),
                call(&breaker, |permit| permit.failure()),
                call(&breaker, |permit| permit.ignore()),
                call(&breaker, |permit| drop(permit)),
            ]);
            let totals = breaker.totals();
            assert_eq!(totals.requests + totals.rejected, 5);
            assert_eq!(
                totals.requests,
                totals.successes
                    + totals.failures
                    + totals.ignored
                    + totals.cancelled
                    + totals.stale
            );
        },
        RUNS,
    );
}

#[test]
fn an_opening_happens_once_and_makes_the_rest_stale() {
    shuttle::check_random(
        || {
            let breaker = breaker(CircuitBreakerConfig::new().consecutive_failures(1));
            side_by_side((0..3).map(|_| call(&breaker, |permit| permit.failure())).collect());
            assert_eq!(breaker.state(), CircuitState::Open);
            assert_eq!(breaker.transitions(CircuitState::Closed, CircuitState::Open), 1);
            let totals = breaker.totals();
            assert_eq!((totals.failures, totals.stale + totals.rejected), (1, 2));
        },
        RUNS,
    );
}

#[test]
fn a_half_open_circuit_admits_one_trial() {
    shuttle::check_random(
        || {
            let config = CircuitBreakerConfig::new()
                .consecutive_failures(1)
                .half_open_for(Duration::from_secs(3_600));
            let breaker = breaker(config.open_for(Duration::from_nanos(1)));
            breaker.try_acquire().unwrap().failure();
            let hold = |permit: Permit<'_>| {
                thread::yield_now();
                permit.success();
            };
            side_by_side((0..3).map(|_| call(&breaker, hold)).collect());
            assert_eq!(breaker.state(), CircuitState::Closed);
            assert_eq!(breaker.transitions(CircuitState::HalfOpen, CircuitState::Closed), 1);
        },
        RUNS,
    );
}

#[test]
fn a_reset_leaves_nothing_of_before() {
    shuttle::check_random(
        || {
            let breaker = breaker(CircuitBreakerConfig::new().consecutive_failures(2));
            let reset = Arc::clone(&breaker);
            side_by_side(vec![
                call(&breaker, |permit| permit.failure()),
                Box::new(move || reset.reset()),
            ]);
            assert_eq!(breaker.state(), CircuitState::Closed);
            assert!(breaker.counts().consecutive_failures <= 1);
        },
        RUNS,
    );
}

#[test]
fn changes_are_announced_in_order_whoever_makes_them() {
    use std::sync::Mutex;

    static HEARD: Mutex<Vec<u64>> = Mutex::new(Vec::new());
    shuttle::check_random(
        || {
            HEARD.lock().unwrap().clear();
            let config = CircuitBreakerConfig::new().on_state_change(|change| {
                thread::yield_now();
                HEARD.lock().unwrap().push(change.generation);
            });
            let breaker = breaker(config);
            let changes: [fn(&CircuitBreaker); 3] = [
                CircuitBreaker::force_open,
                CircuitBreaker::force_close,
                CircuitBreaker::force_open,
            ];
            let change = |change: fn(&CircuitBreaker)| -> Box<dyn FnOnce() + Send> {
                let breaker = Arc::clone(&breaker);
                Box::new(move || change(&breaker))
            };
            side_by_side(changes.map(change).into());
            breaker.reset();
            let heard = HEARD.lock().unwrap();
            assert!(heard.is_sorted(), "{heard:?}");
            assert_eq!(heard.last(), Some(&breaker.generation()), "{heard:?}");
        },
        RUNS,
    );
}

#[test]
fn an_error_that_takes_its_time_to_be_shown_delays_no_change_for_good() {
    use std::fmt;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tracing::{Event, Metadata, Subscriber, span};

    use crate::stack::inspect::ErrorText;

    struct Slow;
    impl fmt::Display for Slow {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            SHOWN.fetch_add(1, Ordering::Relaxed);
            thread::yield_now();
            f.write_str("slow")
        }
    }

    /// A log, so that the error is to be shown.
    struct Log;
    impl Subscriber for Log {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }
        fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
            span::Id::from_u64(1)
        }
        fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
        fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
        fn event(&self, _: &Event<'_>) {}
        fn enter(&self, _: &span::Id) {}
        fn exit(&self, _: &span::Id) {}
    }

    static HEARD: Mutex<Vec<u64>> = Mutex::new(Vec::new());
    static SHOWN: AtomicUsize = AtomicUsize::new(0);
    let explore = || {
        shuttle::check_random(
            || {
                HEARD.lock().unwrap().clear();
                let config = CircuitBreakerConfig::new()
                    .consecutive_failures(1)
                    .on_state_change(|change| HEARD.lock().unwrap().push(change.generation));
                let breaker = breaker(config);
                let force = |change: fn(&CircuitBreaker)| -> Box<dyn FnOnce() + Send> {
                    let breaker = Arc::clone(&breaker);
                    Box::new(move || change(&breaker))
                };
                side_by_side(vec![
                    call(&breaker, |permit| permit.fail(ErrorText::Shown(&Slow))),
                    force(CircuitBreaker::force_open),
                    force(CircuitBreaker::force_close),
                ]);
                let heard = HEARD.lock().unwrap();
                assert!(heard.is_sorted(), "{heard:?}");
                assert_eq!(heard.last(), Some(&breaker.generation()), "{heard:?}");
            },
            RUNS,
        )
    };
    tracing::subscriber::with_default(Log, explore);
    assert!(SHOWN.load(Ordering::Relaxed) > 0);
}
