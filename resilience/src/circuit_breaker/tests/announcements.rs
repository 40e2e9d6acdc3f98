//! Changes of state are announced in the order of their generations, under no lock.

use std::sync::{Condvar, Mutex};

use super::*;
use crate::circuit_state::StateChange;

/// A hook that hears a change, and returns when the test lets it.
struct Sink {
    state: Mutex<Heard>,
    moved: Condvar,
}

struct Heard {
    changes: Vec<StateChange>,
    may_return: bool,
}

impl Sink {
    const fn new() -> Self {
        let heard = Heard { changes: Vec::new(), may_return: false };
        Self { state: Mutex::new(heard), moved: Condvar::new() }
    }

    fn generations(&self) -> Vec<u64> {
        self.state.lock().unwrap().changes.iter().map(|change| change.generation).collect()
    }

    fn hear(&self, change: &StateChange) {
        let mut state = self.state.lock().unwrap();
        state.changes.push(*change);
        self.moved.notify_all();
        drop(self.moved.wait_while(state, |heard| !heard.may_return).unwrap());
    }

    fn wait_until_heard(&self) {
        let state = self.state.lock().unwrap();
        drop(self.moved.wait_while(state, |heard| heard.changes.is_empty()).unwrap());
    }

    fn let_return(&self) {
        self.state.lock().unwrap().may_return = true;
        self.moved.notify_all();
    }
}

#[test]
fn a_slow_listener_hears_every_change_in_order_and_holds_up_only_one_thread() {
    static SINK: Sink = Sink::new();
    let config = CircuitBreakerConfig::new().on_state_change(|change| SINK.hear(change));
    let breaker = CircuitBreaker::new("slow listener", config);
    std::thread::scope(|scope| {
        scope.spawn(|| breaker.force_open());
        SINK.wait_until_heard();
        breaker.force_close();
        breaker.reset();
        assert_eq!((breaker.state(), SINK.generations()), (CircuitState::Closed, vec![1]));
        SINK.let_return();
    });
    assert_eq!(SINK.generations(), [1, 2, 3]);
    let last = *SINK.state.lock().unwrap().changes.last().unwrap();
    assert_eq!((last.from, last.to), (CircuitState::ForcedClosed, CircuitState::Closed));
}

#[test]
fn a_listener_that_changes_the_state_is_told_of_it_afterwards() {
    static HEARD: Mutex<Vec<(u64, bool)>> = Mutex::new(Vec::new());
    static BREAKER: CircuitBreaker = CircuitBreaker::new(
        "meddling",
        CircuitBreakerConfig::new().on_state_change(|change| {
            HEARD.lock().unwrap().push((change.generation, true));
            if change.to == CircuitState::ForcedOpen {
                BREAKER.reset();
            }
            HEARD.lock().unwrap().push((change.generation, false));
        }),
    );
    BREAKER.force_open();
    assert_eq!(*HEARD.lock().unwrap(), [(1, true), (1, false), (2, true), (2, false)]);
}

#[test]
fn a_listener_that_panics_hears_the_next_change_all_the_same() {
    static HEARD: Mutex<Vec<u64>> = Mutex::new(Vec::new());
    let config = CircuitBreakerConfig::new().on_state_change(|change| {
        HEARD.lock().unwrap().push(change.generation);
        panic!("a bad hook");
    });
    let breaker = CircuitBreaker::new("panicking", config);
    breaker.force_open();
    breaker.reset();
    assert_eq!(*HEARD.lock().unwrap(), [1, 2]);
}

#[test]
fn a_log_subscriber_that_panics_loses_no_later_change() {
    use tracing::{Event, Metadata, Subscriber, span};

    struct Panics;
    impl Subscriber for Panics {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }
        fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
            span::Id::from_u64(1)
        }
        fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
        fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
        fn event(&self, _: &Event<'_>) {
            panic!("a bad subscriber");
        }
        fn enter(&self, _: &span::Id) {}
        fn exit(&self, _: &span::Id) {}
    }
    static HEARD: Mutex<Vec<u64>> = Mutex::new(Vec::new());
    let config = CircuitBreakerConfig::new()
        .on_state_change(|change| HEARD.lock().unwrap().push(change.generation));
    let breaker = CircuitBreaker::new("bad log", config);
    let opened = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        tracing::subscriber::with_default(Panics, || breaker.force_open());
    }));
    assert!(opened.is_err());
    breaker.reset();
    assert_eq!(*HEARD.lock().unwrap(), [2]);
}
