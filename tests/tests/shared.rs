//! One limit for a fleet, on the store in memory: two limiters of one name are two replicas.

use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use resilience::shared::{self, Memory, Sharing, Unavailable};
use resilience::{
    Event, Keyed, Mode, RateLimitConfig, RateLimiter, Rejection, RejectionKind, rate_limit,
    registry, resilient,
};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::{Instant, advance, sleep, timeout};

const MS: Duration = Duration::from_millis(1);

/// A program has one store: tests take turns.
struct Store {
    memory: Memory,
    _turn: MutexGuard<'static, ()>,
}

async fn connected() -> Store {
    static TURN: Mutex<()> = Mutex::const_new(());
    let turn = TURN.lock().await;
    let memory = Memory::new();
    shared::connect(memory.clone());
    // The first beat.
    tokio::task::yield_now().await;
    Store { memory, _turn: turn }
}

const LIMIT: RateLimitConfig = RateLimitConfig::new().rate("100/s").burst(10).shared(true);

#[allow(clippy::needless_pass_by_value, reason = "tests read shorter with it")]
fn replicas<const N: usize>(name: &'static str, config: RateLimitConfig) -> [RateLimiter; N] {
    std::array::from_fn(|_| RateLimiter::new(name, config.clone()))
}

/// How many of so many calls pass now.
async fn pass(replica: &RateLimiter, calls: usize) -> usize {
    let mut passed = 0;
    for _ in 0..calls {
        passed += usize::from(replica.acquire().await.is_ok());
    }
    passed
}

#[tokio::test(start_paused = true)]
async fn replicas_have_one_limit() {
    let store = connected().await;
    let [one, other] = replicas("one limit", LIMIT);
    assert_eq!(pass(&one, 4).await, 4);
    assert_eq!(pass(&other, 10).await, 6);
    let rejected = one.acquire().await.unwrap_err();
    assert_eq!(rejected.retry_after(), Some(10 * MS));
    advance(30 * MS).await;
    assert_eq!(pass(&one, 2).await + pass(&other, 5).await, 3);
    assert_eq!(one.shared(), Some(Sharing::Connected));
    assert_eq!(other.totals().rejected, 4 + 4);
    drop(store);
}

#[tokio::test(start_paused = true)]
async fn limits_of_other_names_are_apart() {
    let _store = connected().await;
    let ([one], [other]) = (replicas("these", LIMIT), replicas("those", LIMIT));
    assert_eq!(pass(&one, 20).await, 10);
    assert_eq!(pass(&other, 20).await, 10);
}

#[tokio::test(start_paused = true)]
async fn a_rejection_is_believed_without_asking_again() {
    let store = connected().await;
    let [replica] = replicas("believed", LIMIT);
    assert_eq!(pass(&replica, 10).await, 10);
    let asked = store.memory.asked();
    assert_eq!(pass(&replica, 1_000).await, 0);
    assert_eq!(store.memory.asked(), asked + 1);
    advance(10 * MS).await;
    assert_eq!(pass(&replica, 1_000).await, 1);
    assert_eq!(store.memory.asked(), asked + 3);
}

#[tokio::test(start_paused = true)]
async fn turns_are_fetched_ahead_and_given_back() {
    let store = connected().await;
    let config = RateLimitConfig::new().rate("1000/s").burst(200).shared(true);
    let [busy, other] = replicas("ahead", config);
    for _ in 0..500 {
        assert_eq!(pass(&busy, 1).await, 1);
        sleep(2 * MS).await;
    }
    let asked = store.memory.asked();
    assert!(asked < 150, "a call in five asks at most: {asked} of 500");
    // Those left are the other's when their time is over, and the busy one asks.
    sleep(60 * MS).await;
    assert_eq!(pass(&busy, 1).await, 1);
    let left = pass(&other, 200).await;
    assert!((189..=199).contains(&left), "{left}");
}

#[tokio::test(start_paused = true)]
async fn without_a_lease_each_call_asks() {
    let store = connected().await;
    let config = RateLimitConfig::new().rate("1000/s").burst(200).shared(true);
    let [replica] = replicas("each", config.lease(Duration::ZERO));
    for _ in 0..100 {
        assert_eq!(pass(&replica, 1).await, 1);
        sleep(MS).await;
    }
    assert_eq!(store.memory.asked(), 100);
}

#[tokio::test(start_paused = true)]
async fn no_time_has_more_than_the_limit_and_the_leases() {
    let _store = connected().await;
    let config = RateLimitConfig::new().rate("1000/s").burst(100).shared(true);
    let fleet: [RateLimiter; 4] = replicas("bound", config);
    let mut begun = Vec::new();
    for step in 0..1_500_u64 {
        for replica in &fleet {
            begun.extend(replica.acquire().await.is_ok().then_some(step));
        }
        sleep(MS).await;
    }
    for (first, from) in begun.iter().enumerate() {
        let within = begun[first..].iter().take_while(|at| *at - from <= 100).count();
        assert!(within <= 100 + 100 + 4 * 5, "{within} within 100 ms");
    }
    assert!(begun.len() >= 1_500, "{}: nothing is lost", begun.len());
}

