//! How long one poll of a route's answer holds its thread.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::http::Request;
use tower::ServiceExt;

/// Others use the machine, too: of so many reads the best is told, and the one in the middle.
const READS: usize = 21;
const ROUTES: [&str; 4] =
    ["/metrics", "/resilience", "/resilience/circuit-breakers", "/resilience/history"];

pub(crate) async fn measure() {
    println!(
        "| route | polls of an answer | its longest poll, µs, in the best read | in the middle |"
    );
    println!("|---|--:|--:|--:|");
    for route in ROUTES {
        let (mut longest, mut polls) = (Vec::new(), 0);
        for _ in 0..READS {
            let times = polls_of(read(route)).await;
            polls = times.len();
            longest.extend(times.into_iter().max());
        }
        longest.sort_unstable();
        let [best, middle] = [0, READS / 2].map(|at| longest[at].as_secs_f64() * 1e6);
        println!("| `{route}` | {polls} | {best:.0} | {middle:.0} |");
    }
}

/// Asks without a connection, and reads the whole answer.
async fn read(route: &str) {
    let request = Request::get(route).header("host", "localhost").body(Body::empty());
    let router = Router::from(resilience::axum::router());
    let answer = router.oneshot(request.expect("it is valid")).await.expect("it always answers");
    assert!(answer.status().is_success(), "{route}: {}", answer.status());
    let mut body = answer.into_body();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        drop(frame.expect("nothing fails here"));
    }
}

/// How long each poll took.
async fn polls_of(work: impl Future<Output = ()>) -> Vec<Duration> {
    let (mut work, mut times) = (pin!(work), Vec::new());
    poll_fn(|cx| {
        let start = Instant::now();
        let polled = work.as_mut().poll(cx);
        times.push(start.elapsed());
        polled
    })
    .await;
    times
}
