//! Looking in over HTTP: statuses, headers, shapes, under a prefix too.

mod http;

use std::time::Duration;

use axum::Router;
use axum::http::{Method, StatusCode};
use http::{Answer, get, send};
use resilience::{CircuitBreaker, CircuitBreakerConfig, Keyed, registry};

fn app() -> Router {
    resilience::axum::router().into()
}

fn insert(name: &'static str, config: CircuitBreakerConfig) -> &'static CircuitBreaker {
    registry().insert(CircuitBreaker::new(name, config))
}

#[resilience::circuit_breaker(name = "hosts")]
static HOSTS: Keyed<CircuitBreaker>;

/// The registry is the program's: what a test inserts stays. So one test goes through all states.
#[tokio::test]
async fn an_open_breaker_degrades_and_a_critical_one_takes_down() {
    let plain = insert("plain", CircuitBreakerConfig::new());
    let critical = insert("critical", CircuitBreakerConfig::new().critical(true));
    let states = async || {
        let (health, ready, live) = (
            get(app(), "/health").await,
            get(app(), "/health/ready").await,
            get(app(), "/health/live").await,
        );
        assert_eq!((live.status, live.json()["status"].as_str()), (StatusCode::OK, Some("up")));
        assert_eq!(health.status, ready.status);
        assert_eq!(health.json()["status"], ready.json()["status"]);
        (health.status.as_u16(), health.json()["status"].as_str().unwrap().to_owned())
    };
    assert_eq!(states().await, (200, "up".to_owned()));
    plain.force_open();
    assert_eq!(states().await, (200, "degraded".to_owned()));
    critical.force_open();
    assert_eq!(states().await, (503, "down".to_owned()));
    // A namesake that is well doesn't hide it.
    insert("critical", CircuitBreakerConfig::new());
    assert_eq!(states().await, (503, "down".to_owned()));
    critical.reset();
    plain.force_close();
    assert_eq!(states().await, (200, "up".to_owned()));
    HOSTS.get("well").try_acquire().unwrap().success();
    assert_eq!(states().await, (200, "up".to_owned()));
    HOSTS.get("ill").force_open();
    assert_eq!(states().await, (200, "degraded".to_owned()), "one key's circuit is open");
    HOSTS.get("ill").reset();
    let health = get(app(), "/health").await.json();
    assert_eq!(
        health["circuit_breakers"]["plain"],
        serde_json::json!({"state": "forced-closed", "critical": false})
    );
}

#[tokio::test]
async fn nothing_is_cached_and_head_has_no_body() {
    for path in [
        "/health",
        "/health/live",
        "/metrics",
        "/resilience",
        "/resilience/",
        "/resilience/openapi.json",
    ] {
        let (get, head) = (get(app(), path).await, send(app(), Method::HEAD, path, &[], "").await);
        assert_eq!(
            (get.header("cache-control"), get.status),
            (Some("no-store"), StatusCode::OK),
            "{path}"
        );
        assert_eq!((head.status, head.body.as_str()), (get.status, ""), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
    }
}

fn is_problem(answer: &Answer, status: StatusCode) -> bool {
    answer.status == status
        && answer.header("content-type") == Some("application/problem+json")
        && answer.header("cache-control") == Some("no-store")
        && answer.json()["status"] == status.as_u16()
}

#[tokio::test]
async fn errors_are_problems() {
    for path in ["/resilience/nothing", "/resilience/circuit-breakers/nobody"] {
        assert!(is_problem(&get(app(), path).await, StatusCode::NOT_FOUND), "{path}");
    }
    for path in ["/resilience/circuit-breakers/%ff", "/resilience/circuit-breakers/%ff/keys/%ff"] {
        let admin = Router::from(resilience::axum::router().admin(|_| true));
        assert!(is_problem(&get(admin, path).await, StatusCode::BAD_REQUEST), "{path}");
    }
    for path in ["/health", "/metrics", "/resilience", "/resilience/circuit-breakers/nobody"] {
        let answer = send(app(), Method::DELETE, path, &[], "").await;
        assert!(is_problem(&answer, StatusCode::METHOD_NOT_ALLOWED), "{path}");
        assert_eq!(answer.header("allow"), Some("GET,HEAD"), "{path}");
    }
}

#[tokio::test]
async fn it_works_under_a_prefix_and_beside_other_routes() {
    let inner = Router::new()
        .route("/resilience/mine", axum::routing::get(|| async { "mine" }))
        .merge(app());
    let app = Router::new().nest("/tenants/{tenant}/ops", inner);
    insert("with/slash and äöü", CircuitBreakerConfig::new());
    let path = "/tenants/a/ops/resilience/circuit-breakers/with%2Fslash%20and%20%C3%A4%C3%B6%C3%BC";
    assert_eq!(get(app.clone(), path).await.json()["name"], "with/slash and äöü");
    assert_eq!(get(app.clone(), "/tenants/a/ops/resilience/mine").await.body, "mine");
    assert_eq!(get(app, "/tenants/a/ops/resilience/dashboard").await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_the_application_does_not_find_is_its_own_answer() {
    let app = Router::new().route("/shop", axum::routing::get(|| async { "shop" })).merge(app());
    for path in ["/", "/shop", "/elsewhere"] {
        let answer = get(app.clone(), path).await;
        assert_eq!(answer.header("cache-control"), None, "{path}");
        assert_eq!(answer.header("x-content-type-options"), None, "{path}");
    }
}

#[tokio::test]
async fn names_that_no_path_can_hold_are_reached_by_the_query() {
    for name in [".", ".."] {
        insert(name, CircuitBreakerConfig::new());
        let answer = get(app(), &format!("/resilience/circuit-breakers/-?name={name}")).await;
        assert_eq!(answer.json()["name"], name);
    }
}

#[tokio::test]
async fn other_hosts_are_answered_only_what_probes_ask() {
    let app = |hosts: &[&str]| -> Router {
        let routes = resilience::axum::router().allowed_hosts(hosts.iter().copied());
        routes.admin(resilience::axum::bearer("s3cret")).into()
    };
    let status = async |app: Router, path: &str, headers: &[(&str, &str)]| {
        send(app, Method::GET, path, headers, "").await.status
    };
    let rebound = ("host", "evil.example");
    assert_eq!(status(app(&[]), "/resilience", &[rebound]).await, StatusCode::OK);
    let ops = || app(&["ops.internal"]);
    for path in ["/resilience", "/metrics", "/resilience/events", "/resilience/nothing"] {
        assert_eq!(status(ops(), path, &[rebound]).await, StatusCode::MISDIRECTED_REQUEST);
    }
    assert_eq!(status(ops(), "/health", &[rebound]).await, StatusCode::OK);
    for known in ["ops.internal", "10.0.0.7:8080", "localhost:8080"] {
        assert_eq!(status(ops(), "/metrics", &[("host", known)]).await, StatusCode::OK, "{known}");
    }
    let proven = [rebound, ("authorization", "Bearer s3cret")];
    assert_eq!(status(ops(), "/metrics", &proven).await, StatusCode::OK);
}

#[tokio::test]
async fn a_snapshot_is_sorted_and_says_what_a_breaker_does() {
    let config = CircuitBreakerConfig::new()
        .min_calls(2)
        .failure_rate(0.8)
        .slow_call(Duration::from_secs(1));
    let breaker = insert("snapshot b", config.latency(true));
    insert("snapshot a", CircuitBreakerConfig::new().consecutive_failures(3));
    breaker.try_acquire().unwrap().success();
    let of = async |name: &str| {
        get(app(), &format!("/resilience/circuit-breakers/snapshot%20{name}")).await.json()
    };
    assert_eq!(of("b").await["failure_rate"], serde_json::Value::Null);
    breaker.try_acquire().unwrap().failure();
    let (a, b) = (of("a").await, of("b").await);
    assert_eq!((&b["failure_rate"], &b["slow_rate"]), (&0.5.into(), &0.0.into()));
    assert_eq!(b["thresholds"]["failure_rate"], 0.8);
    assert_eq!(a["thresholds"]["failure_rate"], serde_json::Value::Null);
    assert_eq!((&b["totals"]["requests"], &b["latency"]["count"]), (&2.into(), &2.into()));
    assert!(b["location"].as_str().unwrap().contains("health_endpoint.rs:"));
    let all = get(app(), "/resilience").await.json();
    let names: Vec<_> =
        all["circuit_breakers"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert!(names.is_sorted_by_key(|name| name.as_str().unwrap().to_owned()));
}

#[tokio::test]
async fn the_description_shows_admin_routes_only_where_they_exist() {
    let paths = async |app: Router| {
        get(app, "/resilience/openapi.json").await.json()["paths"].as_object().unwrap().len()
    };
    let with_admin = resilience::axum::router().admin(|_| true).into();
    assert_eq!(paths(with_admin).await, paths(app()).await + 7);
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere() {
    let page = get(app(), "/resilience/dashboard").await;
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'nonce-"), "{policy}");
    assert!(!policy.contains("unsafe"));
    // The name of SVG, which is fetched by nothing.
    let body = page.body.replace("\"http://www.w3.org/2000/svg\"", "");
    assert!(!body.contains("http://") && !body.contains("https://"), "an external resource");
    assert!(!page.body.contains("NONCE"));
    let again = get(app(), "/resilience/dashboard").await;
    assert_ne!(again.header("content-security-policy").unwrap(), policy);
}
