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

/// The service promises half a second. A busy machine may take its time, but no call waits for an
/// upstream that never answers.
const PROMPTLY: Duration = Duration::from_secs(3);
/// `open_for` of the upstream's breaker, and a second.
const RECOVERY: Duration = Duration::from_secs(3);

/// An upstream that is well.
async fn avatars() -> SocketAddr {
    let app = Router::new()
        .route("/avatars/{id}", get(|Path(id): Path<u32>| async move { id.to_string() }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, app).await });
    address
}

/// Each call is for a user that nobody has asked for, so that none is answered by the cache.
async fn survives(fault: Fault) {
    let proxy = Proxy::start(avatars().await).await.unwrap();
    let service = Service::start(&[("AVATARS_URL", format!("http://{}", proxy.address))]);
    let mut ids = 1..;
    let picture = r#""avatar":""#;
    service.until(ids.by_ref(), picture).await;

    proxy.set(fault);
    let before = proxy.answers();
    for _ in 0..10 {
        for (status, body, took) in service.users(ids.by_ref().take(20)).await {
            assert_eq!(status, StatusCode::OK, "{fault:?}: {body}");
            assert!(took < PROMPTLY, "{fault:?}: {took:?}");
            assert!(!body.contains(picture), "{fault:?}: {body}");
        }
    }
    let reached = proxy.answers() - before;
    assert!(reached <= 20, "{fault:?}: {reached} of 200 calls reached the upstream");
    let health = service.get("/health").await.unwrap().text().await.unwrap();
    assert!(health.contains(r#""avatars":{"state":"open""#), "{fault:?}: {health}");

    proxy.set(Fault::None);
    let took = service.until(ids, picture).await;
    assert!(took < RECOVERY, "{fault:?}: {took:?}");
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
