//! The client library over loopback, without guards and with them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use caller_programs::openai::{Question, bare, guarded};
use resilience::{Rejection, registry};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::time::Instant;

type Script = Arc<std::sync::Mutex<VecDeque<u16>>>;

/// Answers with these statuses in their order, then with 200.
async fn api(statuses: &[u16]) -> (String, Script) {
    let script: Script = Arc::new(std::sync::Mutex::new(statuses.iter().copied().collect()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new().fallback(answer).with_state(Arc::clone(&script));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (base, script)
}

async fn answer(State(script): State<Script>) -> Response {
    let next = script.lock().unwrap().pop_front().unwrap_or(200);
    let status = StatusCode::from_u16(next).unwrap();
    if status.is_success() {
        return Json(json!({ "text": "crab", "data": [{ "id": "ferris" }] })).into_response();
    }
    let error = Json(json!({ "message": "as told", "code": null }));
    match status {
        StatusCode::TOO_MANY_REQUESTS => {
            (status, [(header::RETRY_AFTER, "7")], error).into_response()
        }
        _ => (status, error).into_response(),
    }
}

fn question() -> Question {
    Question { model: "ferris".to_owned(), prompt: "who?".to_owned() }
}

/// The guarded version has one circuit in this program.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

macro_rules! versions {
    ($test:ident: $version:ident) => {
        #[tokio::test(start_paused = true)]
        async fn $test() {
            let _alone = ONE_AT_A_TIME.lock().await;
            registry().reset_all();
            let (base, script) = api(&[503, 500]).await;
            let client = $version::Client::new(base);
            assert_eq!(client.models().await.unwrap().data[0].id, "ferris");
            script.lock().unwrap().push_back(429);
            let started = Instant::now();
            assert_eq!(client.complete(&question()).await.unwrap().text, "crab");
            assert!(started.elapsed() >= Duration::from_secs(7), "as long as it asked for");
            script.lock().unwrap().extend([404, 503]);
            let error = client.models().await.unwrap_err();
            assert_eq!(error.to_string(), "404 Not Found: as told");
            assert_eq!(script.lock().unwrap().len(), 1, "an answer is not asked for again");
        }
    };
}

versions! { the_loop_by_hand_tries_again_what_is_worth_it: bare }
versions! { the_attribute_tries_again_what_is_worth_it: guarded }

#[tokio::test(start_paused = true)]
async fn a_server_that_is_down_is_left_alone_by_the_guarded_client() {
    let _alone = ONE_AT_A_TIME.lock().await;
    registry().reset_all();
    let (base, script) = api(&[503; 60]).await;
    let client = guarded::Client::new(base);
    // A breaker around each attempt: five failures are half of the calls.
    let mut rejected = 0;
    for _ in 0..5 {
        let error = client.models().await.unwrap_err();
        rejected += u32::from(Rejection::find(&error).is_some());
    }
    assert!(rejected >= 3, "{rejected}");
    assert!(script.lock().unwrap().len() >= 50, "{script:?}");
}
