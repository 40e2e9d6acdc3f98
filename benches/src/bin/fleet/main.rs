//! What one limit for a fleet costs: round trips per call, how long calls take, how close the fleet keeps to its limit, and a
//! turn that was fetched ahead; beside other designs; and what a dead dependency costs a fleet whose circuit breakers share
//! opinions.
//!
//! ```text
//! cargo run --release --package resilience-benches --features fleet --bin fleet              limits, and a turn
//! cargo run --release --package resilience-benches --features fleet --bin fleet -- token     a turn alone
//! cargo run --release --package resilience-benches --features fleet --bin fleet -- designs   beside other designs
//! cargo run --release --package resilience-benches --features fleet --bin fleet -- outage    fifty replicas, a dead dependency
//! ```
//!
//! It starts a Redis of its own. With `designs` and `outage`, replicas are processes.

mod counting;
mod designs;
mod limits;
mod outage;
mod processes;
mod server;
mod token;

use std::error::Error;
use std::time::Duration;

use resilience::shared;

use crate::server::Server;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        [] => {
            let _server = connect().await?;
            limits::table().await?;
            token::time().await;
            Ok(())
        }
        ["token"] => {
            let _server = connect().await?;
            token::time().await;
            Ok(())
        }
        ["designs"] => designs::table(),
        ["designs", design, url, start] => designs::replica(design, url, start.parse()?).await,
        ["outage"] => outage::table(),
        ["outage", traffic, opinions, number, url, start] => {
            outage::replica((traffic, opinions), number.parse()?, url, start.parse()?).await
        }
        _ => Err("options: none, `token`, `designs` or `outage`".into()),
    }
}

/// A Redis of its own, and the limits of this process connected to it.
async fn connect() -> Result<Server, Box<dyn Error>> {
    let server = Server::start()?;
    let client = redis::Client::open(server.url())?;
    let connection = client.get_multiplexed_async_connection().await?;
    // On a busy machine, too, it is the store that is measured, not an outage.
    let store = shared::Redis::new(connection).namespace("bench");
    shared::connect(store.timeout(Duration::from_secs(5)));
    Ok(server)
}
