//! The shop without load, up until Ctrl-C, to be looked at from outside.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use crate::client::Payments;
use crate::screen;
use crate::script::Script;
use crate::server::{self, Server};
use crate::shop::{self, Shop};
use crate::upstream::{self, Hits};

/// Slow enough to try things by hand.
const CYCLE: Duration = Duration::from_secs(70);

/// Serves. The servers have ended when this returns.
pub(crate) async fn run(port: u16) -> Result<(), Box<dyn Error>> {
    let (open, closing) = server::open();
    let provider = server::bind().await?;
    let (listener, fallen_back) = server::bind_or_else_any(port).await?;
    let url = server::url(listener.local_addr()?);
    let payments = Payments { http: server::http()?, url: server::url(provider.local_addr()?) };
    let script = Script::begin(CYCLE);
    let provider_app = upstream::app(script, Arc::<Hits>::default(), closing.clone());
    let shop_app = shop::app(Shop { guarded: payments.clone(), bare: payments }, closing.clone());
    let servers = [
        Server::start(provider, provider_app, closing.clone()),
        Server::start(listener, shop_app, closing),
    ];

    server::tell_fallback(port, fallen_back.as_ref());
    // Listened for before it is announced.
    let announce = async { introduce(&url, &script) };
    let (stop, ()) = tokio::join!(biased; tokio::signal::ctrl_c(), announce);
    stop?;
    screen::line("\nstopping");
    drop(open);
    for server in servers {
        server.ended().await?;
    }
    Ok(())
}

fn introduce(url: &str, script: &Script) {
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

The payment provider goes {script}, again and again.
Ctrl-C stops."
    ));
}
