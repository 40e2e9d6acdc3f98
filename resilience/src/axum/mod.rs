//! Looking in over HTTP, with axum 0.8: health, every policy's state, metrics, events, a dashboard; and rejections as
//! responses.
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
//! | `GET /resilience/events` | what happens, as server-sent events |
//! | `GET /resilience/health` | the report of `/health`, always as 200 |
//! | `GET /resilience/history` | what was counted in the last five minutes, for sparklines |
//! | `GET /resilience/dashboard` | a page that shows all this, live |
//! | `GET /resilience/openapi.json` | the description of these routes |
//! | `POST /resilience/circuit-breakers/{name}/{force-open,force-close,reset}` | only with [`Resilience::admin`] |
//!
//! They work under a prefix too (`Router::nest`). Nothing is cached (`Cache-Control: no-store`), and errors are
//! `application/problem+json`. The read routes show names, options and source locations: mount them where operators
//! are, not where customers are.

mod access;
mod admin;
mod bearer;
mod chunks;
mod dashboard;
mod events;
mod history;
mod json;
mod metrics;
mod openapi;
mod problem;
mod read;
mod rejection;
mod report;
mod respond;
mod router;
mod shutdown;
mod snapshot;
mod target;

pub use self::bearer::bearer;
pub use self::router::{Resilience, router};
