//! What policies are called: names of their own by default, and clashes that nobody overlooks.

use std::sync::atomic::{AtomicU32, Ordering};

use resilience::{
    CircuitBreaker, PolicyKind, Rejection, Retry, circuit_breaker, fallback, registry, resilient,
    retry, timeout,
};

/// The same name as a breaker of another crate.
#[circuit_breaker(name = "shared with others")]
static MINE: CircuitBreaker;

#[test]
fn equal_explicit_names_across_crates_are_reported() {
    assert_eq!(MINE.name(), caller_edition_2021::PAYMENTS.name());
    let clashes = registry().name_clashes();
    let [clash] = clashes.as_slice() else { panic!("{clashes:?}") };
    assert_eq!(
        (clash.kind, clash.name.as_str()),
        (PolicyKind::CircuitBreaker, "shared with others")
    );
    let files = ["callers/edition-2021/src/lib.rs", "tests/names.rs"];
    let mut locations = clash.locations.clone();
    locations.sort();
    for (location, file) in locations.iter().zip(files) {
        assert!(location.contains(file), "{location}");
    }
}

#[test]
fn they_never_share_a_state() {
    MINE.force_open();
    assert_eq!(caller_edition_2021::PAYMENTS.state(), resilience::CircuitState::Closed);
    MINE.reset();
}

struct Orders;
struct Refunds;

impl Orders {
    #[retry]
    fn send() -> Result<(), Rejection> {
        Ok(())
    }
}

impl Refunds {
    #[retry]
    fn send() -> Result<(), Rejection> {
        Ok(())
    }
}

const SENDS: [u32; 2] = [line!() - 13, line!() - 6];

#[test]
fn default_names_that_collide_are_told_apart_by_their_lines() {
    assert_eq!((Orders::send(), Refunds::send()), (Ok(()), Ok(())));
    for line in SENDS {
        let name = format!("names::send:{line}");
        assert!(registry().retry(&name).is_some(), "{name} in {:?}", names());
    }
}

#[timeout("10s")]
#[retry]
#[timeout("1s")]
async fn timed_twice() -> Result<(), Rejection> {
    Ok(())
}

#[fallback(Err(Rejection::DeadlineExceeded { policy: "test".into() }))]
#[timeout("10s")]
#[fallback(Ok(()), inner = true)]
#[timeout("1s")]
async fn caught_twice() -> Result<(), Rejection> {
    Ok(())
}

#[retry(RETRY)]
#[retry]
async fn retried_twice() -> Result<(), Rejection> {
    Ok(())
}

#[retry]
static RETRY: Retry;

#[tokio::test]
async fn two_of_a_kind_on_one_function_are_told_apart_by_their_place() {
    assert_eq!((timed_twice().await, caught_twice().await), (Ok(()), Ok(())));
    assert_eq!(retried_twice().await, Ok(()));
    assert!(registry().timeout("names::timed_twice.timeout").is_some());
    assert!(registry().timeout("names::timed_twice.attempt_timeout").is_some());
    assert!(registry().retry("names::timed_twice").is_some());
    for name in ["names::caught_twice.outer", "names::caught_twice.inner"] {
        assert!(registry().timeout(name).is_some(), "{name}");
        assert!(registry().fallback(name).is_some(), "{name}");
    }
    assert!(registry().retry("names::retried_twice").is_some());
}

fn names() -> Vec<&'static str> {
    registry().retries().map(|retry: &Retry| retry.name().as_str()).collect()
}

macro_rules! counted {
    ($($ty:ident)*) => {
        $(impl $ty {
            #[circuit_breaker]
            fn counted(runs: &AtomicU32) -> Result<(), Rejection> {
                runs.fetch_add(1, Ordering::Relaxed);
                Ok(())
            }
        })*
    };
}

counted!(Orders Refunds);

#[test]
fn functions_that_a_macro_makes_in_one_line_are_told_apart_too() {
    let runs = AtomicU32::new(0);
    assert_eq!((Orders::counted(&runs), Refunds::counted(&runs)), (Ok(()), Ok(())));
    let breakers: Vec<_> = registry()
        .circuit_breakers()
        .filter(|breaker| breaker.name().starts_with("names::counted"))
        .collect();
    assert_eq!(breakers.len(), 2);
    assert_ne!(breakers[0].name(), breakers[1].name());
    assert!(breakers.iter().all(|breaker| breaker.totals().successes == 1));
}

macro_rules! both {
    ($one:ident $other:ident) => {
        impl $one {
            #[circuit_breaker]
            fn both() -> Result<(), Rejection> {
                Ok(())
            }
        }
        impl $other {
            #[circuit_breaker]
            fn both() -> Result<(), Rejection> {
                Ok(())
            }
        }
    };
}

both!(Orders Refunds);

const BOTH: u32 = line!() - 2;
const ATTRIBUTES: [u32; 2] = [BOTH - 14, BOTH - 8];

#[test]
fn functions_that_a_macro_makes_in_two_lines_are_told_apart_by_these() {
    assert_eq!((Orders::both(), Refunds::both()), (Ok(()), Ok(())));
    let breakers: Vec<_> = registry().circuit_breakers().map(CircuitBreaker::name).collect();
    for line in ATTRIBUTES {
        let name = format!("names::both:{BOTH}:{line}");
        assert!(registry().circuit_breaker(&name).is_some(), "{name} in {breakers:?}");
    }
}

#[resilient(name = "payments", retry)]
async fn charge() -> Result<(), Rejection> {
    Ok(())
}

#[resilient(circuit_breaker(off))]
async fn refund() -> Result<(), Rejection> {
    Ok(())
}

#[tokio::test]
async fn parts_append_theirs() {
    assert_eq!((charge().await, refund().await), (Ok(()), Ok(())));
    assert!(registry().retry("payments.retry").is_some());
    assert!(registry().circuit_breaker("payments.circuit_breaker").is_some());
    assert!(registry().timeout("payments.timeout").is_some());
    assert!(registry().timeout("payments.attempt_timeout").is_some());
    assert!(registry().timeout("names::refund.timeout").is_some());
}
