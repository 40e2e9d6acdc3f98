//! The order client while its upstream fails in every way: orders are done or taken in, in time;
//! none is lost, none is done twice.
#![cfg(target_os = "linux")]

mod outage;

use std::time::Duration;

use outage::survives;
use resilience_harness::{App, Fault, Place, Scenario, Trouble};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes seconds: `cargo x test` runs it"]
async fn late_answers() {
    survives(Scenario::new(
        App::Orders,
        Place::Upstream,
        Trouble::Proxy(Fault::Delay(Duration::from_secs(1))),
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes seconds: `cargo x test` runs it"]
async fn cut_answers() {
    survives(Scenario::new(App::Orders, Place::Upstream, Trouble::Proxy(Fault::Cut))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes seconds: `cargo x test` runs it"]
async fn reset_connections() {
    survives(Scenario::new(App::Orders, Place::Upstream, Trouble::Proxy(Fault::Reset))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes seconds: `cargo x test` runs it"]
async fn a_slow_loris() {
    survives(Scenario::new(
        App::Orders,
        Place::Upstream,
        Trouble::Proxy(Fault::Throttle(Duration::from_millis(50))),
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes seconds: `cargo x test` runs it"]
async fn a_black_hole() {
    survives(Scenario::new(App::Orders, Place::Upstream, Trouble::Proxy(Fault::BlackHole))).await;
}

/// Three of ten: too few to leave it alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes seconds: `cargo x test` runs it"]
async fn errors_now_and_then() {
    survives(Scenario::new(App::Orders, Place::Upstream, Trouble::Errors(30))).await;
}

/// A crowd that comes while the circuit is open, and again at the moment when all is well again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes seconds: `cargo x test` runs it"]
async fn a_thundering_herd_at_recovery() {
    survives(
        Scenario::new(App::Orders, Place::Upstream, Trouble::Proxy(Fault::BlackHole)).herd(2_000),
    )
    .await;
}
