//! The user service while its PostgreSQL is killed, or stands still: callers get the user from the
//! cache, or the default one, in time; and the database serves again as soon as it can.
#![cfg(all(feature = "postgres", target_os = "linux"))]

mod harness;

use std::time::Duration;

use axum::http::StatusCode;
use harness::{Postgres, Service};
use tokio::time::sleep;

/// The service promises half a second, and some for the fallbacks; a busy machine may take longer,
/// but no call waits for a database that never answers.
const PROMPTLY: Duration = Duration::from_secs(3);
/// Longer than the cache's entries are fresh.
const STALE: Duration = Duration::from_millis(1_100);
/// `open_for` of the service's breaker, a second, and what a busy machine adds.
const RECOVERY: Duration = Duration::from_secs(5);

async fn survives(outage: impl FnOnce(&Postgres), end: impl FnOnce(&Postgres)) {
    let Some(postgres) = Postgres::start() else {
        return eprintln!("PostgreSQL is not installed: nothing is tested");
    };
    let service = Service::start(&[("DATABASE_URL", postgres.url())]);
    for (_, body, _) in service.users(1..=10).await {
        assert!(body.contains(r#""source":"database""#), "{body}");
    }
    sleep(STALE).await;

    outage(&postgres);
    for _ in 0..10 {
        for (status, body, took) in service.users(1..=20).await {
            assert_eq!(status, StatusCode::OK, "{body}");
            assert!(took < PROMPTLY, "{took:?}: {body}");
            assert!(body.contains(r#""stale_cache""#) || body.contains(r#""default""#), "{body}");
        }
    }

    end(&postgres);
    let took = service.until(101.., r#""source":"database""#).await;
    assert!(took < RECOVERY, "{took:?}");
}

#[tokio::test]
async fn a_database_that_is_killed_and_restarted() {
    survives(Postgres::kill, Postgres::restart).await;
}

#[tokio::test]
async fn a_database_that_stands_still() {
    survives(|postgres| postgres.signal("STOP"), |postgres| postgres.signal("CONT")).await;
}
