//! What happens, told to readers of `GET /resilience/events`.

mod http;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, BodyDataStream};
use axum::http::{Request, StatusCode};
use futures_util::StreamExt;
use resilience::{Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, registry};
use serde_json::Value;
use tokio::time::{Instant, sleep};
use tower::ServiceExt;

/// All readers share one listener, which lives in one test's runtime: one test, and one runtime, at a time.
fn alone(test: impl Future<Output = ()>) {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().start_paused(true).build().unwrap().block_on(test);
}

fn breaker(name: &'static str) -> &'static CircuitBreaker {
    registry().insert(CircuitBreaker::new(name, CircuitBreakerConfig::new()))
}

/// A reader's connection.
struct Reader {
    body: BodyDataStream,
    rest: String,
}

/// What came: an event, or something that isn't one.
#[derive(Debug)]
struct Frame {
    id: Option<String>,
    text: String,
}

impl Frame {
    fn json(&self) -> Value {
        let data = self.text.lines().find_map(|line| line.strip_prefix("data: "));
        serde_json::from_str(data.unwrap_or_else(|| panic!("{self:?}"))).unwrap()
    }
}

impl Reader {
    async fn open(query: &str, last_event_id: Option<&str>) -> Self {
        Self::of(resilience::axum::router().into(), query, last_event_id).await
    }

    async fn of(app: Router, query: &str, last_event_id: Option<&str>) -> Self {
        let mut request = Request::builder().uri(format!("/resilience/events{query}"));
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let response = app.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let mut reader =
            Self { body: response.into_body().into_data_stream(), rest: String::new() };
        assert_eq!(reader.next().await.unwrap().text, "retry: 1000");
        reader
    }

    async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(end) = self.rest.find("\n\n") {
                let text = self.rest.drain(..end + 2).collect::<String>().trim_end().to_owned();
                let id = text.lines().find_map(|line| line.strip_prefix("id: ")).map(str::to_owned);
                return Some(Frame { id, text });
            }
            let chunk = self.body.next().await?.unwrap();
            self.rest.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

#[test]
fn a_change_of_state_is_told_within_a_moment() {
    alone(async {
        let breaker = breaker("told");
        let mut reader = Reader::open("?policy=told", None).await;
        let start = Instant::now();
        breaker.force_open();
        let event = reader.next().await.unwrap().json();
        assert!(start.elapsed() < Duration::from_millis(300), "{:?}", start.elapsed());
        assert!(event["at_ms"].as_u64().unwrap() > 0);
        let facts = ["kind", "policy", "event", "from", "to", "cause"]
            .map(|fact| event[fact].as_str().unwrap());
        assert_eq!(
            facts,
            ["circuit_breaker", "told", "state_changed", "closed", "forced-open", "forced"]
        );
        assert!(breaker.try_acquire().is_err());
        let refused = reader.next().await.unwrap().json();
        assert_eq!(
            (&refused["event"], &refused["retry_after_ms"]),
            (&"circuit_open".into(), &Value::Null)
        );
    });
}

#[test]
fn who_reconnects_gets_what_it_missed() {
    alone(async {
        let breaker = breaker("resumed");
        let mut reader = Reader::open("?policy=resumed", None).await;
        breaker.force_open();
        let last = reader.next().await.unwrap().id.unwrap();
        drop(reader);
        breaker.reset();
        breaker.force_close();
        sleep(Duration::from_secs(30)).await;
        let mut reader = Reader::open("?policy=resumed", Some(&last)).await;
        let states = [reader.next().await.unwrap().json(), reader.next().await.unwrap().json()];
        assert_eq!(
            states.map(|event| event["to"].as_str().unwrap().to_owned()),
            ["closed", "forced-closed"]
        );
    });
}

#[test]
fn an_id_of_another_run_means_that_nobody_knows_what_was_missed() {
    alone(async {
        let mut reader = Reader::open("", Some("17f-12")).await;
        let missed = reader.next().await.unwrap().json();
        assert_eq!((&missed["event"], &missed["events"]), (&"missed".into(), &Value::Null));
    });
}

#[test]
fn a_slow_reader_is_told_how_much_it_lost() {
    alone(async {
        let breaker = breaker("busy");
        let mut reader = Reader::open("", None).await;
        for _ in 0..50 {
            for _ in 0..50 {
                breaker.force_open();
                breaker.reset();
            }
            sleep(Duration::from_millis(20)).await;
        }
        let missed = reader.next().await.unwrap().json();
        let lost = missed["events"].as_u64().unwrap();
        assert_eq!(missed["event"], "missed");
        let mut got = 0;
        while got + lost < 5_000 {
            assert_eq!(reader.next().await.unwrap().json()["policy"], "busy");
            got += 1;
        }
        assert!(lost >= 900 && got <= 4_096, "{lost} lost, {got} got");
    });
}

#[test]
fn filters_leave_the_rest_out() {
    alone(async {
        let (one, other) = (breaker("one"), breaker("other"));
        let bulkhead =
            registry().insert(Bulkhead::new("one", BulkheadConfig::new().max_concurrent(1)));
        let mut reader = Reader::open("?policy=one&kind=bulkhead", None).await;
        one.force_open();
        other.force_open();
        let _slot = bulkhead.try_acquire().unwrap();
        assert!(bulkhead.try_acquire().is_err());
        let event = reader.next().await.unwrap().json();
        assert_eq!((&event["event"], &event["limit"]), (&"bulkhead_full".into(), &1.into()));
    });
}

#[tokio::test]
async fn an_unknown_kind_is_a_mistake() {
    let answer =
        http::get(resilience::axum::router().into(), "/resilience/events?kind=breaker").await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.body.contains("circuit_breaker, retry, timeout"), "{}", answer.body);
}

#[test]
fn silence_has_a_heartbeat() {
    alone(async {
        let (mut reader, start) = (Reader::open("?policy=nobody", None).await, Instant::now());
        assert_eq!(reader.next().await.unwrap().text, ": still here");
        assert_eq!(reader.next().await.unwrap().text, ": still here");
        assert!((29..=31).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
    });
}

#[test]
fn streams_end_when_the_program_does() {
    alone(async {
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let router = resilience::axum::router().with_shutdown_signal(async { drop(stopped.await) });
        let mut reader = Reader::of(router.into(), "?policy=nobody", None).await;
        stop.send(()).unwrap();
        assert!(reader.next().await.is_none());
    });
}

#[test]
fn streams_are_bounded_in_number() {
    alone(async {
        let app = Router::from(resilience::axum::router().max_streams(2));
        let first = Reader::of(app.clone(), "", None).await;
        let _second = Reader::of(app.clone(), "", None).await;
        let request = || Request::builder().uri("/resilience/events").body(Body::empty()).unwrap();
        let third = app.clone().oneshot(request()).await.unwrap();
        assert_eq!(third.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(third.headers().contains_key("retry-after"));
        drop(first);
        Reader::of(app, "", None).await;
    });
}
