//! How tower layers judge HTTP and gRPC responses when nothing else is said.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use resilience::{
    CircuitBreaker, CircuitBreakerConfig, CircuitState, Class, Classify, Keyed, Pipeline,
    Rejection, RejectionKind, Retry, RetryConfig, circuit_breaker, resilient,
};
use tokio::time::Instant;
use tower::{BoxError, Layer, Service, ServiceBuilder, ServiceExt, service_fn};

/// Answers with what `answer` makes of the number of the run.
fn answering<T: Send + 'static, A: Fn(u32) -> T + Clone + Send + 'static>(
    runs: &Arc<AtomicU32>,
    answer: A,
) -> impl Service<(), Response = T, Error = BoxError, Future: Send> + Clone + Send + 'static + use<T, A>
{
    let runs = Arc::clone(runs);
    service_fn(move |()| {
        let answer = answer(runs.fetch_add(1, Relaxed) + 1);
        async move { Ok::<_, BoxError>(answer) }
    })
}

fn response<B: Default>(status: u16, headers: &[(&str, &str)]) -> Response<B> {
    let builder =
        headers.iter().fold(Response::builder().status(status), |builder, (name, value)| {
            builder.header(*name, *value)
        });
    builder.body(B::default()).unwrap()
}

fn breaker() -> &'static CircuitBreaker {
    let config = CircuitBreakerConfig::new().consecutive_failures(8);
    Box::leak(Box::new(CircuitBreaker::new("b", config)))
}

fn retry() -> &'static Retry {
    let config = RetryConfig::new().delay(Duration::from_millis(1));
    Box::leak(Box::new(Retry::new("r", config)))
}

/// What eight calls with such answers make of a breaker.
async fn after_eight<T: Send + 'static>(
    answer: impl Fn(u32) -> T + Clone + Send + 'static,
) -> CircuitState {
    let breaker = breaker();
    let service = breaker.layer().layer(answering(&Arc::default(), answer));
    for _ in 0..8 {
        assert!(service.clone().oneshot(()).await.is_ok());
    }
    breaker.state()
}

#[tokio::test(start_paused = true)]
async fn eight_unavailable_replies_open_the_breaker() {
    let unavailable = |_| response::<Body>(200, &[("grpc-status", "14")]);
    assert_eq!(after_eight(unavailable).await, CircuitState::Open);
    let not_found = |_| response::<Body>(200, &[("grpc-status", "5")]);
    assert_eq!(after_eight(not_found).await, CircuitState::Closed);
    let tonics = |_| response::<tonic::body::Body>(200, &[("grpc-status", "14")]);
    assert_eq!(after_eight(tonics).await, CircuitState::Open);
}

#[tokio::test(start_paused = true)]
async fn statuses_are_judged_whatever_the_body() {
    assert_eq!(after_eight(|_| response::<Body>(503, &[])).await, CircuitState::Open);
    assert_eq!(after_eight(|_| response::<String>(500, &[])).await, CircuitState::Open);
    assert_eq!(after_eight(|_| response::<Vec<u8>>(429, &[])).await, CircuitState::Open);
    assert_eq!(after_eight(|_| response::<()>(501, &[])).await, CircuitState::Open);
    assert_eq!(after_eight(|_| response::<reqwest::Body>(502, &[])).await, CircuitState::Open);
    let received = |_| reqwest::Response::from(response::<String>(503, &[]));
    assert_eq!(after_eight(received).await, CircuitState::Open);
    assert_eq!(after_eight(|_| response::<Body>(404, &[])).await, CircuitState::Closed);
    assert_eq!(after_eight(|_| 503_u16).await, CircuitState::Closed);
}

