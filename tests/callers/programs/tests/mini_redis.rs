//! The Redis server and its client over loopback, without guards and with them.

use std::future::pending;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use caller_programs::mini_redis::{bare, guarded};
use resilience::{Rejection, RejectionKind, registry};
use tokio::net::TcpListener;
use tokio::time::{Instant, timeout};

async fn loopback() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// Accepts, and says nothing.
async fn silent() -> SocketAddr {
    let (listener, address) = loopback().await;
    tokio::spawn(async move {
        let _connection = listener.accept().await.unwrap();
        pending::<()>().await;
    });
    address
}

/// A value is kept, by a client of one version at a server of the same.
macro_rules! keeps_values {
    ($test:ident: $version:ident) => {
        #[tokio::test]
        async fn $test() {
            let (listener, address) = loopback().await;
            tokio::spawn($version::serve(listener));
            let mut client = $version::Client::connect(address).await.unwrap();
            assert_eq!(client.get("crab").await.unwrap(), None);
            client.set("crab", Bytes::from("Ferris")).await.unwrap();
            assert_eq!(client.get("crab").await.unwrap().unwrap(), "Ferris");
        }
    };
}

keeps_values! { a_bare_server_keeps_values: bare }
keeps_values! { a_guarded_server_keeps_values: guarded }

#[tokio::test(start_paused = true)]
async fn a_bare_client_waits_for_a_silent_server_as_long_as_it_takes() {
    let mut client = bare::Client::connect(silent().await).await.unwrap();
    assert!(timeout(Duration::from_secs(3600), client.get("crab")).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_guarded_client_waits_half_a_second() {
    let mut client = guarded::Client::connect(silent().await).await.unwrap();
    let started = Instant::now();
    let error = client.get("crab").await.unwrap_err();
    let rejection = Rejection::find(&*error).unwrap();
    assert_eq!(rejection.kind(), RejectionKind::TimedOut);
    assert_eq!(started.elapsed(), Duration::from_millis(500));
}

#[tokio::test(start_paused = true)]
async fn a_guarded_client_tries_again_to_connect() {
    let (listener, address) = loopback().await;
    drop(listener);
    assert!(bare::Client::connect(address).await.is_err());
    let error = guarded::Client::connect(address).await.unwrap_err();
    assert!(error.is::<std::io::Error>(), "the server's, not a policy's: {error:?}");
    let retry = registry().retry("caller_programs::mini_redis::guarded::connect.retry").unwrap();
    assert_eq!(retry.totals().retries, 2);
}

#[tokio::test]
async fn a_guarded_server_lets_no_peer_have_it_all() {
    let (listener, address) = loopback().await;
    tokio::spawn(guarded::serve(listener));
    let mut client = guarded::Client::connect(address).await.unwrap();
    let mut last = Ok(None);
    // A thousand, and those whose turn comes meanwhile.
    for _ in 0..100_000 {
        last = client.get("crab").await;
        if last.is_err() {
            break;
        }
    }
    assert!(last.unwrap_err().to_string().contains("rate limit"));
}
