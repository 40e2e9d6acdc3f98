//! A user service over a database, a cache and an upstream API, each of which may fail.
//!
//! # What it shows
//!
//! - One function, [`users::Users::user`], with fallbacks outside a rate limit outside a bulkhead outside a breaker
//!   outside a time limit; within it, cache first, then the database with retries, then a picture from the upstream.
//! - A chain of fallbacks: the stale cache, the replica, a default user. Each answer says where it comes from
//!   ([`user::Source`]), for callers that must not act on an old one.
//! - A bulkhead and a breaker for each dependency, so that one that hangs holds up no call that doesn't need it.
//!
//! # How to run it
//!
//! ```sh
//! cargo run --bin user_service                          # the show: one dependency after the other fails
//! cargo run --bin user_service -- --calls 50            # with more calls in each phase
//! cargo run --bin user_service -- --serve 8080          # up until Ctrl-C: /users/1 /health /metrics
//! DATABASE_URL=postgres://user@localhost/db REDIS_URL=redis://localhost \
//!     cargo run --features postgres,redis --bin user_service -- --serve 8080
//! ```
//!
//! # What to copy
//!
//! [`users`] is the part to copy. [`user::UserError::is_outage`] goes with it: it says that "no such user" is an answer,
//! which no breaker counts, no retry repeats and no fallback replaces.
//!
//! # Knobs
//!
//! | environment variable | default | |
//! |---|---|---|
//! | `DATABASE_URL` | SQLite, in a folder of its own | `sqlite:PATH`, or `postgres://…` (feature `postgres`) |
//! | `REPLICA_URL` | none; a second SQLite file without `DATABASE_URL` | the same |
//! | `REDIS_URL` | a cache in memory | `redis://…` (feature `redis`) |
//! | `AVATARS_URL` | an upstream in this process | an HTTP API that answers `GET /avatars/{id}` with a text |
//!
//! In the attributes: how long a dependency may take (`timeout`), how many calls may wait for it (`bulkhead`), how long it
//! is left alone (`open_for`). Together they promise an answer within 700 ms: half a second for the sources, 200 ms for
//! the fallbacks.
//!
//! # What happens under which fault
//!
//! | fault | what callers get | the dependency sees |
//! |---|---|---|
//! | database killed, paused, unreachable | the stale cache, the replica, or the default user | the calls that were under way, then one every 500 ms |
//! | cache killed, paused, unreachable | the user from the database | one call every 500 ms |
//! | upstream slow, cut, reset, black-holed | the user without a picture | one call every 2 s |
//! | upstream that fails three times of ten | every third user without a picture | every call: too few failures to leave it alone |
//! | 2,000 callers at once | 100 at a time from the sources, the others from the fallbacks | at most as many calls as it has slots |
//!
//! Each row is a test (`tests/faults.rs`, `tests/postgres.rs`, `tests/redis.rs`); `cargo x outage` shows the same beside a
//! build without the attributes.
//!
//! # The modules
//!
//! - [`users`]: who is asked in which order, and what stands around it
//! - [`user`]: what is asked for, and why there may be none
//! - [`database`], [`cache`], [`avatars`]: the three dependencies
//! - [`api`]: the HTTP routes; [`backends`]: what the settings choose; [`demo`]: the show

mod api;
mod avatars;
mod backends;
mod cache;
mod database;
mod demo;
mod user;
mod users;

use backends::Backends;
use user::BoxError;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    if let Some(port) = resilience_examples::serving()? {
        return serve(Backends::from_env().await?, port).await;
    }
    let calls = resilience_examples::number("--calls", 1..=200, 20, "calls of each kind and phase");
    demo::run(Backends::from_env().await?, calls.into()).await
}

async fn serve(backends: Backends, port: u16) -> Result<(), BoxError> {
    let app = api::app(backends.users);
    resilience_examples::serve_until_ctrl_c(app, port, "GET", "/users/1").await?;
    Ok(())
}
