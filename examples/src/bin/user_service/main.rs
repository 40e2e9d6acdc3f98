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

use std::net::Ipv4Addr;

use backends::Backends;
use tokio::net::TcpListener;
use user::BoxError;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.first().is_some_and(|first| first == "--serve") {
        let port = args.get(1).map_or(Ok(8080), |port| port.parse())?;
        return serve(Backends::from_env().await?, port).await;
    }
    let calls = resilience_examples::number("--calls", 1..=200, 20, "calls of each kind and phase");
    demo::run(Backends::from_env().await?, calls.into()).await
}

async fn serve(backends: Backends, port: u16) -> Result<(), BoxError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("GET http://{}/users/1 … /health … Ctrl-C stops", listener.local_addr()?);
    let stop = async { _ = tokio::signal::ctrl_c().await };
    axum::serve(listener, api::app(backends.users)).with_graceful_shutdown(stop).await?;
    Ok(())
}
