//! Every interleaving that shuttle finds: nothing is lost, no slot is taken twice, no late result decides.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::*;
use crate::sync::explore::{check_random, thread};

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
    Box::new(move || {
        if let Ok(permit) = breaker.try_acquire() {
            end(permit);
        }
    })
}

#[test]
fn every_result_is_counted_once() {
    check_random(
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
    check_random(
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
    check_random(
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

/// Opened by one failure, and half-open at once.
fn recovering(trials: u32) -> CircuitBreakerConfig {
    CircuitBreakerConfig::new()
        .consecutive_failures(1)
        .open_for(Duration::from_nanos(1))
        .half_open_calls(trials)
        .half_open_for(Duration::from_secs(3_600))
}

/// What was admitted has ended, each in one way.
fn assert_all_counted(breaker: &CircuitBreaker, admitted: u64) {
    let totals = breaker.totals();
    let (good, bad, late) = (totals.successes, totals.failures, totals.stale);
    assert_eq!(admitted, good + bad + late + totals.ignored + totals.cancelled, "{totals:?}");
    assert_eq!(admitted, totals.requests);
}

#[test]
fn no_more_trials_run_than_there_are_slots() {
    use crate::sync::AtomicU32;

    check_random(
        || {
            let breaker = breaker(recovering(2));
            breaker.try_acquire().unwrap().failure();
            let running = Arc::new(AtomicU32::new(0));
            let ends: [fn(Permit<'_>); 4] = [
                |permit| permit.success(),
                |permit| permit.ignore(),
                |permit| drop(permit),
                |permit| permit.success(),
            ];
            let trial = |end: fn(Permit<'_>)| -> Box<dyn FnOnce() + Send> {
                let (breaker, running) = (Arc::clone(&breaker), Arc::clone(&running));
                Box::new(move || {
                    let Ok(permit) = breaker.try_acquire() else { return };
                    let is_trial = permit.ticket.trial.is_some();
                    let trials = running.fetch_add(is_trial.into(), Ordering::SeqCst);
                    assert!(!is_trial || trials < 2, "more trials than slots");
                    thread::yield_now();
                    running.fetch_sub(is_trial.into(), Ordering::SeqCst);
                    end(permit);
                })
            };
            side_by_side(ends.map(trial).into());
            assert_all_counted(&breaker, 5 - breaker.totals().rejected);
        },
        RUNS,
    );
}

#[test]
fn a_late_result_decides_no_later_state() {
    check_random(
        || {
            let breaker = breaker(recovering(1));
            let late = Arc::clone(&breaker);
            let (admit, admitted) = std::sync::mpsc::channel();
            // Admitted while closed; it fails whenever it likes.
            let held = thread::spawn(move || {
                let permit = late.try_acquire().unwrap();
                admit.send(()).unwrap();
                thread::yield_now();
                permit.failure();
            });
            while admitted.try_recv().is_err() {
                thread::yield_now();
            }
            breaker.reset();
            breaker.try_acquire().unwrap().success();
            held.join().unwrap();
            assert_eq!(breaker.state(), CircuitState::Closed, "it was of before the reset");
            assert_all_counted(&breaker, 2);
        },
        RUNS,
    );
}

#[test]
fn every_result_is_counted_once_while_options_change() {
    check_random(
        || {
            let options = CircuitBreakerConfig::new().window(Window::Calls(4)).min_calls(2);
            let breaker = breaker(options.clone());
            let changed = Arc::clone(&breaker);
            side_by_side(vec![
                call(&breaker, |permit| permit.success()),
                call(&breaker, |permit| permit.failure()),
                call(&breaker, |permit| drop(permit)),
                Box::new(move || {
                    changed.reconfigure(options.clone().window(Window::Calls(2))).unwrap();
                    changed.reconfigure(options.slow_call(Duration::from_secs(1))).unwrap();
                }),
            ]);
            assert_all_counted(&breaker, 3 - breaker.totals().rejected);
            let counts = breaker.counts();
            assert_eq!(counts.requests, counts.successes + counts.failures + counts.ignored);
        },
        RUNS,
    );
}

#[test]
fn a_reset_leaves_nothing_of_before() {
    check_random(
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
    check_random(
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
    use std::sync::atomic::AtomicUsize;

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
        check_random(
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
