//! The same instances as tower layers: around services, and around axum routes over a real socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use resilience::{
    CircuitBreaker, CircuitState, Hedge, Keyed, Pipeline, RateLimiter, Rejection, RejectionKind,
    Retry, Timeout, circuit_breaker, hedge, rate_limit, resilient, retry, timeout,
};
use tower::{BoxError, Service, ServiceBuilder, ServiceExt, service_fn};

#[circuit_breaker(consecutive_failures = 2)]
static BREAKER: CircuitBreaker;

#[retry(attempts = 3, delay = "1ms")]
static RETRY: Retry;

#[timeout("1s")]
static LIMIT: Timeout;

#[hedge(after = "10ms")]
static HEDGE: Hedge;

#[resilient(retry(attempts = 4, delay = "1ms"), circuit_breaker(consecutive_failures = 3))]
static PIPELINE: Pipeline;

/// A service that answers with a status, and counts.
fn statuses<F: Fn(u32) -> u16 + Clone + Send + 'static>(
    runs: &Arc<AtomicU32>,
    status: F,
) -> impl Service<&'static str, Response = u16, Error = BoxError, Future: Send> + Clone + Send + use<F>
{
    let runs = Arc::clone(runs);
    service_fn(move |_: &'static str| {
        let status = status(runs.fetch_add(1, Ordering::Relaxed) + 1);
        async move { Ok::<_, BoxError>(status) }
    })
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "predicates see references")]
fn is_server_error(status: &u16) -> bool {
    *status >= 500
}

fn kind(error: &BoxError) -> Option<RejectionKind> {
    Rejection::find(&**error).map(Rejection::kind)
}

