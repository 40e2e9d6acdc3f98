//! The user service while its Redis is killed, or can't be reached: the database answers instead,
//! and when Redis is back it is used again.
#![cfg(all(feature = "redis", target_os = "linux"))]

mod outage;

use std::time::Duration;

use outage::survives;
use resilience_harness::{App, Fault, Place, Scenario, Trouble};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_and_restarted() {
    survives(Scenario::new(App::Users, Place::Cache, Trouble::Kill)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn late_answers() {
    survives(Scenario::new(
        App::Users,
        Place::Cache,
        Trouble::Proxy(Fault::Delay(Duration::from_secs(1))),
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_answers() {
    survives(Scenario::new(App::Users, Place::Cache, Trouble::Proxy(Fault::Cut))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reset_connections() {
    survives(Scenario::new(App::Users, Place::Cache, Trouble::Proxy(Fault::Reset))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_loris() {
    survives(Scenario::new(
        App::Users,
        Place::Cache,
        Trouble::Proxy(Fault::Throttle(Duration::from_millis(50))),
    ))
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_black_hole() {
    survives(Scenario::new(App::Users, Place::Cache, Trouble::Proxy(Fault::BlackHole))).await;
}
