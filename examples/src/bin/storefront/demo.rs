//! The demo: the same load, with the attributes and without, against the same outage.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::client::Payments;
use crate::screen::{self, Screen, Tone};
use crate::script::Script;
use crate::server::{self, Closing, Server};
use crate::shop::{self, Shop};
use crate::stage::{Side, Stage};
use crate::upstream::{self, HICCUP};
use crate::{load, summary, timeline};

/// Runs it. The servers have ended when this returns.
pub(crate) async fn run(seconds: u32, rate: u32, port: u16) -> Result<(), Box<dyn Error>> {
    let screen = Screen::new();
    let (open, closing) = server::open();
    let listeners = [server::bind().await?, server::bind().await?];
    let (shop, fallen_back) = server::bind_or_else_any(port).await?;
    let url = server::url(shop.local_addr()?);
    let script = Script::begin(Duration::from_secs(seconds.into()));
    let stage = Stage { script, rate, guarded: Side::default(), bare: Side::default() };
    let servers = start(shop, listeners, &stage, &closing)?;

    server::tell_fallback(port, fallen_back.as_ref());
    introduce(screen, &stage, &url);
    let (traffic, ()) =
        tokio::join!(traffic(&url, &stage), timeline::show(screen, &stage, seconds));
    traffic?;
    screen::line("");
    summary::show(screen, &stage);

    drop(open);
    for server in servers {
        server.ended().await?;
    }
    Ok(())
}

fn start(
    shop: TcpListener,
    [for_guarded, for_bare]: [TcpListener; 2],
    stage: &Stage,
    closing: &Closing,
) -> Result<[Server; 3], Box<dyn Error>> {
    let payments = |listener: &TcpListener| -> Result<Payments, Box<dyn Error>> {
        Ok(Payments { http: server::http()?, url: server::url(listener.local_addr()?) })
    };
    let payments = Shop { guarded: payments(&for_guarded)?, bare: payments(&for_bare)? };
    let shop_app = shop::app(payments, closing.clone(), None);
    let provider =
        |side: &Side| upstream::app(stage.script, Arc::clone(&side.hits), closing.clone());
    Ok([
        Server::start(for_guarded, provider(&stage.guarded), closing.clone()),
        Server::start(for_bare, provider(&stage.bare), closing.clone()),
        Server::start(shop, shop_app, closing.clone()),
    ])
}

async fn traffic(url: &str, stage: &Stage) -> reqwest::Result<()> {
    let to = |path, side: &Side| {
        load::run(format!("{url}{path}"), stage.rate, stage.script, Arc::clone(&side.record))
    };
    tokio::try_join!(
        to(shop::CHECKOUT, &stage.guarded),
        to(shop::CHECKOUT_UNPROTECTED, &stage.bare),
    )?;
    Ok(())
}

fn introduce(screen: Screen, stage: &Stage, url: &str) {
    let Stage { script, rate, .. } = stage;
    let patience = load::PATIENCE.as_secs();
    screen::line(screen.paint(
        Tone::Strong,
        "storefront: what four attributes do for a shop whose payment provider breaks",
    ));
    screen::line(format_args!(
        "
  shop      {url} with two ways to check out: one pays through a client function
            with #[retry] #[circuit_breaker] #[timeout] #[bulkhead], one through the same without
  payments  a provider for each way: {script};
            even when healthy, it fails one request in {HICCUP}
  load      {rate} shoppers/s each way, who give up after {patience} s
  columns   rejected: told at once to come back later    retried: by the client function itself
            waiting: no answer yet                      p50, p99: waits in ms
"
    ));
}
