//! Circuit breakers that share opinions, on the store in memory: the other replicas' part is said by the tests.

use std::time::Duration;

use resilience::shared::{self, Memory};
use resilience::{
    CircuitBreaker, CircuitBreakerConfig, CircuitState, Pipeline, Rejection, RejectionKind,
    circuit_breaker, registry, resilient,
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

/// Listed in its test's turn: each test has a clock of its own, and the others' exchanges leave a breaker alone that is not
/// listed yet.
fn breaker(name: &'static str) -> &'static CircuitBreaker {
    listed(name, CircuitBreakerConfig::new().consecutive_failures(2))
}

fn listed(name: &'static str, config: CircuitBreakerConfig) -> &'static CircuitBreaker {
    registry().insert(CircuitBreaker::new(name, config.open_for(10 * SECOND).shared(0.5)))
}

#[tokio::test(start_paused = true)]
async fn a_quorum_opens_and_one_alone_does_not() {
    let (memory, _turn) = connected().await;
    let quorum = breaker("QUORUM");
    memory.say_open("QUORUM", "bad", 10 * SECOND);
    sleep(2 * SECOND).await;
    assert_eq!(quorum.state(), CircuitState::Closed);
    memory.say_open("QUORUM", "another", 10 * SECOND);
    sleep(2 * SECOND).await;
    assert_eq!(quorum.state(), CircuitState::Open);
    assert_eq!(quorum.last_trip().unwrap().cause.as_str(), "shared");
    let Err(Failure::Rejected(rejection)) = call(quorum, true).await else { panic!("open") };
    assert_eq!(rejection.kind(), RejectionKind::CircuitOpen);
    assert_eq!(memory.open("QUORUM"), 2, "it has no opinion of its own");
}

#[tokio::test(start_paused = true)]
async fn own_successes_are_a_veto() {
    let (memory, _turn) = connected().await;
    let veto = listed("VETO", CircuitBreakerConfig::new().min_calls(5));
    memory.say_open("VETO", "bad", 60 * SECOND);
    memory.say_open("VETO", "worse", 60 * SECOND);
    for _ in 0..5 {
        assert!(call(veto, true).await.is_ok());
    }
    sleep(2 * SECOND).await;
    assert_eq!(veto.state(), CircuitState::Closed);
    // The successes leave the window of ten seconds.
    sleep(12 * SECOND).await;
    assert_eq!(veto.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn an_opening_is_told_at_once_and_taken_back() {
    let (memory, _turn) = connected().await;
    let told = breaker("TOLD");
    for _ in 0..2 {
        assert!(matches!(call(told, false).await, Err(Failure::Down)));
    }
    sleep(50 * MS).await;
    assert_eq!(memory.open("TOLD"), 1);
    told.reset();
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
    let (memory, _turn) = connected().await;
    let trial = breaker("TRIAL");
    lapsed(trial).await;
    memory.say_open("TRIAL", "later", 5 * SECOND);
    sleep(SECOND).await;
    for _ in 0..3 {
        let Err(Failure::Rejected(rejection)) = call(trial, true).await else { panic!("waits") };
        assert_eq!(rejection.retry_after(), Some(SECOND));
        sleep(SECOND).await;
    }
    // Without a call that waits, the right to try is given back.
    sleep(6 * SECOND).await;
    // The call that asks is rejected; the right comes at once.
    assert!(call(trial, true).await.is_err());
    sleep(50 * MS).await;
    assert!(call(trial, true).await.is_ok());
    assert_eq!(trial.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_failed_trial_keeps_it_open_for_all() {
    let (memory, _turn) = connected().await;
    let failed = breaker("FAILED");
    lapsed(failed).await;
    let _ = call(failed, false).await;
    sleep(50 * MS).await;
    assert!(matches!(call(failed, false).await, Err(Failure::Down)));
    sleep(50 * MS).await;
    assert_eq!((failed.state(), memory.open("FAILED")), (CircuitState::Open, 1));
}

#[tokio::test(start_paused = true)]
async fn the_trial_of_another_closes_it_here() {
    let (memory, _turn) = connected().await;
    let closed = breaker("CLOSED");
    for _ in 0..2 {
        let _ = call(closed, false).await;
    }
    sleep(2 * SECOND).await;
    memory.say_closed("CLOSED", "another");
    sleep(2 * SECOND).await;
    assert_eq!(closed.state(), CircuitState::Closed);
    // It is old news for what opens later.
    for _ in 0..2 {
        let _ = call(closed, false).await;
    }
    sleep(2 * SECOND).await;
    assert_eq!(closed.state(), CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn without_the_store_each_is_on_its_own() {
    let (memory, _turn) = connected().await;
    let alone = breaker("ALONE");
    for _ in 0..2 {
        let _ = call(alone, false).await;
    }
    sleep(SECOND).await;
    memory.fail(true);
    sleep(10 * SECOND).await;
    assert!(call(alone, true).await.is_ok());
    assert_eq!(alone.state(), CircuitState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_state_is_forced_for_all() {
    let (_memory, _turn) = connected().await;
    let forced = breaker("FORCED");
    shared::force("FORCED", Some(CircuitState::ForcedOpen)).await.unwrap();
    sleep(50 * MS).await;
    assert_eq!(forced.state(), CircuitState::ForcedOpen);
    shared::force("FORCED", None).await.unwrap();
    sleep(50 * MS).await;
    assert_eq!(forced.state(), CircuitState::Closed);
    assert!(shared::force("FORCED", Some(CircuitState::Open)).await.is_err());
}

#[test]
fn the_flag_means_half_and_the_registry_lists_it() {
    #[circuit_breaker(name = "HALF", shared)]
    static HALF: CircuitBreaker;
    #[circuit_breaker(name = "THIRD", shared(quorum = 0.3))]
    static THIRD: CircuitBreaker;
    let config = CircuitBreakerConfig::new();
    assert_eq!(*HALF.config(), config.clone().shared(0.5));
    assert_eq!(*THIRD.config(), config.shared(0.3));
    assert!(registry().circuit_breaker("HALF").is_some());
}

#[test]
fn a_breaker_within_a_pipeline_takes_part() {
    #[resilient(name = "pay", circuit_breaker(shared))]
    static PAY: Pipeline;
    #[resilient(name = "charge", circuit_breaker(shared))]
    async fn charge() -> Result<(), Rejection> {
        Ok(())
    }
    let _ = (&PAY, charge());
    for name in ["pay.circuit_breaker", "charge.circuit_breaker"] {
        let breaker = registry().circuit_breaker(name).expect("it is listed");
        let sharing = CircuitBreakerConfig::new().shared(0.5);
        assert_eq!(*breaker.config(), sharing, "{name}");
    }
}
