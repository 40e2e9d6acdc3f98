//! An API with limits, for everybody together and for each user, in two forms: as attributes on a handler, and as a
//! middleware around many. Both draw on the same limiters.
//!
//! # What it shows
//!
//! - A shared limiter and one for each user (`key`), bounded in number: the longest absent user is forgotten first.
//! - 429 with `Retry-After`, by nothing but `Rejection` as the handler's error; `RateLimit-*` headers on every answer.
//! - The order of two limits: the user's own is the outer one, so that a user who has used it up takes nothing from others.
//!
//! # How to run it
//!
//! ```sh
//! cargo run --bin limited_api                       # the table: who got how much
//! cargo run --bin limited_api -- --requests 20      # with more requests of each user
//! cargo run --bin limited_api -- --serve 8080       # curl -H 'x-user: me' localhost:8080/quotes/ACME
//! ```
//!
//! # What to copy
//!
//! [`quote`] for one handler, [`limited`] for many, [`tell_limits`] for the headers. Take the user from what you have
//! checked, not from a header that anybody can write.
//!
//! # Knobs
//!
//! The rates (`"100/h"` for everybody, `"5/h"` for each user), `burst`, and `max_keys` (10,000 users are remembered).
//! `max_wait` would let callers wait for their turn instead of rejecting them.
//!
//! # What happens under which load
//!
//! | load | what callers get |
//! |---|---|
//! | a user asks too often | 429, and when to come back; others notice nothing |
//! | all together ask too often | 429 with everybody's time to wait; the user's own allowance is used all the same |
//! | more users than `max_keys` | the longest absent one begins with a fresh allowance |

use std::error::Error;

use axum::extract::{FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{RequestPartsExt, Router};
use resilience::{Keyed, RateLimiter, Rejection, rate_limit};

/// What a user may do at once, and the time in which that much is earned again.
const QUOTA: u64 = 5;
const WINDOW_SECONDS: u64 = 3_600;

/// As much as the service can take.
#[rate_limit("100/h", burst = 20)]
static EVERYBODY: RateLimiter;

/// Users are forgotten, the longest absent first, when there are more than `max_keys`.
#[rate_limit("5/h", max_keys = 10_000)]
static USERS: Keyed<RateLimiter>;

/// Who asks. A real service takes it from the session or token that it has checked: what a client
/// merely claims must not choose its limit.
#[derive(Clone)]
struct User(String);

impl<S: Sync> FromRequestParts<S> for User {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let name = parts.headers.get("x-user").and_then(|name| name.to_str().ok());
        name.map(|name| Self(name.to_owned())).ok_or(StatusCode::UNAUTHORIZED)
    }
}

/// The attribute form. The user's own limit is the outer one, so that those who have used theirs up
/// take nothing from everybody's. `Rejection` is a response: 429 with `Retry-After`.
#[rate_limit(USERS, key = user.0)]
#[rate_limit(EVERYBODY)]
async fn quote(user: User, Path(symbol): Path<String>) -> Result<String, Rejection> {
    Ok(format!("{symbol} for {}: 42\n", user.0))
}

/// The middleware form, for any number of routes.
async fn limited(user: User, request: Request, next: Next) -> Result<Response, Rejection> {
    USERS.get(&user.0).try_acquire()?;
    EVERYBODY.try_acquire()?;
    Ok(next.run(request).await)
}

/// Tells clients where they stand, with good answers and with rejections, so that they can pace
/// themselves (`RateLimit-*` as in draft-ietf-httpapi-ratelimit-headers).
async fn tell_limits(request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let user = parts.extract::<User>().await;
    let response = next.run(Request::from_parts(parts, body)).await;
    match user {
        Ok(user) => (standing(&user), response).into_response(),
        Err(_) => response,
    }
}

fn standing(user: &User) -> [(&'static str, String); 4] {
    let left = USERS.get(&user.0).available();
    let reset = (QUOTA - left) * WINDOW_SECONDS / QUOTA;
    [
        ("ratelimit-policy", format!("{QUOTA};w={WINDOW_SECONDS}")),
        ("ratelimit-limit", QUOTA.to_string()),
        ("ratelimit-remaining", left.to_string()),
        ("ratelimit-reset", reset.to_string()),
    ]
}

fn app() -> Router {
    let reports = Router::new()
        .route("/reports/daily", get(|| async { "daily report\n" }))
        .route("/reports/weekly", get(|| async { "weekly report\n" }))
        .layer(from_fn(limited));
    Router::new().route("/quotes/{symbol}", get(quote)).merge(reports).layer(from_fn(tell_limits))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if let Some(port) = resilience_examples::serving()? {
        let app = app().merge(resilience::axum::router()).merge(resilience_examples::runtime());
        resilience_examples::serve_until_ctrl_c(app, port, "GET", "/quotes/ACME").await?;
        return Ok(());
    }
    let times =
        resilience_examples::number("--requests", 1..=1_000, 8, "requests of each user and form");
    let url = format!("http://{}", resilience_examples::serve(app()).await?);

    println!("caller       route           passed  rejected  retry-after  remaining");
    ask(&url, "/quotes/ACME", &["alice".into()], times).await?;
    ask(&url, "/reports/daily", &["bob".into()], times).await?;
    ask(&url, "/reports/weekly", &["alice".into()], times).await?;
    let crowd: Vec<String> = (1..=30).map(|number| format!("user {number}")).collect();
    ask(&url, "/quotes/ACME", &crowd, 1).await?;
    println!("\nA user may make {QUOTA} requests an hour over all routes; everybody, 20 at once.");
    let totals = USERS.totals();
    println!("The {} users known, those who press hardest first:", totals.keys);
    for user in totals.top.iter().take(2) {
        println!("  {:8} {}", user.key, user.status);
    }
    Ok(())
}

/// One line of the table: what became of these users' requests, and what the last answer said.
async fn ask(url: &str, route: &str, users: &[String], times: u32) -> reqwest::Result<()> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    let (mut passed, mut rejected, mut said) = (0, 0, HeaderMap::new());
    for user in users.iter().cycle().take(users.len() * times as usize) {
        let response = http.get(format!("{url}{route}")).header("x-user", user).send().await?;
        match response.status() {
            StatusCode::TOO_MANY_REQUESTS => rejected += 1,
            _ => passed += 1,
        }
        said = response.headers().clone();
    }
    let caller = if let [user] = users { user.clone() } else { format!("{} users", users.len()) };
    let header = |name| said.get(name).and_then(|value| value.to_str().ok()).unwrap_or("-");
    let (wait, left) = (header("retry-after"), header("ratelimit-remaining"));
    println!("{caller:12} {route:15} {passed:6} {rejected:8} {wait:>12} {left:>10}");
    Ok(())
}
