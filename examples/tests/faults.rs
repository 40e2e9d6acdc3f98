//! The user service while its upstream's connections break in every way: callers get their user,
//! in time, without a picture; the upstream is left alone; and pictures come back by themselves.

mod harness;

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::get;
use harness::{Fault, Proxy, Service};
use tokio::net::TcpListener;
use tokio::time::sleep;

/// The service promises half a second. A busy machine may take its time, but no call waits for an
/// upstream that never answers.
const PROMPTLY: Duration = Duration::from_secs(3);
/// As the upstream's breaker says.
const OPEN_FOR: Duration = Duration::from_secs(2);
/// That, twice, in case that a busy machine makes a trial call late.
const RECOVERY: Duration = Duration::from_secs(5);

const PICTURE: &str = r#""avatar":""#;
/// Of twenty calls each.
const ROUNDS: usize = 20;

/// An upstream that is well, or at least answers; what its users see of it.
async fn avatars(status: fn(u32) -> StatusCode) -> SocketAddr {
    let app = Router::new().route(
        "/avatars/{id}",
        get(move |Path(id): Path<u32>| async move { (status(id), id.to_string()) }),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, app).await });
    address
}

/// Each call is for a user that nobody has asked for, so that none is answered by the cache.
async fn survives(fault: Fault) {
    let proxy = Proxy::start(avatars(|_| StatusCode::OK).await).await.unwrap();
    let service = Service::start(&[("AVATARS_URL", format!("http://{}", proxy.address))]);
    let mut ids = 1..;
    service.until(ids.by_ref(), PICTURE).await;

    proxy.set(fault);
    let before = proxy.answers();
    for _ in 0..ROUNDS {
        for (status, body, took) in service.users(ids.by_ref().take(20)).await {
            assert_eq!(status, StatusCode::OK, "{fault:?}: {body}");
            assert!(took < PROMPTLY, "{fault:?}: {took:?}");
            assert!(!body.contains(PICTURE), "{fault:?}: {body}");
        }
    }
    let reached = proxy.answers() - before;
    assert!(reached <= ROUNDS, "{fault:?}: {reached} answers, more than one of twenty");
    let health = service.get("/health").await.unwrap().text().await.unwrap();
    assert!(health.contains(r#""avatars":{"state":"open""#), "{fault:?}: {health}");

    proxy.set(Fault::None);
    let took = service.until(ids, PICTURE).await;
    assert!(took < RECOVERY, "{fault:?}: {took:?}");
}

/// Three of ten fail: too few to leave it alone.
#[tokio::test]
async fn an_upstream_that_fails_now_and_then() {
    let fails = |id| id % 10 < 3;
    let status = |id| if id % 10 < 3 { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK };
    let address = avatars(status).await;
    let service = Service::start(&[("AVATARS_URL", format!("http://{address}"))]);
    let mut pictures = 0;
    for id in 1..=100 {
        let (status, body, _) = service.user(id).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        assert!(!(fails(id) && body.contains(PICTURE)), "{body}");
        pictures += u32::from(body.contains(PICTURE));
    }
    assert!(pictures > 50, "{pictures} of 70");
}

/// A crowd that comes at the moment when the circuit lets a trial through: the upstream, which is
/// still broken, sees the trial only.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thundering_herd_at_recovery() {
    let proxy = Proxy::start(avatars(|_| StatusCode::OK).await).await.unwrap();
    let service = Service::start(&[("AVATARS_URL", format!("http://{}", proxy.address))]);
    proxy.set(Fault::BlackHole);
    service.users(1..=40).await;
    sleep(OPEN_FOR).await;
    let before = proxy.answers();
    for (status, body, _) in service.users(41..=540).await {
        assert_eq!(status, StatusCode::OK, "{body}");
    }
    let reached = proxy.answers() - before;
    // A machine on which the crowd takes longer than `open_for` sees another trial.
    assert!(reached <= 3, "{reached} of 500 reached the upstream");
    proxy.set(Fault::None);
    service.until(541.., PICTURE).await;
}

#[tokio::test]
async fn late_answers() {
    survives(Fault::Delay(Duration::from_secs(1))).await;
}

#[tokio::test]
async fn cut_answers() {
    survives(Fault::Cut).await;
}

#[tokio::test]
async fn reset_connections() {
    survives(Fault::Reset).await;
}

#[tokio::test]
async fn a_slow_loris() {
    survives(Fault::Throttle(Duration::from_millis(50))).await;
}

#[tokio::test]
async fn a_black_hole() {
    survives(Fault::BlackHole).await;
}