#[tokio::test(start_paused = true)]
async fn a_heavy_call_takes_several_turns_or_none() {
    let _store = connected().await;
    let [one, other] = replicas("heavy", LIMIT);
    assert!(one.cost(7).acquire().await.is_ok());
    let rejected = other.cost(4).acquire().await.unwrap_err();
    assert_eq!(rejected.retry_after(), Some(10 * MS));
    assert!(other.cost(3).acquire().await.is_ok(), "a lighter call is not what was rejected");
    let never = other.cost(11).acquire().await.unwrap_err();
    assert_eq!((never.kind(), never.retry_after()), (RejectionKind::RateLimited, None));
    assert!(other.cost(0).acquire().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_patient_call_books_its_turn() {
    let _store = connected().await;
    let config = LIMIT.burst(1).max_wait(25 * MS);
    let [one, other] = replicas("patient", config);
    let start = Instant::now();
    let at = |replica: &'static str| move |()| (replica, start.elapsed());
    let (a, b, c, d) = tokio::join!(
        one.acquire().map(|it| it.map(at("one"))),
        other.acquire().map(|it| it.map(at("other"))),
        one.acquire().map(|it| it.map(at("one"))),
        other.acquire(),
    );
    assert_eq!(a.unwrap(), ("one", Duration::ZERO));
    assert_eq!(b.unwrap(), ("other", 10 * MS));
    assert_eq!(c.unwrap(), ("one", 20 * MS));
    assert_eq!(d.unwrap_err().retry_after(), Some(30 * MS));
    assert_eq!((one.totals().waited, other.totals().waited), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_booked_turn_that_is_not_wanted_any_more_goes_back() {
    let _store = connected().await;
    let [one, other] = replicas("dropped", LIMIT.burst(1).max_wait(1_000 * MS));
    assert_eq!(pass(&one, 1).await, 1);
    assert!(timeout(5 * MS, one.acquire()).await.is_err());
    sleep(MS).await;
    let start = Instant::now();
    assert_eq!(pass(&other, 1).await, 1);
    assert_eq!(start.elapsed(), 4 * MS);
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_deadline_is_rejected_at_once() {
    let _store = connected().await;
    let [one] = replicas("deadline", LIMIT.burst(1).max_wait(1_000 * MS));
    assert_eq!(pass(&one, 4).await, 4);
    let limit = resilience::Timeout::new("total", resilience::TimeoutConfig::new().after(5 * MS));
    let start = Instant::now();
    let rejected = limit.call(one.call(async { Ok::<_, Rejection>(()) })).await.unwrap_err();
    assert_eq!((rejected.kind(), start.elapsed()), (RejectionKind::RateLimited, Duration::ZERO));
}

/// Calls until the store is left alone.
async fn lose(store: &Store, replica: &RateLimiter) {
    store.memory.fail(true);
    while replica.shared() == Some(Sharing::Connected) {
        advance(20 * MS).await;
        let _ = replica.acquire().await;
    }
}

#[tokio::test(start_paused = true)]
async fn alone_a_replica_has_its_part() {
    let store = connected().await;
    let [replica] = replicas("alone", LIMIT.burst(40).replicas(4));
    lose(&store, &replica).await;
    sleep(1_000 * MS).await;
    let mut passed = 0;
    for _ in 0..100 {
        passed += pass(&replica, 10).await;
        sleep(10 * MS).await;
    }
    assert!((25 + 9..=25 + 11).contains(&passed), "a quarter of rate and burst: {passed}");
}

#[tokio::test(start_paused = true)]
async fn a_patient_call_waits_for_this_replicas_part() {
    let store = connected().await;
    let [replica] = replicas("patient alone", LIMIT.max_wait(1_000 * MS));
    lose(&store, &replica).await;
    sleep(1_000 * MS).await;
    let (start, waited) = (Instant::now(), replica.totals().waited);
    assert_eq!(pass(&replica, 30).await, 30);
    assert!(replica.totals().waited >= waited + 15);
    assert!(start.elapsed() >= 150 * MS, "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn an_outage_grants_no_fresh_burst() {
    let store = connected().await;
    let [replica] = replicas("warm", LIMIT.burst(40).replicas(4));
    assert_eq!(pass(&replica, 40).await, 40);
    store.memory.fail(true);
    sleep(20 * MS).await;
    // The local part, 10 calls and 25 a second, was used up 20 ms ago.
    assert_eq!(pass(&replica, 100).await, 0);
    sleep(20 * MS).await;
    assert_eq!(pass(&replica, 100).await, 1);
}

#[tokio::test(start_paused = true)]
async fn an_outage_costs_twenty_milliseconds_now_and_then() {
    let store = connected().await;
    let [replica] = replicas("hanging", LIMIT.unavailable(Unavailable::Allow));
    store.memory.hang(true);
    let start = Instant::now();
    let mut longest = Duration::ZERO;
    for _ in 0..1_000 {
        let begin = Instant::now();
        assert!(replica.acquire().await.is_ok());
        longest = longest.max(begin.elapsed());
        sleep(MS).await;
    }
    assert!(longest <= 21 * MS, "{longest:?}");
    let waited = start.elapsed().saturating_sub(1_000 * MS);
    assert!(waited <= 5 * 21 * MS, "{waited:?}");
    assert_eq!(replica.shared(), Some(Sharing::Lost));
}

#[tokio::test(start_paused = true)]
async fn callers_that_leave_early_do_not_hide_an_outage() {
    let store = connected().await;
    let [replica] = replicas("impatient", LIMIT.unavailable(Unavailable::Allow));
    store.memory.hang(true);
    for _ in 0..20 {
        let _ = timeout(5 * MS, replica.acquire()).await;
    }
    assert_eq!(replica.shared(), Some(Sharing::Lost));
    assert!(replica.acquire().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn the_options_say_what_happens_without_the_store() {
    let store = connected().await;
    let [allowing] = replicas("allowing", LIMIT.unavailable(Unavailable::Allow));
    let [rejecting] = replicas("rejecting", LIMIT.unavailable(Unavailable::Reject));
    lose(&store, &allowing).await;
    assert_eq!(pass(&allowing, 100).await, 100);
    let rejected = rejecting.acquire().await.unwrap_err();
    assert_eq!(rejected.retry_after(), Some(1_000 * MS));
    assert_eq!(rejected.kind(), RejectionKind::RateLimited);
}

#[tokio::test(start_paused = true)]
async fn the_store_is_right_when_it_is_back() {
    let store = connected().await;
    let [one, other] = replicas("back", LIMIT.replicas(2));
    let mut events = registry().events();
    lose(&store, &one).await;
    store.memory.fail(false);
    sleep(1_000 * MS).await;
    while one.shared() != Some(Sharing::Connected) {
        let _ = one.acquire().await;
        sleep(100 * MS).await;
    }
    sleep(200 * MS).await;
    assert_eq!(pass(&other, 7).await, 7);
    assert_eq!(pass(&one, 10).await, 3);
    let mut told = Vec::new();
    while let Some(Some(event)) = events.next().now_or_never() {
        told.push(event);
    }
    let lost = told.iter().position(|event| matches!(event, Event::SharedLost { .. }));
    let back = told.iter().position(|event| matches!(event, Event::SharedBack { .. }));
    assert!(lost.is_some() && lost < back, "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn a_synchronous_caller_has_this_replicas_part() {
    let _store = connected().await;
    let [replica] = replicas("synchronous", LIMIT.replicas(2));
    let passed = (0..100).filter(|_| replica.try_acquire().is_ok()).count();
    assert_eq!(passed, 5);
    assert_eq!(pass(&replica, 20).await, 10, "the store knows nothing of it");
}

#[tokio::test(start_paused = true)]
async fn a_mode_lets_pass_what_the_store_rejects() {
    let _store = connected().await;
    let [replica] = replicas("observed", LIMIT.max_wait(1_000 * MS));
    replica.set_mode(Mode::Observe).unwrap();
    assert_eq!(pass(&replica, 15).await, 15);
    assert_eq!(replica.would_reject(), 5);
    replica.set_mode(Mode::Off).unwrap();
    assert_eq!(pass(&replica, 5).await, 5);
    assert_eq!(replica.bypassed(), 5);
    replica.set_mode(Mode::Enforce).unwrap();
    let start = Instant::now();
    assert_eq!(pass(&replica, 1).await, 1);
    assert_eq!(start.elapsed(), 10 * MS);
}

#[tokio::test(start_paused = true)]
async fn a_mode_lets_pass_what_is_rejected_without_the_store() {
    let store = connected().await;
    let [replica] = replicas("observed alone", LIMIT.unavailable(Unavailable::Reject));
    lose(&store, &replica).await;
    assert_eq!(pass(&replica, 5).await, 0);
    replica.set_mode(Mode::Observe).unwrap();
    assert_eq!((pass(&replica, 5).await, replica.would_reject()), (5, 5));
}

#[tokio::test(start_paused = true)]
async fn a_changed_rate_is_asked_for_at_once() {
    let _store = connected().await;
    let [one, other] = replicas("changed", LIMIT);
    assert_eq!(pass(&one, 10).await, 10);
    one.reconfigure(LIMIT.rate("1000/s")).unwrap();
    assert_eq!(pass(&one, 10).await, 0, "used turns stay used");
    advance(10 * MS).await;
    assert_eq!(pass(&one, 10).await, 10);
    // The other version of the service runs beside it: ten of the one's turns take the time of one of its own.
    assert_eq!(pass(&other, 10).await, 9);
}

#[tokio::test(start_paused = true)]
async fn keys_are_apart() {
    let _store = connected().await;
    let tenants: [Keyed<RateLimiter>; 2] =
        [(); 2].map(|()| Keyed::<RateLimiter>::new("tenants", LIMIT));
    for tenant in ["alice", "bob"] {
        assert_eq!(pass_keyed(&tenants[0], tenant, 6).await, 6);
        assert_eq!(pass_keyed(&tenants[1], tenant, 6).await, 4);
    }
}

async fn pass_keyed(limits: &Keyed<RateLimiter>, key: &str, calls: usize) -> usize {
    let mut passed = 0;
    for _ in 0..calls {
        let limit = limits.get(key);
        passed += usize::from(limit.acquire().await.is_ok());
    }
    passed
}

#[rate_limit("100/s", burst = 10, name = "by attribute", key = tenant, cost = rows, shared)]
async fn search(tenant: &str, rows: u32) -> Result<(), Rejection> {
    let _ = (tenant, rows);
    Ok(())
}

#[resilient(name = "whole", rate_limit("100/s", burst = 2, shared, lease = "0ms"))]
async fn whole() -> Result<(), Rejection> {
    Ok(())
}

#[rate_limit("5/s", name = "declared", shared, unavailable = reject, replicas = 3)]
static DECLARED: RateLimiter;

#[tokio::test(start_paused = true)]
async fn attributes_say_the_same() {
    let _store = connected().await;
    assert!(search("alice", 6).await.is_ok());
    assert!(search("alice", 5).await.is_err());
    assert!(search("bob", 5).await.is_ok());
    let elsewhere = Keyed::<RateLimiter>::new("by attribute", LIMIT);
    assert_eq!(pass_keyed(&elsewhere, "alice", 20).await, 4);
    assert!(whole().await.is_ok() && whole().await.is_ok());
    assert!(whole().await.is_err());
    let [elsewhere] = replicas("whole.rate_limit", LIMIT);
    assert_eq!(pass(&elsewhere, 10).await, 8);
    let options = RateLimitConfig::new().rate("5/s").shared(true);
    assert_eq!(*DECLARED.config(), options.unavailable(Unavailable::Reject).replicas(3));
}

#[tokio::test(start_paused = true)]
async fn metrics_and_snapshot_tell() {
    let store = connected().await;
    let [replica] = replicas("told", LIMIT);
    assert_eq!(pass(&replica, 11).await, 10);
    lose(&store, &replica).await;
    let text = resilience::observe::Format::Prometheus.text(registry());
    for (outcome, count) in [("granted", 10), ("refused", 1), ("failed", 3)] {
        let line = format!(
            "resilience_shared_requests_total{{policy=\"told\",outcome=\"{outcome}\"}} {count}\n"
        );
        assert!(text.contains(&line), "{line} not in\n{text}");
    }
    assert!(text.contains("resilience_shared_leased{policy=\"told\"} 0\n"));
    assert!(text.contains("resilience_shared_request_seconds_count"));
    let shown = serde_json::to_value(replica.snapshot()).unwrap();
    assert_eq!(shown["shared"], "lost");
    assert_eq!(shown["config"]["shared"], true);
}

#[test]
#[should_panic(expected = "needs a tokio runtime")]
fn connecting_needs_a_runtime() {
    shared::connect(Memory::new());
}

#[test]
fn contradictions_do_not_build() {
    let builds = |config: fn() -> RateLimitConfig| {
        std::panic::catch_unwind(|| drop(RateLimiter::new("nonsense", config()))).is_ok()
    };
    assert!(builds(|| RateLimitConfig::per_second(1).shared(true).lease(1_000 * MS)));
    assert!(!builds(|| RateLimitConfig::per_second(1).shared(true).lease(1_001 * MS)));
    assert!(!builds(|| RateLimitConfig::per_second(1).shared(true).replicas(0)));
    assert!(!builds(|| RateLimitConfig::per_second(1).lease(10 * MS)));
    assert!(!builds(|| RateLimitConfig::per_second(1).unavailable(Unavailable::Allow)));
    assert!(!builds(|| RateLimitConfig::per_second(1).replicas(2)));
}
