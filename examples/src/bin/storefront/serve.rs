//! The shop without load, up until Ctrl-C, to be looked at from outside.

use std::env;
use std::error::Error;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use resilience::overrides;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::{fmt, prelude::*, registry};

use crate::client::Payments;
use crate::screen;
use crate::script::Script;
use crate::server::{self, Server};
use crate::shop::{self, Shop};
use crate::upstream::{self, Hits};

/// Slow enough to try things by hand.
const CYCLE: Duration = Duration::from_secs(70);

/// Options that are changed while the shop is up, unless this variable names another file.
const FILE: &str = "RESILIENCE_OVERRIDES_FILE";
const BESIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/bin/storefront/resilience.toml");
/// How often the file is read.
const PERIOD: Duration = Duration::from_secs(1);

/// Who knows this may change policies over HTTP: a shop on loopback has no secrets, yours needs one.
const TOKEN: &str = "ADMIN_TOKEN";
const OPEN_SECRET: &str = "let-me-in";

/// Serves. The servers have ended when this returns.
pub(crate) async fn run(port: u16) -> Result<(), Box<dyn Error>> {
    log();
    let file = watch_file()?;
    let token = env::var(TOKEN).unwrap_or_else(|_| OPEN_SECRET.to_owned());
    let (open, closing) = server::open();
    let provider = server::bind().await?;
    let (listener, fallen_back) = server::bind_or_else_any(port).await?;
    let url = server::url(listener.local_addr()?);
    let payments = Payments { http: server::http()?, url: server::url(provider.local_addr()?) };
    let script = Script::begin(CYCLE);
    let provider_app = upstream::app(script, Arc::<Hits>::default(), closing.clone());
    let shop = Shop { guarded: payments.clone(), bare: payments };
    let shop_app = shop::app(shop, closing.clone(), Some(token.clone()));
    let servers = [
        Server::start(provider, provider_app, closing.clone()),
        Server::start(listener, shop_app, closing),
    ];

    server::tell_fallback(port, fallen_back.as_ref());
    // Listened for before it is announced.
    let announce = async { introduce(&url, &script, &file, &token) };
    let (stopped, ()) = tokio::join!(biased; tokio::signal::ctrl_c(), announce);
    stopped?;
    screen::line("\nstopping");
    drop(open);
    for server in servers {
        server.ended().await?;
    }
    Ok(())
}

/// What changed, and mistakes in the file, go to stderr; the page shows the rest.
fn log() {
    let overrides = Targets::new().with_target("resilience::overrides", LevelFilter::WARN);
    let log = fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    registry().with(log).with(overrides).init();
}

/// Puts the file's options in force, now and whenever it changes; the file.
fn watch_file() -> Result<PathBuf, Box<dyn Error>> {
    let path = env::var_os(FILE).map_or_else(|| BESIDE.into(), PathBuf::from);
    let overrides = overrides::file(&path);
    overrides.reload()?;
    overrides.watch(PERIOD);
    Ok(path)
}

fn introduce(url: &str, script: &Script, file: &Path, token: &str) {
    let file = file.display();
    screen::line(format_args!(
        "\
storefront is up:
  {url}/                      what it offers
  {url}/health                up, degraded or down
  {url}/resilience            every policy and what it did
  {url}/resilience/dashboard  the same as a page, live
  {url}/metrics               the same for Prometheus

try, a few times in a row:
  curl -i -X POST {url}/checkout/1
  curl -i -X POST {url}/unprotected/checkout/1

change an option while it runs, in the file or by hand:
  {file}
  curl -X PATCH -H 'Authorization: Bearer {token}' -d '{{\"attempts\": 1}}' '{url}/resilience/config/retry/payments?for=15m'

The payment provider goes {script}, again and again.
Ctrl-C stops."
    ));
}