/// How often a retry calls a service with that answer, and how long it takes.
async fn retried(status: u16, headers: &'static [(&str, &str)]) -> (u32, Duration) {
    let (runs, start) = (Arc::default(), Instant::now());
    let service =
        retry().layer().layer(answering(&runs, move |_| response::<Body>(status, headers)));
    assert_eq!(service.oneshot(()).await.unwrap().status(), status);
    (runs.load(Relaxed), start.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_retry_repeats_what_is_transient_when_it_is_told_to() {
    assert_eq!(retried(503, &[]).await.0, 3);
    assert_eq!(retried(501, &[]).await.0, 1);
    assert_eq!(retried(404, &[]).await.0, 1);
    assert_eq!(retried(200, &[("grpc-status", "13")]).await.0, 1);
    let (runs, took) = retried(503, &[("retry-after", "2")]).await;
    assert!(runs == 3 && took >= Duration::from_secs(4), "{runs} in {took:?}");
    let pushed_back: &[_] = &[("grpc-status", "14"), ("grpc-retry-pushback-ms", "1500")];
    let (runs, took) = retried(200, pushed_back).await;
    assert!(runs == 3 && took >= Duration::from_secs(3), "{runs} in {took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_rejection_further_in_is_not_repeated() {
    let (runs, breaker) = (Arc::default(), breaker());
    breaker.force_open();
    let retry = retry();
    let service = ServiceBuilder::new()
        .layer(retry.layer())
        .layer(breaker.layer())
        .service(answering(&runs, |_| response::<Body>(200, &[])));
    let error = service.oneshot(()).await.unwrap_err();
    assert_eq!(Rejection::find(&*error).map(Rejection::kind), Some(RejectionKind::CircuitOpen));
    assert_eq!((retry.totals().retries, breaker.totals().rejected), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_and_a_breaker_per_key_judge_alike() {
    #[resilient(
        retry(attempts = 2, delay = "1ms"),
        circuit_breaker(name = "piped", consecutive_failures = 8)
    )]
    static PIPELINE: Pipeline;
    #[circuit_breaker(consecutive_failures = 8)]
    static HOSTS: Keyed<CircuitBreaker>;
    let unavailable = |_| response::<Body>(200, &[("grpc-status", "14")]);
    let runs = Arc::default();
    let piped = PIPELINE.layer().layer(answering(&runs, unavailable));
    for _ in 0..4 {
        assert!(piped.clone().oneshot(()).await.is_ok());
    }
    assert_eq!(runs.load(Relaxed), 8);
    assert_eq!(
        resilience::registry().circuit_breaker("piped").unwrap().state(),
        CircuitState::Open
    );
    let keyed = HOSTS.layer(|(): &()| 7_u32).layer(answering(&Arc::default(), unavailable));
    for _ in 0..8 {
        assert!(keyed.clone().oneshot(()).await.is_ok());
    }
    assert_eq!(HOSTS.get(&7_u32).state(), CircuitState::Open);
}

/// A gRPC response with a message, if it isn't empty, and that status in its trailers.
fn with_trailers(message: &'static str, status: &'static str) -> Response<Body> {
    let trailers =
        HeaderMap::from_iter([("grpc-status".parse().unwrap(), status.parse().unwrap())]);
    let body =
        Full::new(Bytes::from(message)).with_trailers(std::future::ready(Some(Ok(trailers))));
    let response = Response::builder().header("content-type", "application/grpc");
    response.body(Body::new(body)).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_breaker_counts_a_grpc_call_when_its_trailers_are_read() {
    let breaker = breaker();
    let call = |message, status| {
        let service = breaker.layer();
        service
            .layer(answering(&Arc::default(), move |_| with_trailers(message, status)))
            .oneshot(())
    };
    for read in 0..7 {
        let response = call("", "14").await.unwrap();
        assert_eq!((breaker.counts().requests, breaker.counts().failures), (read, read));
        let read = response.into_body().collect().await.unwrap();
        assert_eq!(read.trailers().unwrap()["grpc-status"], "14");
    }
    let read = call("a message", "14").await.unwrap().into_body().collect().await.unwrap();
    assert_eq!(read.to_bytes(), "a message");
    assert_eq!(breaker.state(), CircuitState::Open);
    assert_eq!(breaker.totals().requests, 8);
}

#[tokio::test(start_paused = true)]
async fn a_grpc_call_that_is_good_or_not_read_to_its_end_is_a_success() {
    let breaker = breaker();
    let call = |message, status| {
        let service = breaker.layer();
        service
            .layer(answering(&Arc::default(), move |_| with_trailers(message, status)))
            .oneshot(())
    };
    call("a message", "0").await.unwrap().into_body().collect().await.unwrap();
    call("", "5").await.unwrap().into_body().collect().await.unwrap();
    drop(call("a message", "14").await.unwrap());
    assert_eq!((breaker.totals().successes, breaker.totals().requests), (3, 3));
    breaker.force_open();
    assert!(call("", "0").await.is_err());
}

struct Answer(Class);

impl Classify for Answer {
    fn class(&self) -> Class {
        self.0
    }
}

#[tokio::test(start_paused = true)]
async fn answers_of_ones_own_are_judged_when_asked_for() {
    let runs = Arc::default();
    let service =
        retry().layer().classified().layer(answering(&runs, |_| Answer(Class::Transient)));
    assert!(service.oneshot(()).await.is_ok());
    assert_eq!(runs.load(Relaxed), 3);
    let runs = Arc::default();
    let unasked = retry().layer().layer(answering(&runs, |_| Answer(Class::Transient)));
    assert!(unasked.oneshot(()).await.is_ok());
    assert_eq!(runs.load(Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn routes_are_judged_by_the_same_rules() {
    use axum::routing::get;
    let breaker = breaker();
    let app = |status: u16| {
        let status = axum::http::StatusCode::from_u16(status).unwrap();
        axum::Router::<()>::new()
            .route("/", get(move || async move { status }))
            .layer(resilience::axum::layer(breaker))
    };
    for _ in 0..8 {
        app(404).oneshot(Request::new(Body::empty())).await.unwrap();
    }
    assert_eq!(breaker.state(), CircuitState::Closed);
    for _ in 0..8 {
        app(429).oneshot(Request::new(Body::empty())).await.unwrap();
    }
    assert_eq!(breaker.state(), CircuitState::Open);
    let rejected = app(200).oneshot(Request::new(Body::empty())).await.unwrap();
    assert_eq!(rejected.status(), 503);
}
