//! The guarded HTTP client, against real servers on loopback.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse, Response};
use resilience::reqwest::Client;
use resilience::{Error, RejectionKind, registry, timeout};
use tokio::net::TcpListener;
use tokio::time::Instant;

/// Answers in this order, then 200, and keeps what it was sent.
#[derive(Clone, Default)]
struct Script {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    seen: Arc<Mutex<Vec<(Method, HeaderMap)>>>,
}

#[derive(Clone, Copy)]
enum Answer {
    Status(u16),
    Later(u16, &'static str),
    Never,
    /// The head, and never the body.
    Stalls,
}

async fn answer(State(script): State<Script>, request: Request) -> Response {
    script.seen.lock().unwrap().push((request.method().clone(), request.headers().clone()));
    let answer = script.answers.lock().unwrap().pop_front();
    let status = |status| axum::http::StatusCode::from_u16(status).unwrap();
    match answer {
        Some(Answer::Status(code)) => status(code).into_response(),
        Some(Answer::Later(code, wait)) => (status(code), [("retry-after", wait)]).into_response(),
        Some(Answer::Never) => std::future::pending().await,
        Some(Answer::Stalls) => {
            Response::new(axum::body::Body::from_stream(futures_util::stream::pending::<
                Result<String, std::io::Error>,
            >()))
        }
        None => "hello".into_response(),
    }
}

impl Script {
    fn of(answers: &[Answer]) -> Self {
        let answers = Arc::new(Mutex::new(answers.iter().copied().collect()));
        Self { answers, ..Self::default() }
    }

    async fn serve(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        format!("http://{address}/")
    }

