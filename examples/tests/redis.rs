//! The user service while its Redis is killed: the database answers instead, and when Redis is
//! back it is used again.
#![cfg(all(feature = "redis", unix))]

mod harness;

use std::time::Duration;

use axum::http::StatusCode;
use harness::{Redis, Service};

/// The service promises half a second. A busy machine may take longer, but no call waits for a
/// cache that never answers.
const PROMPTLY: Duration = Duration::from_secs(3);
/// Nothing stands between Redis and its use but the client's own reconnecting.
const RECOVERY: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_cache_that_is_killed_and_restarted() {
    let Some(mut redis) = Redis::start() else {
        return eprintln!("Redis is not installed: nothing is tested");
    };
    let service = Service::start(&[("REDIS_URL", redis.url())]);
    let cached = r#""source":"cache""#;
    service.until(std::iter::repeat(1), cached).await;

    redis.kill();
    for _ in 0..5 {
        for (status, body, took) in service.users(1..=10).await {
            assert_eq!(status, StatusCode::OK, "{body}");
            assert!(took < PROMPTLY, "{took:?}: {body}");
            assert!(!body.contains("cache"), "{body}");
        }
    }

    redis.restart();
    let took = service.until(std::iter::repeat(1), cached).await;
    assert!(took < RECOVERY, "{took:?}");
}
