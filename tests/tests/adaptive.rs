//! `#[bulkhead(adaptive)]`: the limit finds itself, wherever the bulkhead stands.

use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use resilience::{
    Bulkhead, BulkheadConfig, Event, Keyed, Mode, Pipeline, QueueOrder, Rejection, RejectionKind,
    Timeout, bulkhead, registry, resilient, timeout,
};
use tokio::time::{Instant, sleep};
use tower::{BoxError, ServiceBuilder, ServiceExt, service_fn};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[derive(Debug, PartialEq)]
enum Failure {
    Busy,
    NotFound,
    Rejected(Rejection),
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

/// Calls side by side, as many as there are slots.
async fn together<F: Future>(calls: u32, call: impl Fn() -> F) {
    futures_util::future::join_all((0..calls).map(|_| call())).await;
}

#[bulkhead(adaptive, initial = 10, max_concurrent = 40, window = "10ms", min_samples = 10)]
async fn quick() -> Result<(), Failure> {
    sleep(ms(20)).await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_is_needed_grows() {
    let slots = registry().bulkhead("adaptive::quick").unwrap();
    assert_eq!(slots.limit(), 10);
    for _ in 0..40 {
        together(slots.limit(), quick).await;
    }
    assert_eq!(slots.limit(), 40);
    let shown = slots.adaptive().unwrap();
    assert_eq!((shown.base_ms, shown.resets), (Some(20.0), 0));
}

#[bulkhead(adaptive, initial = 10, window = "10ms", min_samples = 10)]
async fn told() -> Result<(), Failure> {
    sleep(ms(20)).await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_change_is_told_once_a_second_at_most() {
    let mut events = registry().events();
    let (slots, start) = (registry().bulkhead("adaptive::told").unwrap(), Instant::now());
    let mut changes = Vec::new();
    while start.elapsed() < ms(3_500) {
        together(slots.limit(), told).await;
        // Read as they come: other tests' events fill the ring, too.
        while let Some(Some(event)) = events.next().now_or_never() {
            match event {
                Event::LimitChanged { policy, from, to, .. } if policy == *slots.name() => {
                    changes.push((from, to));
                }
                _ => {}
            }
        }
    }
    assert!((3..=4).contains(&changes.len()), "{changes:?}");
    assert!(changes.windows(2).all(|pair| pair[0].1 == pair[1].0), "{changes:?}");
    assert!(
        changes[0].0 == 10 && changes.iter().all(|(_, to)| *to <= slots.limit()),
        "{changes:?}"
    );
}

#[bulkhead(
    adaptive,
    min_concurrent = 2,
    initial = 10,
    tolerance = 2.0,
    window = "10ms",
    min_samples = 10,
    max_latency = "1s",
    overload_err = |failure| *failure == Failure::Busy,
)]
async fn answers(failure: Failure) -> Result<(), Failure> {
    sleep(ms(20)).await;
    Err(failure)
}

#[tokio::test(start_paused = true)]
async fn errors_say_nothing_but_those_that_mean_overload() {
    let slots = registry().bulkhead("adaptive::answers").unwrap();
    for _ in 0..20 {
        together(slots.limit(), || answers(Failure::NotFound)).await;
    }
    assert_eq!((slots.limit(), slots.adaptive().unwrap().base_ms), (10, None));
    for _ in 0..20 {
        together(slots.limit(), || answers(Failure::Busy)).await;
    }
    assert_eq!(slots.limit(), 2);
}

#[bulkhead(adaptive, initial = 10, window = "10ms", min_samples = 10)]
static SHARED: Bulkhead;

#[bulkhead(SHARED, overload_err = |_| true)]
async fn through_the_shared_one() -> Result<(), Failure> {
    sleep(ms(20)).await;
    Err(Failure::Busy)
}

#[resilient(
    bulkhead(adaptive, initial = 10, window = "10ms", min_samples = 10),
    attempt_timeout("50ms")
)]
async fn standard() -> Result<(), Rejection> {
    sleep(ms(1_000)).await;
    Ok(())
}

#[resilient(
    bulkhead(adaptive, initial = 10, window = "10ms", min_samples = 10),
    attempt_timeout("50ms"),
    timeout(off)
)]
static WHOLE: Pipeline;