    fn seen(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    fn all(&self, name: &str) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        let values = seen.iter().filter_map(|(_, headers)| headers.get(name));
        values.map(|value| value.to_str().unwrap().to_owned()).collect()
    }
}

fn client(name: &'static str) -> Client {
    Client::named(name).with(reqwest::Client::builder().no_proxy().build().unwrap())
}

fn kind<T>(outcome: Result<T, Error<reqwest::Error>>) -> Option<RejectionKind> {
    outcome.err().and_then(|error| error.into_inner().err()).map(|rejection| rejection.kind())
}

const UNAVAILABLE: Answer = Answer::Status(503);

#[tokio::test(start_paused = true)]
async fn what_may_be_repeated_is() {
    let http = client("repeats");
    for (method, runs) in [
        (Method::GET, 3),
        (Method::HEAD, 3),
        (Method::PUT, 3),
        (Method::DELETE, 3),
        (Method::POST, 1),
        (Method::PATCH, 1),
    ] {
        let script = Script::of(&[UNAVAILABLE, UNAVAILABLE]);
        let url = script.serve().await;
        let response = http.request(method.clone(), url).send().await.unwrap();
        assert_eq!(response.status(), if runs == 3 { 200 } else { 503 }, "{method}");
        assert_eq!(script.seen(), runs, "{method}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_post_that_is_idempotent_is_repeated_under_one_key() {
    let script = Script::of(&[UNAVAILABLE, UNAVAILABLE]);
    let url = script.serve().await;
    let response = client("posts").post(&url).body("a book").idempotent().send().await.unwrap();
    assert_eq!(response.text().await.unwrap(), "hello");
    let keys = script.all("idempotency-key");
    assert!(keys.len() == 3 && keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    assert_eq!(script.all("x-resilience-attempt"), ["1", "2", "3"]);

    let script = Script::of(&[UNAVAILABLE]);
    let url = script.serve().await;
    client("posts").post(url).header("idempotency-key", "mine").send().await.unwrap();
    assert_eq!(script.all("idempotency-key"), ["mine", "mine"]);
}

#[tokio::test(start_paused = true)]
async fn each_attempt_tells_the_time_that_is_left() {
    let script = Script::of(&[Answer::Later(503, "2")]);
    let url = script.serve().await;
    client("tells").get(&url).timeout("9s").send().await.unwrap();
    let left: Vec<u64> =
        script.all("x-request-timeout-ms").iter().map(|left| left.parse().unwrap()).collect();
    assert!((8900..=8995).contains(&left[0]) && left[1] <= left[0] - 2000, "{left:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_permanent_or_an_answer_is_not_repeated() {
    let script = Script::of(&[Answer::Status(404), Answer::Status(501)]);
    let url = script.serve().await;
    let http = client("answers");
    assert_eq!(http.get(&url).send().await.unwrap().status(), 404);
    assert_eq!(http.get(&url).send().await.unwrap().status(), 501);
    assert_eq!(script.seen(), 2);
}

#[tokio::test(start_paused = true)]
async fn attempts_and_calls_have_limits() {
    let http = client("limits");
    let script = Script::of(&[Answer::Never]);
    let (url, start) = (script.serve().await, Instant::now());
    assert_eq!(http.get(url).send().await.unwrap().status(), 200);
    assert!(start.elapsed() >= Duration::from_secs(10), "{:?}", start.elapsed());

    let script = Script::of(&[Answer::Never; 3]);
    let (url, start) = (script.serve().await, Instant::now());
    let late = http.get(url).timeout("1s").send().await;
    assert_eq!(kind(late), Some(RejectionKind::TimedOut));
    assert_eq!(start.elapsed(), Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_requests_own_limit_is_that_of_its_body_too() {
    let http = client("bodies");
    let script = Script::of(&[UNAVAILABLE, Answer::Stalls]);
    let (url, start) = (script.serve().await, Instant::now());
    let response = http.get(url).timeout("1s").send().await.unwrap();
    let late = response.text().await.unwrap_err();
    assert!(late.is_timeout(), "{late:?}");
    let took = start.elapsed();
    assert!((1000..1100).contains(&took.as_millis()), "with the first attempt's: {took:?}");

    let script = Script::of(&[Answer::Stalls]);
    let response = http.get(script.serve().await).send().await.unwrap();
    let hour = Duration::from_secs(3600);
    assert!(tokio::time::timeout(hour, response.text()).await.is_err(), "it has no limit");
}

#[tokio::test(start_paused = true)]
async fn a_host_that_dies_is_left_alone_after_ten_calls_whatever_it_was_before() {
    let http = client("dies");
    let script = Script::of(&[Answer::Status(200); 50]);
    let url = script.serve().await;
    for _ in 0..50 {
        http.get(&url).send().await.unwrap();
    }
    script.answers.lock().unwrap().extend([UNAVAILABLE; 30]);
    for _ in 0..30 {
        let _ = http.get(&url).send().await;
    }
    assert_eq!(script.seen(), 60);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_around_it_holds() {
    #[timeout("500ms")]
    async fn ask(http: &Client, url: &str) -> Result<u16, Error<reqwest::Error>> {
        Ok(http.get(url).send().await?.status().as_u16())
    }
    let script = Script::of(&[Answer::Never; 3]);
    let (url, start) = (script.serve().await, Instant::now());
    assert_eq!(kind(ask(&client("inside"), &url).await), Some(RejectionKind::TimedOut));
    assert_eq!((start.elapsed(), script.seen()), (Duration::from_millis(500), 1));
    assert!(script.all("grpc-timeout")[0].parse::<u64>().is_err());
}

#[tokio::test(start_paused = true)]
async fn each_host_has_a_circuit_of_its_own() {
    let (down, up) = (Script::of(&vec![UNAVAILABLE; 1000]), Script::default());
    let (down_url, up_url) = (down.serve().await, up.serve().await);
    let http = client("hosts");
    let mut calls = 0;
    while kind(http.get(&down_url).send().await) != Some(RejectionKind::CircuitOpen) {
        calls += 1;
        assert!(calls < 1000, "the circuit opens");
    }
    let seen = down.seen();
    assert_eq!(kind(http.get(&down_url).send().await), Some(RejectionKind::CircuitOpen));
    assert_eq!(down.seen(), seen);
    assert_eq!(http.get(&up_url).send().await.unwrap().status(), 200);
}

#[tokio::test(start_paused = true)]
async fn no_connection_is_tried_again_and_is_the_error() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let failed = client("unreachable").get(format!("http://{free}/")).send().await.unwrap_err();
    assert!(failed.inner().is_some_and(reqwest::Error::is_connect), "{failed:?}");
    assert_eq!(registry().retry("unreachable").unwrap().totals().retries, 2);
    let broken = client("unreachable").get("no url").send().await.unwrap_err();
    assert!(broken.inner().is_some_and(reqwest::Error::is_builder), "{broken:?}");
}

#[tokio::test(start_paused = true)]
async fn its_policies_are_listed_once_under_its_name() {
    let (_first, _second) = (client("listed"), client("listed"));
    assert!(
        registry().timeout("listed").is_some() && registry().timeout("listed.attempt").is_some()
    );
    assert!(registry().retry("listed").is_some());
    assert!(registry().name_clashes().iter().all(|clash| clash.name != "listed"));
}
