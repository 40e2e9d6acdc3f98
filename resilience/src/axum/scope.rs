//! Where a change by hand is meant to act: in this replica, or in all of the service.

use ::axum::extract::{FromRequestParts, Query};
use ::axum::http::StatusCode;
use ::axum::http::request::Parts;
use ::axum::response::Response;
use serde::Deserialize;

use super::problem::problem;
use super::respond::bad_request;

#[derive(Deserialize)]
struct Asked {
    scope: Option<String>,
}

/// Whether all replicas are meant. What can't be done in all of them is not done in one instead.
pub(super) async fn is_fleet(parts: &mut Parts, has_key: bool) -> Result<bool, Response> {
    let query = Query::<Asked>::from_request_parts(parts, &()).await;
    let Query(Asked { scope }) = query.map_err(|rejection| bad_request(rejection.body_text()))?;
    let Some(scope) = scope else { return Ok(false) };
    match mistake(&scope, has_key) {
        None => Ok(true),
        Some((status, text)) => Err(problem(status, text.to_owned(), ())),
    }
}

fn mistake(scope: &str, has_key: bool) -> Option<(StatusCode, &'static str)> {
    if scope != "fleet" {
        let text = "unknown `scope`: write `fleet`, or leave it out for this replica alone";
        Some((StatusCode::BAD_REQUEST, text))
    } else if has_key {
        let text = "one key's circuit breaker is not shared: leave `scope` out";
        Some((StatusCode::BAD_REQUEST, text))
    } else if cfg!(not(feature = "redis")) {
        let text = "no replicas are known without feature `redis`: enable it, or leave `scope` out";
        Some((StatusCode::CONFLICT, text))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_breaker_has_a_fleet() {
        assert_eq!(mistake("fleet", false).is_none(), cfg!(feature = "redis"));
        assert!(mistake("fleet", true).unwrap().1.contains("key"));
        for scope in ["Fleet", "flet", "", "replica"] {
            assert!(mistake(scope, false).unwrap().1.starts_with("unknown `scope`"), "{scope}");
        }
    }
}