#[tokio::test(start_paused = true)]
async fn a_breaker_judges_responses_and_refuses() {
    let runs = Arc::default();
    let mut service = ServiceBuilder::new()
        .layer(BREAKER.layer().when_ok(is_server_error))
        .service(statuses(&runs, |_| 503));
    for _ in 0..2 {
        assert_eq!(service.ready().await.unwrap().call("a").await.unwrap(), 503);
    }
    let refused = service.ready().await.unwrap().call("a").await.unwrap_err();
    assert_eq!(
        (kind(&refused), BREAKER.state()),
        (Some(RejectionKind::CircuitOpen), CircuitState::Open)
    );
    assert_eq!(runs.load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn a_retry_calls_again_with_the_same_request() {
    let runs = Arc::default();
    let service = ServiceBuilder::new()
        .layer(RETRY.layer().when_ok(is_server_error))
        .service(statuses(&runs, |run| if run < 3 { 500 } else { 200 }));
    assert_eq!(service.oneshot("a").await.unwrap(), 200);
    assert_eq!(runs.load(Ordering::Relaxed), 3);
}

/// Calls of a layer of ours above a service that admits one call at a time: each must end, and so must the next.
macro_rules! calls_above_a_limit_of_one {
    ($($test:ident, $buffered:ident: $layer:expr;)*) => {
        $(
            #[tokio::test(start_paused = true)]
            async fn $test() {
                let runs = Arc::default();
                let service = ServiceBuilder::new()
                    .layer($layer.when_ok(is_server_error))
                    .concurrency_limit(1)
                    .service(statuses(&runs, |run| if run % 2 == 1 { 500 } else { 200 }));
                ends_every_call(service).await;
                assert_eq!(runs.load(Ordering::Relaxed), 6);
            }

            #[tokio::test(start_paused = true)]
            async fn $buffered() {
                let runs = Arc::default();
                let service = ServiceBuilder::new()
                    .layer($layer.when_ok(is_server_error))
                    .buffer(1)
                    .concurrency_limit(1)
                    .service(statuses(&runs, |run| if run % 2 == 1 { 500 } else { 200 }));
                ends_every_call(service).await;
                assert_eq!(runs.load(Ordering::Relaxed), 6);
            }
        )*
    };
}

calls_above_a_limit_of_one! {
    a_retry_uses_the_service_that_was_made_ready, a_retry_above_a_buffer: RETRY.layer();
    a_hedge_uses_the_service_that_was_made_ready, a_hedge_above_a_buffer: HEDGE.layer();
    a_pipeline_uses_the_service_that_was_made_ready, a_pipeline_above_a_buffer: PIPELINE.layer();
}

async fn ends_every_call<S>(mut service: S)
where
    S: Service<&'static str, Response = u16, Error = BoxError>,
{
    for _ in 0..3 {
        let call = async { service.ready().await.unwrap().call("a").await };
        let answer = tokio::time::timeout(Duration::from_secs(60), call).await;
        assert_eq!(answer.expect("nothing is held that the call waits for").unwrap(), 200);
    }
}

#[tokio::test(start_paused = true)]
async fn a_rejected_call_holds_nothing_once_it_has_answered() {
    #[resilient(circuit_breaker(name = "forced open under tower"), retry)]
    static OPEN: Pipeline;
    let breaker = resilience::registry().circuit_breaker("forced open under tower").unwrap();
    let runs = Arc::default();
    let mut service = ServiceBuilder::new()
        .layer(OPEN.layer())
        .concurrency_limit(1)
        .service(statuses(&runs, |_| 200));
    breaker.force_open();
    let mut rejected = std::pin::pin!(service.ready().await.unwrap().call("a"));
    assert_eq!(kind(&rejected.as_mut().await.unwrap_err()), Some(RejectionKind::CircuitOpen));
    let ready = tokio::time::timeout(Duration::from_secs(1), service.ready()).await;
    assert!(ready.is_ok(), "the answered call is still held, the permit is not");
}

#[tokio::test(start_paused = true)]
async fn the_request_says_whose_policy_guards_it() {
    #[rate_limit("1/h")]
    static TENANTS: Keyed<RateLimiter>;
    let runs = Arc::default();
    let service = ServiceBuilder::new()
        .layer(TENANTS.layer(|tenant: &&'static str| (*tenant).to_owned()))
        .concurrency_limit(1)
        .service(statuses(&runs, |_| 200));
    assert_eq!(service.clone().oneshot("a").await.unwrap(), 200);
    assert_eq!(service.clone().oneshot("b").await.unwrap(), 200);
    let rejected = service.oneshot("a").await.unwrap_err();
    assert_eq!(
        (kind(&rejected), runs.load(Ordering::Relaxed)),
        (Some(RejectionKind::RateLimited), 2)
    );
}

#[tokio::test(start_paused = true)]
async fn a_timeout_cuts_off() {
    let hangs = service_fn(|_: &'static str| std::future::pending::<Result<u16, BoxError>>());
    let service = ServiceBuilder::new().layer(LIMIT.layer()).service(hangs);
    assert_eq!(kind(&service.oneshot("a").await.unwrap_err()), Some(RejectionKind::TimedOut));
}

#[tokio::test(start_paused = true)]
async fn a_whole_policy_is_a_layer() {
    let runs = Arc::default();
    let service = ServiceBuilder::new()
        .layer(PIPELINE.layer().when_ok(is_server_error))
        .service(statuses(&runs, |_| 500));
    let refused = service.oneshot("a").await.unwrap_err();
    assert_eq!(
        (kind(&refused), runs.load(Ordering::Relaxed)),
        (Some(RejectionKind::CircuitOpen), 3)
    );
}

#[tokio::test]
async fn a_route_is_guarded_over_a_real_socket() {
    #[resilience::bulkhead(name = "route", max_concurrent = 1)]
    static ROUTE: resilience::Bulkhead;

    async fn as_response(error: BoxError) -> axum::response::Response {
        use axum::response::IntoResponse;
        match Rejection::find(&*error) {
            Some(rejection) => rejection.into_response(),
            None => axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
    let guarded = ServiceBuilder::new()
        .layer(axum::error_handling::HandleErrorLayer::new(as_response))
        .layer(ROUTE.layer());
    let app: axum::Router = axum::Router::new()
        .route("/", axum::routing::get(|| async { "hello" }))
        .route_layer(guarded);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });

    assert!(get(address).await.starts_with("HTTP/1.1 200"));
    let held = ROUTE.try_acquire().unwrap();
    let refused = get(address).await;
    assert!(refused.starts_with("HTTP/1.1 503"), "{refused}");
    assert!(refused.to_lowercase().contains("retry-after: 1"), "{refused}");
    drop(held);
    server.abort();
}

async fn get(address: std::net::SocketAddr) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut response = String::new();
    let read = stream.read_to_string(&mut response);
    tokio::time::timeout(Duration::from_secs(10), read).await.expect("the server answers").unwrap();
    response
}
