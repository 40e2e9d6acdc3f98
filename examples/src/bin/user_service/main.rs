//! A user service over a database, a cache and an upstream API, each of which may fail.
//!
//! `user_service` shows what callers see while one after the other does; `user_service --serve 8080`
//! keeps it up until Ctrl-C. Without settings everything is embedded: SQLite, a cache in memory, an
//! upstream in this process. Settings are environment variables:
//!
//! - `DATABASE_URL`, `REPLICA_URL`: `sqlite:PATH`, or `postgres://…` (feature `postgres`)
//! - `REDIS_URL`: `redis://…` (feature `redis`)
//! - `AVATARS_URL`: an HTTP API that answers `GET /avatars/{id}` with a text
//!
//! - [`users`]: **the part to copy**: who is asked in which order, and what stands around it
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
