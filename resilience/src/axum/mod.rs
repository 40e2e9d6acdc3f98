//! Looking in over HTTP, with axum 0.8: health and the state of every policy, and rejections as responses.
//!
//! ```no_run
//! # async fn serve() -> std::io::Result<()> {
//! let app: axum::Router = axum::Router::new()
//!     .route("/", axum::routing::get(|| async { "shop" }))
//!     .merge(resilience::axum::router());
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! axum::serve(listener, app).await
//! # }
//! ```

mod problem;
mod rejection;
mod router;

pub use self::router::{Resilience, router};
