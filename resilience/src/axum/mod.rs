//! Health, every policy's state, metrics, events and a dashboard over HTTP, with axum 0.8; rejections as responses; and
//! policies around handlers.
//!
//! ```
//! let app: axum::Router = axum::Router::new()
//!     .route("/", axum::routing::get(|| async { "shop" }))
//!     .merge(resilience::axum::router());
//! ```
//!
//! | route | answers |
//! |---|---|
//! | `GET /health` | `up`, `degraded` (both 200) or `down` (503), with every check and breaker |
//! | `GET /health/live` | 200 as long as the process answers; it never looks at breakers |
//! | `GET /health/ready` | 200, or 503 exactly when *down* |
//! | `GET /metrics` | the Prometheus text format; `OpenMetrics`, if `Accept` prefers it |
//! | `GET /resilience` | every policy: state, counts, totals, options |
//! | `GET /resilience/circuit-breakers[/{name}]` | the breakers, or one |
//! | `GET /resilience/circuit-breakers/{name}/keys[/{key}]` | of breakers per key: the keys, or one |
//! | `GET /resilience/events` | what happens, as server-sent events |
//! | `GET /resilience/health` | the report of `/health`, always as 200 |
//! | `GET /resilience/history` | what was counted in the last five minutes, for sparklines |
//! | `GET /resilience/dashboard` | a page that shows all this, live |
//! | `GET /resilience/openapi.json` | the description of these routes |
//! | `POST /resilience/circuit-breakers/{name}[/keys/{key}]/{force-open,force-close,reset}` | only with [`Resilience::admin`] |
//! | `GET /resilience/config` | with feature `overrides`, to authorized requests: every policy's options in force, and where each comes from |
//! | `PATCH /resilience/config/{kind}/{name}` | with feature `overrides`, only with [`Resilience::admin`]: see [below](self#changing-options) |
//! | `DELETE /resilience/config/{kind}/{name}` | the same: takes away what was set so |
//!
//! They work under a prefix too (`Router::nest`). Nothing is cached (`Cache-Control: no-store`), and errors are
//! `application/problem+json`. Names and keys in paths are percent-encoded; those that no path can hold, `.` and `..`,
//! stand in the query: `/resilience/circuit-breakers/-?name=..`.
//!
//! # What strangers see
//!
//! The read routes show names, options and source locations: mount them where operators are, not where customers are.
//! Error texts and keys are shown to requests that [`Resilience::admin`]'s authorizer admits, or to everybody by
//! [`Resilience::show_details`]; else they are `null` and hashes. Against pages that bind their own host name to a
//! private address see [`Resilience::allowed_hosts`].
//!
//! # Changing options
//!
//! With feature `overrides`, `PATCH /resilience/config/{kind}/{name}` sets options, mode or state of one policy, in the
//! words of its attribute and of [`overrides`](crate::overrides):
//!
//! ```sh
//! curl -X PATCH -H "Authorization: Bearer $TOKEN" -d '{"attempts": 1}' \
//!     'http://localhost:8080/resilience/config/retry/payments?for=15m&reason=outage'
//! ```
//!
//! The answer holds the options as they were (`old`), as they are (`new`), and `expires_at_ms`. What is set here lies
//! above environment, file and program, an option at a time: `null` takes one back, `DELETE` all of a policy. It ends by
//! itself after an hour, or what `for=` says (`15m`, `forever`); `dry_run=true` answers and changes nothing. A mistake
//! changes nothing, and is told as the attribute would tell it, in `detail` and `problems`. It is in memory, and with
//! [`overrides::persist`](crate::overrides::persist) in a file, too.
//!
//! # Handlers
//!
//! A handler that returns a `Response`, or `impl IntoResponse`, is guarded like any function: a rejection becomes the
//! response, with status 429, 503 or 504 and `Retry-After`. `when_ok` sees what the handler returns.
//!
//! ```
//! use axum::response::{IntoResponse, Response};
//! use resilience::{circuit_breaker, rate_limit};
//!
//! #[rate_limit("100/s")]
//! #[circuit_breaker(when_ok = |response: &Response| response.status().is_server_error())]
//! async fn search() -> Response {
//!     "found".into_response()
//! }
//! ```

mod access;
mod admin;
mod bearer;
mod breaker_history;
mod chunks;
#[cfg(feature = "overrides")]
mod config;
mod dashboard;
mod events;
#[cfg(feature = "redis")]
mod fleet_scope;
mod history;
mod json;
#[cfg(feature = "tower")]
mod layer;
mod metrics;
mod openapi;
mod problem;
mod read;
mod rejection;
mod report;
mod respond;
mod router;
mod scope;
mod shared;
mod shutdown;
mod snapshot;
mod target;
mod tracks;

pub use self::bearer::bearer;
#[cfg(feature = "tower")]
pub use self::layer::{GuardedRoutes, RouteLayer, layer};
pub use self::router::{Resilience, router};
