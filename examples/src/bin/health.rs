//! Health checks for Kubernetes: a database that the service can't do without, and a cache that it can.
//!
//! # What it shows
//!
//! - Two functions with `#[health_check]`, listed and served at `/health`, `/health/live` and `/health/ready` by
//!   themselves; each behind a breaker of its own, so that a dead dependency is not asked at every probe.
//! - *Degraded* and *down*: without the cache the service still takes requests, without the database it doesn't; in
//!   neither case is it restarted, which would not help.
//! - Checks by hand, with `HealthChecker`, for those that are put together at run time.
//!
//! The database is SQLite by rusqlite: it adds five small crates and SQLite itself to the build, sqlx some sixty. The
//! cache is anything that answers `PING` as Redis does, or else a stand-in within this program.
//!
//! # How to run it
//!
//! ```sh
//! cargo run --bin health
//! cargo run --bin health -- --rounds 10             # more checks of a dead cache by hand
//! CACHE_ADDRESS=localhost:6379 cargo run --bin health
//! ```
//!
//! # What to copy
//!
//! [`database`] and [`cache`], and `examples/kubernetes/service.yaml`: which probe asks which route.
//!
//! # Knobs
//!
//! `timeout`: what is an answer too late (500 ms). `critical`: without it the service is down. `every`: ask in the background;
//! without it, on demand, and an answer is good for a second. `CACHE_ADDRESS` (`host:port`).
//!
//! # What happens under which fault
//!
//! | fault | `/health` | `/health/ready` | `/health/live` |
//! |---|---|---|---|
//! | cache gone | 200, degraded | 200 | 200 |
//! | database locked, gone | 503, down | 503: no requests from Kubernetes | 200: no restart |
//! | either for longer | the check says `circuit_open`, and asks less often | as above | 200 |

use std::error::Error;
use std::future::ready;
use std::io;
use std::path::PathBuf;
use std::sync::{LazyLock, OnceLock};
use std::time::Duration;

use resilience::health::HealthCheckConfig;
use resilience::{HealthChecker, health_check};
use rusqlite::Connection;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::sleep;

static DATABASE: LazyLock<PathBuf> = LazyLock::new(|| {
    std::env::temp_dir().join(format!("resilience-health-{}.sqlite", std::process::id()))
});
static CACHE: OnceLock<String> = OnceLock::new();

/// Without it the service is *down*: no pod takes requests that it must fail. On demand, as here,
/// an answer is good for a second: any number of probes are one query.
#[health_check(name = "database", critical)]
async fn database() -> Result<(), rusqlite::Error> {
    let asked = spawn_blocking(|| {
        let connection = Connection::open(&*DATABASE)?;
        connection.busy_timeout(Duration::from_millis(50))?;
        connection.query_row("SELECT count(*) FROM users", [], |_| Ok(()))
    });
    asked.await.expect("a query doesn't panic")
}

/// Without it the service is slower, and says that it is *degraded*.
#[health_check(name = "cache")]
async fn cache() -> io::Result<()> {
    let mut stream = TcpStream::connect(CACHE.get().expect("set at the start")).await?;
    stream.write_all(b"PING\r\n").await?;
    let mut answer = [0; 7];
    stream.read_exact(&mut answer).await?;
    if answer == *b"+PONG\r\n" { Ok(()) } else { Err(io::Error::other("an answer, but no PONG")) }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let rounds = resilience_examples::number("--rounds", 4..=60, 4, "checks of a dead cache");
    Connection::open(&*DATABASE)?.execute_batch("CREATE TABLE users (id INTEGER PRIMARY KEY)")?;
    let shown = show(rounds).await;
    std::fs::remove_file(&*DATABASE)?;
    shown
}

async fn show(rounds: u32) -> Result<(), Box<dyn Error>> {
    let stand_in = start_cache().await?;
    // Errors are for operators of the service: every caller, in this example.
    let app = resilience::axum::router().show_details(true).into();
    let url = format!("http://{}", resilience_examples::serve(app).await?);
    println!("all is well");
    probe(&url).await?;
    if let Some(cache) = stand_in {
        cache.abort();
        _ = cache.await;
        println!("\nthe cache is gone");
        sleep(Duration::from_secs(1)).await;
        probe(&url).await?;
    }
    println!("\nsomebody holds the database's lock");
    let lock = Connection::open(&*DATABASE)?;
    lock.execute_batch("BEGIN EXCLUSIVE")?;
    sleep(Duration::from_secs(1)).await;
    probe(&url).await?;
    lock.execute_batch("ROLLBACK")?;
    println!("\nby hand: {rounds} rounds, each check through a breaker of its own");
    by_hand(rounds).await;
    Ok(())
}

/// What Kubernetes would see.
async fn probe(url: &str) -> reqwest::Result<()> {
    let http = reqwest::Client::builder().no_proxy().build()?;
    for path in ["/health/live", "/health/ready", "/health"] {
        let response = http.get(format!("{url}{path}")).send().await?;
        println!("  GET {path:14} {}  {}", response.status().as_u16(), response.text().await?);
    }
    Ok(())
}

/// For checks that are put together at run time, or that no registry shall list.
async fn by_hand(rounds: u32) {
    let critical = HealthCheckConfig::new().critical(true);
    let checker = HealthChecker::new()
        .check("cache", || ready(Err::<(), _>("connection refused")))
        .check_with("database", critical, database);
    for _ in 0..rounds {
        let statuses = checker.run().await;
        println!("  cache {:12} database {}", statuses["cache"], statuses["database"]);
        // So long an answer is good.
        sleep(Duration::from_secs(1)).await;
    }
}

/// The stand-in for a cache server, unless there is a real one.
async fn start_cache() -> io::Result<Option<JoinHandle<()>>> {
    if let Ok(address) = std::env::var("CACHE_ADDRESS") {
        CACHE.get_or_init(|| address);
        return Ok(None);
    }
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    CACHE.get_or_init(|| address.to_string());
    Ok(Some(tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            // A client that hangs up early gets nothing.
            _ = stream.write_all(b"+PONG\r\n").await;
        }
    })))
}
