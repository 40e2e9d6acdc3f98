//! The facts of a call across services: over real sockets, and through the layers.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, Request, Response, StatusCode};
use axum::routing::get;
use resilience::{
    Rejection, RejectionKind, Retry, Timeout, inherit, remaining, retry, timeout, wire,
};
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};
use tower::{BoxError, Layer, Service, ServiceBuilder, ServiceExt, service_fn};

/// When work began.
#[derive(Clone, Default)]
struct Begun(Arc<Mutex<Vec<Instant>>>);

impl Begun {
    fn note(&self) {
        self.0.lock().unwrap().push(Instant::now());
    }

    fn since(&self, start: Instant) -> Vec<Duration> {
        self.0.lock().unwrap().iter().map(|begun| *begun - start).collect()
    }
}

async fn listening(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}/")
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

async fn ask(url: &str) -> Result<String, BoxError> {
    let told = wire::headers();
    let request =
        told.fold(client().get(url), |request, (name, value)| request.header(name, value));
    Ok(request.send().await?.error_for_status()?.text().await?)
}

#[timeout("1s")]
#[retry(attempts = 10, delay = "1ms", jitter = none)]
#[timeout("400ms")]
async fn front(second: &str) -> Result<String, BoxError> {
    ask(second).await
}

#[retry(attempts = 100, delay = "1ms", backoff = fixed, jitter = none)]
#[timeout("70ms")]
async fn ask_the_third(third: &str, begun: &Begun) -> Result<String, BoxError> {
    begun.note();
    ask(third).await
}

/// Its work goes on in a task of its own, which no broken connection ends.
fn second(third: String, begun: Begun) -> Router {
    let work = move || async move {
        let work = async move { ask_the_third(&third, &begun).await };
        match tokio::spawn(inherit(work)).await.unwrap() {
            Ok(answer) => Ok(answer),
            Err(_) => Err(StatusCode::BAD_GATEWAY),
        }
    };
    Router::new().route("/", get(work))
}

/// A front that waits for a second, a second service, and a third one that never answers: when work began at the second.
async fn begun_at_the_second(guarded: impl FnOnce(Router) -> Router) -> Vec<Duration> {
    let dead = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let third = format!("http://{}/", dead.local_addr().unwrap());
    let begun = Begun::default();
    let second = listening(guarded(second(third, begun.clone()))).await;
    let start = Instant::now();
    assert!(front(&second).await.is_err());
    assert!(start.elapsed() <= Duration::from_secs(1));
    sleep(Duration::from_secs(20)).await;
    begun.since(start)
}

#[tokio::test(start_paused = true)]
async fn no_work_begins_after_the_second_that_the_front_has() {
    let begun = begun_at_the_second(|second| second.layer(resilience::tower::inbound())).await;
    assert!(begun.len() > 10, "the second service works: {begun:?}");
    assert!(begun.iter().all(|begun| *begun < Duration::from_secs(1)), "{begun:?}");
    // Without the layer it does not know.
    let begun = begun_at_the_second(|second| second).await;
    assert!(begun.iter().any(|begun| *begun > Duration::from_secs(1)), "{begun:?}");
}

fn request(headers: &[(&str, &str)]) -> Request<String> {
    let request = headers
        .iter()
        .fold(Request::post("/"), |request, (name, value)| request.header(*name, *value));
    request.body(String::new()).unwrap()
}

