//! A service that fetches pictures by a guarded HTTP client: one line.
//!
//! # What it shows
//!
//! `resilience::reqwest::Client::new()` in the place of `reqwest::Client::new()`, and nothing else: no attribute, no
//! policy by hand. Errors and answers such as 503 are tried again, within a budget; a host that is down is left alone;
//! each request tells how much time is left. Pictures that can't be had are answered for by a default one, as they were
//! before.
//!
//! # How to run it
//!
//! ```sh
//! cargo run --bin pictures                 # ten pictures, then an upstream that is gone
//! cargo run --bin pictures -- --serve 8080 # GET /pictures/NUMBER
//! ```
//!
//! # What to copy
//!
//! The line in [`Pictures::new`].
//!
//! # Knobs
//!
//! `AVATARS_URL` says where pictures are when it serves; without it, at an upstream of its own. The limit of a call is
//! [`PATIENCE`]. Options of the policies by `RESILIENCE_OVERRIDES`: `circuit_breaker.http_client.open_for = "1s"`.
//!
//! # What happens under which fault
//!
//! | fault | what callers get | the upstream sees |
//! |---|---|---|
//! | 503 now and then | the picture, of a later attempt | at most a fifth more requests |
//! | black-holed, reset, down | the default picture, after 100 ms at most; at once while the circuit is open | what comes until ten have failed, then one when a minute has passed |
//!
//! `cargo x outage` has a row for it, with the line and without.

use std::error::Error;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;

/// The longest that a picture is waited for.
const PATIENCE: Duration = Duration::from_millis(100);
const DEFAULT: &str = "/default.png";

/// Where pictures are.
#[derive(Clone)]
struct Pictures {
    http: resilience::reqwest::Client,
    url: String,
}

impl Pictures {
    fn new(url: String) -> Self {
        Self { http: resilience::reqwest::Client::new(), url }
    }

    /// Where that user's picture is.
    async fn find(&self, user: u32) -> Result<String, Box<dyn Error + Send + Sync>> {
        let url = format!("{}/avatars/{user}", self.url);
        let response = self.http.get(url).timeout(PATIENCE).send().await?;
        Ok(response.error_for_status()?.text().await?)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if let Some(port) = resilience_examples::serving()? {
        return serve(port).await;
    }
    let calls = resilience_examples::number("--calls", 11..=1000, 20, "calls in the outage");
    show("well", &Pictures::new(upstream().await?), 10).await;
    show("outage", &Pictures::new(gone().await?), calls).await;
    Ok(())
}

/// Where nothing listens any more.
async fn gone() -> std::io::Result<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    Ok(format!("http://{}", listener.local_addr()?))
}

async fn show(label: &str, pictures: &Pictures, calls: u32) {
    let (start, mut found) = (Instant::now(), 0);
    let mut last = None;
    for user in 1..=calls {
        match pictures.find(user).await {
            Ok(_) => found += 1,
            Err(error) => last = Some(error),
        }
    }
    println!("{label:8} {found} of {calls} pictures in {} ms", start.elapsed().as_millis());
    if let Some(error) = last {
        println!("         {error}");
    }
}

async fn serve(port: u16) -> Result<(), Box<dyn Error>> {
    let url = match std::env::var("AVATARS_URL") {
        Ok(url) => url,
        Err(_) => upstream().await?,
    };
    let pictures = Pictures::new(url);
    // Its policies have names from now on.
    if let Err(problems) = resilience::overrides::load() {
        eprintln!("{problems}");
    }
    let app = Router::new()
        .route("/pictures/{user}", get(picture))
        .with_state(pictures)
        .merge(resilience::axum::router())
        .merge(resilience_examples::runtime());
    resilience_examples::serve_until_ctrl_c(app, port, "GET", "/pictures/1").await?;
    Ok(())
}

async fn picture(State(pictures): State<Pictures>, Path(user): Path<u32>) -> String {
    pictures.find(user).await.unwrap_or_else(|_| DEFAULT.to_owned())
}

async fn upstream() -> std::io::Result<String> {
    let avatar = |Path(user): Path<u32>| async move { format!("/pictures/{user}.png") };
    let app = Router::new().route("/avatars/{user}", get(avatar));
    Ok(format!("http://{}", resilience_examples::serve(app).await?))
}
