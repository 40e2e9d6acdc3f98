//! The show: one dependency after the other fails, and callers go on asking.

use std::ops::Range;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::StatusCode;
use resilience::registry;
use rusqlite::Connection;
use tokio::time::sleep;

use crate::api;
use crate::backends::{Backends, Files, USERS};
use crate::cache::FRESH;
use crate::user::{BoxError, Source, User};

const SOURCES: [Source; 5] =
    [Source::Database, Source::Cache, Source::StaleCache, Source::Replica, Source::Default];

pub(crate) async fn run(backends: Backends, calls: i64) -> Result<(), BoxError> {
    let users = std::sync::Arc::clone(&backends.users);
    let url = format!("http://{}", resilience_examples::serve(api::app(users)).await?);
    let show = Show { http: reqwest::Client::builder().no_proxy().build()?, url };
    let (known, later) = (1..calls + 1, calls + 1..2 * calls + 1);
    println!(
        "phase                     database  cache  stale replica default failed  max ms  breaker"
    );
    show.row("all is well", &known).await;
    show.row("once more", &known).await;
    backends.avatars_hang.store(true, Relaxed);
    show.row("the upstream hangs", &later).await;
    backends.avatars_hang.store(false, Relaxed);
    if let Some(files) = &backends.files {
        show.outages(files, calls).await?;
    }
    let unknown = show.ask(USERS + 1).await;
    println!(
        "\nuser {}: {}",
        USERS + 1,
        unknown.map_or_else(|status| status.to_string(), |user| user.name)
    );
    let pictures = registry().circuit_breaker("avatars").map(ToString::to_string);
    println!("{}", pictures.unwrap_or_default());
    Ok(())
}

struct Show {
    http: reqwest::Client,
    url: String,
}

impl Show {
    async fn outages(&self, files: &Files, calls: i64) -> Result<(), BoxError> {
        let locks = files.paths().map(Connection::open);
        let [database, replica] = locks;
        let (database, replica) = (database?, replica?);
        sleep(FRESH).await;
        database.execute_batch("BEGIN EXCLUSIVE")?;
        self.row("database locked: known", &(1..calls + 1)).await;
        self.row("database locked: others", &(2 * calls + 1..3 * calls + 1)).await;
        replica.execute_batch("BEGIN EXCLUSIVE")?;
        self.row("replica locked, too", &(3 * calls + 1..4 * calls + 1)).await;
        database.execute_batch("ROLLBACK")?;
        replica.execute_batch("ROLLBACK")?;
        self.recover().await;
        self.row("recovered", &(4 * calls + 1..5 * calls + 1)).await;
        Ok(())
    }

    /// After `open_for` one call tries, and closes the circuit.
    async fn recover(&self) {
        for _ in 0..100 {
            sleep(Duration::from_millis(50)).await;
            if self.ask(1).await.is_ok_and(|user| user.source == Source::Database) {
                break;
            }
        }
    }

    /// Asks for all of them at once, and prints who answered.
    async fn row(&self, phase: &str, ids: &Range<i64>) {
        let asked = join_all(ids.clone().map(async |id| {
            let start = Instant::now();
            (self.ask(id).await, start.elapsed())
        }));
        let answers = asked.await;
        print!("{phase:24}");
        for (source, width) in SOURCES.into_iter().zip([10, 7, 7, 8, 8]) {
            let from =
                |answer: &Result<User, _>| answer.as_ref().is_ok_and(|it| it.source == source);
            print!("{:width$}", answers.iter().filter(|(answer, _)| from(answer)).count());
        }
        let failed = answers.iter().filter(|(answer, _)| answer.is_err()).count();
        let longest = answers.iter().map(|(_, took)| took.as_millis()).max().unwrap_or_default();
        let state = registry().circuit_breaker("users").map(|it| it.state().to_string());
        println!("{failed:7}{longest:8}  {}", state.unwrap_or_default());
    }

    async fn ask(&self, id: i64) -> Result<User, StatusCode> {
        let broken = |error: reqwest::Error| error.status().unwrap_or(StatusCode::IM_A_TEAPOT);
        let response = self.http.get(format!("{}/users/{id}", self.url)).send().await;
        let good = response.and_then(reqwest::Response::error_for_status).map_err(broken)?;
        good.json().await.map_err(broken)
    }
}