async fn handled<S>(service: S, headers: &[(&str, &str)]) -> Response<String>
where
    S: Service<Request<String>, Response = Response<String>, Error = BoxError>,
{
    service.oneshot(request(headers)).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn requests_without_time_are_rejected_in_the_words_of_their_protocol() {
    let runs = Begun::default();
    let counted = runs.clone();
    let work = service_fn(move |_: Request<String>| {
        counted.note();
        std::future::pending::<Result<Response<String>, BoxError>>()
    });
    let service = resilience::tower::inbound().layer(work);
    let rejected = handled(service.clone(), &[("x-request-timeout-ms", "4")]).await;
    assert_eq!(rejected.status(), StatusCode::GATEWAY_TIMEOUT);
    let grpc = ("content-type", "application/grpc+proto");
    let rejected = handled(service.clone(), &[("grpc-timeout", "4m"), grpc]).await;
    assert_eq!((rejected.status(), rejected.body().as_str()), (StatusCode::OK, ""));
    assert_eq!(rejected.headers()["grpc-status"], "4");
    assert_eq!(rejected.headers()["content-type"], "application/grpc");
    assert_eq!(runs.since(Instant::now()).len(), 0);

    let start = Instant::now();
    let late = handled(service.clone(), &[("grpc-timeout", "250m"), grpc]).await;
    assert_eq!(late.headers()["grpc-status"], "4");
    let late = handled(service, &[("x-envoy-expected-rq-timeout-ms", "750")]).await;
    assert_eq!(late.status(), StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(start.elapsed(), Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn options_say_what_is_believed() {
    let shown = service_fn(|_: Request<String>| async {
        let (attempt, priority) = (resilience::attempt(), resilience::priority());
        let known = format!("{:?} {attempt} {priority}", remaining());
        Ok::<_, BoxError>(Response::new(known))
    });
    let sent = [
        ("grpc-timeout", "1M"),
        ("x-resilience-attempt", "2"),
        ("x-resilience-priority", "critical-plus"),
        ("x-mesh", "shop"),
    ];
    for (layer, known) in [
        (resilience::tower::inbound(), "Some(60s) 1 critical"),
        (resilience::tower::inbound().at_most("30s"), "Some(30s) 1 critical"),
        (resilience::tower::inbound().at_most(Duration::from_secs(90)), "Some(60s) 1 critical"),
        (resilience::tower::inbound().ignore_deadline(), "None 1 critical"),
        (resilience::tower::inbound().ignore_deadline().at_most("3s"), "Some(3s) 1 critical"),
        (
            resilience::tower::inbound().trust(|sent| sent.contains_key("x-mesh")),
            "Some(60s) 2 critical-plus",
        ),
        (resilience::tower::inbound().trust(|_| true).demote_retries(), "Some(60s) 2 critical"),
        (resilience::tower::inbound().demote_retries(), "Some(60s) 1 critical"),
        (
            resilience::tower::inbound().trust(|sent| sent.contains_key("x-else")),
            "Some(60s) 1 critical",
        ),
    ] {
        assert_eq!(handled(layer.layer(shown), &sent).await.body(), known);
    }
    let strict = resilience::tower::inbound().min("2m").layer(shown);
    assert_eq!(handled(strict, &sent).await.status(), StatusCode::GATEWAY_TIMEOUT);
    let nothing = [("grpc-timeout", "1 parsec"), ("x-request-timeout-ms", "-1")];
    assert_eq!(
        handled(resilience::tower::inbound().layer(shown), &nothing).await.body(),
        "None 1 critical"
    );
}

#[test]
#[should_panic(expected = "`parsec` is not a unit")]
fn text_that_is_no_duration_panics() {
    let _ = resilience::tower::inbound().at_most("1 parsec");
}

#[timeout("1s")]
static SECOND: Timeout;

#[retry(attempts = 3, delay = "100ms", backoff = fixed, jitter = none)]
static THRICE: Retry;

/// What each attempt of a call was sent with.
async fn sent(request: Request<()>) -> (Vec<HeaderMap>, Option<RejectionKind>) {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&sent);
    let fails = service_fn(move |request: Request<()>| {
        seen.lock().unwrap().push(request.headers().clone());
        std::future::ready(Err::<Response<()>, BoxError>("no answer".into()))
    });
    let client = ServiceBuilder::new()
        .layer(SECOND.layer())
        .layer(THRICE.layer())
        .layer(resilience::tower::outbound())
        .service(fails);
    let error = client.oneshot(request).await.unwrap_err();
    let sent = sent.lock().unwrap().clone();
    (sent, Rejection::find(&*error).map(Rejection::kind))
}

fn all(sent: &[HeaderMap], name: &str) -> Vec<String> {
    let values = sent.iter().filter_map(|headers| headers.get(name));
    values.map(|value| value.to_str().unwrap().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn each_attempt_goes_out_with_what_is_left() {
    let (posted, _) = sent(Request::post("/").body(()).unwrap()).await;
    assert_eq!(all(&posted, "grpc-timeout"), ["995m", "895m", "795m"]);
    assert_eq!(all(&posted, "x-request-timeout-ms"), ["995", "895", "795"]);
    assert_eq!(all(&posted, "x-resilience-attempt"), ["1", "2", "3"]);
    let keys = all(&posted, "idempotency-key");
    assert!(keys.len() == 3 && keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    let (read, _) = sent(Request::get("/").body(()).unwrap()).await;
    assert_eq!(all(&read, "idempotency-key"), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn what_a_request_says_itself_stays() {
    let own = Request::post("/").header("idempotency-key", "mine").header("grpc-timeout", "850m");
    let (sent, _) = sent(own.body(()).unwrap()).await;
    assert_eq!(all(&sent, "idempotency-key"), ["mine"; 3]);
    assert_eq!(all(&sent, "grpc-timeout"), ["850m", "850m", "795m"]);
}

#[tokio::test(start_paused = true)]
async fn a_request_without_time_is_not_sent() {
    let runs = Begun::default();
    let counted = runs.clone();
    let client =
        resilience::tower::outbound().margin("1s").layer(service_fn(move |_: Request<()>| {
            counted.note();
            std::future::ready(Ok::<_, BoxError>(Response::new(())))
        }));
    let late = SECOND.call(async { Ok::<_, Rejection>(inherit(client.oneshot(Request::new(())))) });
    let late = late.await.unwrap();
    tokio::time::advance(Duration::from_secs(2)).await;
    let error = late.await.unwrap_err();
    assert_eq!(Rejection::find(&*error).map(Rejection::policy), Some("outbound"));
    assert_eq!(runs.since(Instant::now()).len(), 0);
}
