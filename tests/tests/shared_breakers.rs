//! Circuit breakers that share opinions, on the store in memory: the other replicas' part is said by the tests.

use std::time::Duration;

use resilience::shared::{self, Memory};
use resilience::{
    CircuitBreaker, CircuitState, Rejection, RejectionKind, circuit_breaker, registry,
};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::sleep;

const SECOND: Duration = Duration::from_secs(1);
const MS: Duration = Duration::from_millis(1);

#[derive(Debug)]
enum Failure {
    Down,
    Rejected(Rejection),
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

/// A program has one store: tests take turns.
async fn connected() -> (Memory, MutexGuard<'static, ()>) {
    static TURN: Mutex<()> = Mutex::const_new(());
    let turn = TURN.lock().await;
    let memory = Memory::new();
    shared::connect(memory.clone());
    sleep(50 * MS).await;
    (memory, turn)
}

async fn call(breaker: &CircuitBreaker, succeeds: bool) -> Result<(), Failure> {
    breaker.call(async { if succeeds { Ok(()) } else { Err(Failure::Down) } }).await
}

macro_rules! breaker {
    ($name:ident $text:literal) => {
        #[circuit_breaker(
            name = $text, shared, consecutive_failures = 2, open_for = "10s", max_open_for = "10s"
        )]
        static $name: CircuitBreaker;
    };
}

#[tokio::test(start_paused = true)]
async fn a_quorum_opens_and_one_alone_does_not() {
    breaker!(QUORUM "QUORUM");
    let (memory, _turn) = connected().await;
    memory.say_open("QUORUM", "bad", 10 * SECOND);
    sleep(2 * SECOND).await;
    assert_eq!(QUORUM.state(), CircuitState::Closed);
    memory.say_open("QUORUM", "another", 10 * SECOND);
    sleep(2 * SECOND).await;
    assert_eq!(QUORUM.state(), CircuitState::Open);
    assert_eq!(QUORUM.last_trip().unwrap().cause.as_str(), "shared");
    let Err(Failure::Rejected(rejection)) = call(&QUORUM, true).await else { panic!("open") };
    assert_eq!(rejection.kind(), RejectionKind::CircuitOpen);
    assert_eq!(memory.open("QUORUM"), 2, "it has no opinion of its own");
}

#[tokio::test(start_paused = true)]
async fn own_successes_are_a_veto() {
    #[circuit_breaker(name = "VETO", shared, min_calls = 5)]
    static VETO: CircuitBreaker;
    let (memory, _turn) = connected().await;
    memory.say_open("VETO", "bad", 60 * SECOND);
    memory.say_open("VETO", "worse", 60 * SECOND);
    for _ in 0..5 {
        assert!(call(&VETO, true).await.is_ok());
    }
    sleep(2 * SECOND).await;
    assert_eq!(VETO.state(), CircuitState::Closed);
    // The successes leave the window of ten seconds.
    sleep(12 * SECOND).await;
    assert_eq!(VETO.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn an_opening_is_told_at_once_and_taken_back() {
    breaker!(TOLD "TOLD");
    let (memory, _turn) = connected().await;
    for _ in 0..2 {
        assert!(matches!(call(&TOLD, false).await, Err(Failure::Down)));
    }
    sleep(50 * MS).await;
    assert_eq!(memory.open("TOLD"), 1);
    TOLD.reset();
    sleep(50 * MS).await;
    assert_eq!(memory.open("TOLD"), 0);
}

/// Opens it by two failures, and lets its period pass.
async fn lapsed(breaker: &CircuitBreaker) {
    for _ in 0..2 {
        let _ = call(breaker, false).await;
    }
    sleep(10 * SECOND + MS).await;
}

#[tokio::test(start_paused = true)]
async fn one_replica_tries_for_all() {
    breaker!(TRIAL "TRIAL");
    let (memory, _turn) = connected().await;
    lapsed(&TRIAL).await;
    memory.say_open("TRIAL", "later", 5 * SECOND);
    sleep(SECOND).await;
    for _ in 0..3 {
        let Err(Failure::Rejected(rejection)) = call(&TRIAL, true).await else { panic!("waits") };
        assert_eq!(rejection.retry_after(), Some(SECOND));
        sleep(SECOND).await;
    }
    sleep(2 * SECOND).await;
    // The call that asks is rejected; the right to try comes at once.
    assert!(call(&TRIAL, true).await.is_err());
    sleep(50 * MS).await;
    assert!(call(&TRIAL, true).await.is_ok());
    assert_eq!(TRIAL.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_failed_trial_keeps_it_open_for_all() {
    breaker!(FAILED "FAILED");
    let (memory, _turn) = connected().await;
    lapsed(&FAILED).await;
    let _ = call(&FAILED, false).await;
    sleep(50 * MS).await;
    assert!(matches!(call(&FAILED, false).await, Err(Failure::Down)));
    sleep(50 * MS).await;
    assert_eq!((FAILED.state(), memory.open("FAILED")), (CircuitState::Open, 1));
}

#[tokio::test(start_paused = true)]
async fn the_trial_of_another_closes_it_here() {
    breaker!(CLOSED "CLOSED");
    let (memory, _turn) = connected().await;
    for _ in 0..2 {
        let _ = call(&CLOSED, false).await;
    }
    sleep(2 * SECOND).await;
    memory.say_closed("CLOSED", "another");
    sleep(2 * SECOND).await;
    assert_eq!(CLOSED.state(), CircuitState::Closed);
    // It is old news for what opens later.
    for _ in 0..2 {
        let _ = call(&CLOSED, false).await;
    }
    sleep(2 * SECOND).await;
    assert_eq!(CLOSED.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn without_the_store_each_is_on_its_own() {
    breaker!(ALONE "ALONE");
    let (memory, _turn) = connected().await;
    for _ in 0..2 {
        let _ = call(&ALONE, false).await;
    }
    sleep(SECOND).await;
    memory.fail(true);
    sleep(10 * SECOND).await;
    assert!(call(&ALONE, true).await.is_ok());
    assert_eq!(ALONE.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_state_is_forced_for_all() {
    breaker!(FORCED "FORCED");
    let (_memory, _turn) = connected().await;
    shared::force("FORCED", Some(CircuitState::ForcedOpen)).await.unwrap();
    sleep(50 * MS).await;
    assert_eq!(FORCED.state(), CircuitState::ForcedOpen);
    shared::force("FORCED", None).await.unwrap();
    sleep(50 * MS).await;
    assert_eq!(FORCED.state(), CircuitState::Closed);
    assert!(shared::force("FORCED", Some(CircuitState::Open)).await.is_err());
}

#[test]
fn the_flag_means_half_and_the_registry_lists_it() {
    #[circuit_breaker(name = "HALF", shared)]
    static HALF: CircuitBreaker;
    #[circuit_breaker(name = "THIRD", shared(quorum = 0.3))]
    static THIRD: CircuitBreaker;
    let config = resilience::CircuitBreakerConfig::new();
    assert_eq!(*HALF.config(), config.clone().shared(0.5));
    assert_eq!(*THIRD.config(), config.shared(0.3));
    assert!(registry().circuit_breaker("HALF").is_some());
}
