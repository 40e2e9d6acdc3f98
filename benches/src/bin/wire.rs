//! What a deadline that travels costs: nanoseconds per request, out and in, by hand and by layer.
//!
//! `cargo run --release --package resilience-benches --features wire --bin wire`

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Instant;

use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use resilience::tower::{inbound, outbound};
use resilience::{Rejection, timeout, wire};
use tower::{Layer, Service, service_fn};

/// Short rounds, and many: the fastest is one that nothing has interrupted.
const ROUNDS: usize = 2_000;
const CALLS: u32 = 1_000;

/// What a request says anyway.
const USUAL: [(&str, &str); 4] =
    [("host", "orders"), ("user-agent", "shop"), ("accept", "*/*"), ("content-length", "2")];

/// What it tells of its deadline.
const TOLD: [(&str, &str); 2] = [("grpc-timeout", "1000m"), ("x-request-timeout-ms", "1000")];

#[timeout("1h")]
async fn measure() -> Result<(), Rejection> {
    let told = wire::headers().find(|(name, _)| *name == "x-request-timeout-ms");
    let told: u64 = told.expect("there is a deadline").1.parse().expect("milliseconds");
    assert!((3_599_000..3_600_000).contains(&told), "{told} ms of an hour");
    let usual = request(&USUAL);
    let told = request(&[&USUAL[..], &TOLD].concat());
    let by_hand = [fastest(write), fastest(|| enter(&told))];
    let by_layer = [
        fastest(|| send(outbound().layer(service_fn(answer)), &usual))
            - fastest(|| send(service_fn(answer), &usual)),
        fastest(|| send(inbound().layer(service_fn(answer)), &told))
            - fastest(|| send(service_fn(answer), &told)),
    ];
    println!("{:8} {:>6} {:>6} {:>9}", "", "out", "in", "together");
    for (way, [out, within]) in [("by hand", by_hand), ("by layer", by_layer)] {
        println!("{way:8} {out:6.0} {within:6.0} {:9.0}", out + within);
    }
    Ok(())
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    runtime.expect("a runtime").block_on(measure()).expect("an hour is enough");
}

fn request(headers: &[(&'static str, &'static str)]) -> Request<()> {
    let header = |(name, value): &(&'static str, &'static str)| {
        (HeaderName::from_static(name), HeaderValue::from_static(value))
    };
    let mut request = Request::new(());
    *request.headers_mut() = headers.iter().map(header).collect::<HeaderMap>();
    request
}

fn write() {
    for header in wire::headers() {
        black_box(header);
    }
}

fn enter(request: &Request<()>) {
    assert!(is_ready(wire::enter(black_box(request.headers()), ready(()))));
}

fn answer(request: Request<()>) -> Ready<Result<Response<()>, Infallible>> {
    black_box(request);
    ready(Ok(Response::new(())))
}

/// A copy of the request through the service.
fn send(mut service: impl Service<Request<()>>, request: &Request<()>) {
    assert!(is_ready(service.call(black_box(request).clone())));
}

fn is_ready(future: impl Future) -> bool {
    pin!(future).poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

/// Nanoseconds of a call in the fastest round: other work on the machine only ever adds time.
fn fastest(call: impl Fn()) -> f64 {
    let round = |_| {
        let started = Instant::now();
        (0..CALLS).for_each(|_| call());
        started.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
    };
    (0..ROUNDS).map(round).fold(f64::INFINITY, f64::min)
}
