//! HTTP servers on loopback that end when told to, and are waited for.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::screen;

/// Dropped to end everything that holds a [`Closing`].
pub(crate) struct Open(#[expect(dead_code, reason = "held for its drop")] watch::Sender<()>);

/// Knows when to end.
#[derive(Clone)]
pub(crate) struct Closing(watch::Receiver<()>);

pub(crate) fn open() -> (Open, Closing) {
    let (sender, receiver) = watch::channel(());
    (Open(sender), Closing(receiver))
}

impl Closing {
    /// Waits for the end.
    pub(crate) async fn begun(mut self) {
        // Nothing is ever sent: this ends with an error, when the sender is gone.
        while self.0.changed().await.is_ok() {}
    }
}

/// A running server.
pub(crate) struct Server(JoinHandle<io::Result<()>>);

impl Server {
    pub(crate) fn start(listener: TcpListener, app: Router, closing: Closing) -> Self {
        let serving = axum::serve(listener, app).with_graceful_shutdown(closing.begun());
        Self(tokio::spawn(async { serving.await }))
    }

    /// Waits until the last request is answered, after closing began.
    pub(crate) async fn ended(self) -> io::Result<()> {
        self.0.await?
    }
}

/// A listener on any free port.
pub(crate) async fn bind() -> io::Result<TcpListener> {
    bind_to(0).await
}

/// A listener on that port, or, where it can't be had, on a free one; with the reason.
pub(crate) async fn bind_or_else_any(port: u16) -> io::Result<(TcpListener, Option<io::Error>)> {
    match bind_to(port).await {
        Ok(listener) => Ok((listener, None)),
        Err(reason) => Ok((bind().await?, Some(reason))),
    }
}

async fn bind_to(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await
}

pub(crate) fn url(address: SocketAddr) -> String {
    format!("http://{address}")
}

/// A client with a pool of its own. What the environment says about proxies is not for loopback.
pub(crate) fn http() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().no_proxy().build()
}

/// Says that it is another port than the one asked for.
pub(crate) fn tell_fallback(port: u16, reason: Option<&io::Error>) {
    if let Some(reason) = reason {
        screen::line(format_args!("port {port} can't be had ({reason}): using a free one\n"));
    }
}