#[resilient(WHOLE)]
async fn through_the_pipeline() -> Result<(), Rejection> {
    sleep(ms(1_000)).await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn shared_ones_and_pipelines_learn_too() {
    for _ in 0..5 {
        together(SHARED.limit(), through_the_shared_one).await;
    }
    assert!(SHARED.limit() < 10);
    for (name, is_pipeline) in
        [("adaptive::standard.bulkhead", false), ("adaptive::WHOLE.bulkhead", true)]
    {
        let slots = registry().bulkhead(name).unwrap();
        for _ in 0..5 {
            if is_pipeline {
                together(slots.limit(), through_the_pipeline).await;
            } else {
                together(slots.limit(), standard).await;
            }
        }
        assert!(slots.limit() < 10, "{name}: {}", slots.limit());
    }
}

#[bulkhead(adaptive, initial = 10, window = "10ms", min_samples = 10, key = tenant)]
async fn per_tenant(tenant: u32, took: Duration) -> Result<(), Rejection> {
    sleep(took).await;
    Ok(())
}

#[bulkhead(adaptive, initial = 10, window = "10ms", min_samples = 10)]
static TENANTS: Keyed<Bulkhead>;

#[bulkhead(TENANTS, key = tenant)]
async fn shared_per_tenant(tenant: u32) -> Result<(), Rejection> {
    sleep(ms(20)).await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn each_key_has_a_limit_of_its_own() {
    for _ in 0..20 {
        together(10, || per_tenant(1, ms(20))).await;
        together(TENANTS.get(&1_u32).limit(), || shared_per_tenant(1)).await;
    }
    assert!(TENANTS.get(&1_u32).limit() > 20);
    assert_eq!(TENANTS.get(&2_u32).limit(), 10);
}

#[bulkhead(max_concurrent = 1, max_wait = "10s", queue = adaptive, queue_target = "2ms")]
async fn queued(took: Duration) -> Result<(), Rejection> {
    sleep(took).await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_queue_may_be_adaptive_without_the_limit() {
    let mut calls = Vec::new();
    for _ in 0..400 {
        calls.push(tokio::spawn(queued(ms(4))));
        sleep(ms(2)).await;
    }
    let mut rejected = 0;
    for call in calls {
        match call.await.unwrap() {
            Ok(()) => {}
            Err(rejection) => {
                assert_eq!(rejection.kind(), RejectionKind::BulkheadFull);
                rejected += 1;
            }
        }
    }
    assert!((150..=250).contains(&rejected), "{rejected}");
}

#[bulkhead(max_concurrent = 1, max_wait = "10s", queue = adaptive, queue_target = "1h")]
async fn patient(took: Duration) -> Result<(), Rejection> {
    sleep(took).await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn no_wait_is_too_long_for_a_queue_with_a_long_target() {
    let calls: Vec<_> = (0..400).map(|_| tokio::spawn(patient(ms(4)))).collect();
    for call in calls {
        assert_eq!(call.await.unwrap(), Ok(()));
    }
}

#[bulkhead(adaptive, initial = 20, window = "10ms", min_samples = 10, max_latency = "10ms")]
async fn slower_than_it_may_be() -> Result<(), Failure> {
    sleep(ms(20)).await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_limit_shrinks_while_calls_take_longer_than_they_may() {
    let slots = registry().bulkhead("adaptive::slower_than_it_may_be").unwrap();
    for _ in 0..20 {
        together(slots.limit(), slower_than_it_may_be).await;
    }
    assert!(slots.limit() < 10, "{}", slots.limit());
}

#[bulkhead(adaptive, initial = 20, window = "10ms", min_samples = 10)]
static BEFORE_A_TIME_LIMIT: Bulkhead;
#[bulkhead(adaptive, initial = 20, window = "10ms", min_samples = 10)]
static BEFORE_RESPONSES: Bulkhead;
#[timeout("50ms")]
static TIME_LIMIT: Timeout;

#[tokio::test(start_paused = true)]
async fn a_layer_learns_from_time_limits_and_responses_further_in() {
    let hangs = ServiceBuilder::new()
        .layer(BEFORE_A_TIME_LIMIT.layer())
        .layer(TIME_LIMIT.layer())
        .service(service_fn(|(): ()| std::future::pending::<Result<(), BoxError>>()));
    for _ in 0..20 {
        assert!(hangs.clone().oneshot(()).await.is_err());
    }
    assert!(BEFORE_A_TIME_LIMIT.limit() < 20, "{}", BEFORE_A_TIME_LIMIT.limit());

    let busy = ServiceBuilder::new()
        .layer(BEFORE_RESPONSES.layer())
        .service(service_fn(|(): ()| async { Ok::<_, BoxError>(unavailable()) }));
    for _ in 0..40 {
        assert!(busy.clone().oneshot(()).await.is_ok());
        sleep(ms(1)).await;
    }
    assert_eq!(BEFORE_RESPONSES.adaptive().unwrap().base_ms, None, "a 503 is no sample");
}

fn unavailable() -> axum::http::Response<axum::body::Body> {
    let mut response = axum::http::Response::new(axum::body::Body::empty());
    *response.status_mut() = axum::http::StatusCode::SERVICE_UNAVAILABLE;
    response
}

#[test]
fn configs_by_hand_say_the_same() {
    const CONFIG: BulkheadConfig = BulkheadConfig::new()
        .adaptive(true)
        .initial(10)
        .max_wait(ms(100))
        .queue(QueueOrder::Adaptive)
        .queue_target(ms(2))
        .min_concurrent(2)
        .tolerance(2.0)
        .window(ms(10))
        .min_samples(10)
        .max_latency(ms(1_000));
    #[bulkhead(config = CONFIG, initial = 12)]
    static BUILT: Bulkhead;
    assert_eq!((BUILT.limit(), BUILT.mode()), (12, Mode::Enforce));
    let json = serde_json::to_value(BUILT.config()).unwrap();
    assert_eq!((&json["max_concurrent"], &json["initial"]), (&200.into(), &12.into()));
    assert_eq!((&json["queue"], &json["window"]), (&"adaptive".into(), &"10ms".into()));
    let read: BulkheadConfig = serde_json::from_value(json).unwrap();
    assert_eq!(read, CONFIG.initial(12).max_concurrent(200));
    let plain = serde_json::to_value(BulkheadConfig::new()).unwrap();
    assert_eq!((&plain["max_concurrent"], &plain["adaptive"]), (&25.into(), &false.into()));
    let snapshot = serde_json::to_value(BUILT.snapshot()).unwrap();
    assert_eq!((&snapshot["limit"], &snapshot["adaptive"]["resets"]), (&12.into(), &0.into()));
}
