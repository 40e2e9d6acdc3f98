//! A TCP proxy whose faults can be changed while connections are open: pooled ones meet them too.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;

/// What happens to everything that comes from the server.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// Nothing out of the way.
    None,
    /// Each piece comes that much later.
    Delay(Duration),
    /// The connection ends within the first piece.
    Cut,
    /// The connection is reset instead of the first piece.
    Reset,
    /// A byte, and then that long nothing: a slow loris.
    Throttle(Duration),
    /// Nothing comes, without an error.
    BlackHole,
}

/// Ends with its runtime.
#[derive(Debug)]
pub struct Proxy {
    /// Where clients connect.
    pub address: SocketAddr,
    fault: watch::Sender<Fault>,
    severed: watch::Sender<()>,
    requests: Arc<AtomicU64>,
}

impl Proxy {
    /// Between a free port of its own and `server`.
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn start(server: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let proxy = Self {
            address: listener.local_addr()?,
            fault: watch::Sender::new(Fault::None),
            severed: watch::Sender::new(()),
            requests: Arc::default(),
        };
        let (fault, requests) = (proxy.fault.subscribe(), Arc::clone(&proxy.requests));
        let severed = proxy.severed.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let connection = connect(client, server, fault.clone(), Arc::clone(&requests));
                let mut severed = severed.subscribe();
                tokio::spawn(async move {
                    tokio::select! {
                        _ = connection => {}
                        _ = severed.changed() => {}
                    }
                });
            }
        });
        Ok(proxy)
    }

    /// From now on, on open connections too.
    pub fn set(&self, fault: Fault) {
        self.fault.send_replace(fault);
    }

    /// Ends all connections of this moment.
    pub fn sever(&self) {
        self.severed.send_replace(());
    }

    /// What of the load was meant for the server so far: pieces that clients have sent, and
    /// connections that the server did not take.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests.load(Relaxed)
    }
}

/// Losing a connection here is the purpose.
async fn connect(
    client: TcpStream,
    server: SocketAddr,
    fault: watch::Receiver<Fault>,
    requests: Arc<AtomicU64>,
) -> io::Result<()> {
    let server = TcpStream::connect(server).await.inspect_err(|_| {
        requests.fetch_add(1, Relaxed);
    })?;
    // Small pieces are on their way at once, as they would be without a proxy.
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // Either side's end is the end of both.
    tokio::select! {
        done = forward(from_client, to_server, requests) => done,
        done = pump(from_server, to_client, fault) => done,
    }
}

async fn forward(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    requests: Arc<AtomicU64>,
) -> io::Result<()> {
    let mut buffer = [0; 4096];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        requests.fetch_add(1, Relaxed);
        to.write_all(&buffer[..length]).await?;
    }
}

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut fault: watch::Receiver<Fault>,
) -> io::Result<()> {
    let mut buffer = [0; 4096];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        let piece = &buffer[..length];
        let now = *fault.borrow_and_update();
        match now {
            Fault::None => to.write_all(piece).await?,
            Fault::Delay(delay) => {
                pause(&mut fault, delay).await;
                to.write_all(piece).await?;
            }
            Fault::Cut => return to.write_all(&piece[..length / 2]).await,
            Fault::Reset => return to.as_ref().set_zero_linger(),
            Fault::Throttle(between) => trickle(&mut to, piece, &mut fault, between).await?,
            Fault::BlackHole => {
                // A connection that has lost a piece is of no use any more.
                _ = fault.wait_for(|fault| *fault != Fault::BlackHole).await;
                return Ok(());
            }
        }
    }
}

/// Over early when the fault is.
async fn pause(fault: &mut watch::Receiver<Fault>, most: Duration) {
    _ = timeout(most, fault.changed()).await;
}

async fn trickle(
    to: &mut OwnedWriteHalf,
    piece: &[u8],
    fault: &mut watch::Receiver<Fault>,
    between: Duration,
) -> io::Result<()> {
    for (sent, byte) in piece.iter().enumerate() {
        to.write_all(&[*byte]).await?;
        pause(fault, between).await;
        if *fault.borrow() == Fault::None {
            return to.write_all(&piece[sent + 1..]).await;
        }
    }
    Ok(())
}
