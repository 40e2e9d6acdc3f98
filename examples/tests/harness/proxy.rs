//! A TCP proxy whose faults can be changed while connections are open: pooled ones meet them too.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::sleep;

/// What happens to everything that comes from the server.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    None,
    /// Each piece comes that much later.
    Delay(Duration),
    /// The connection ends within the first piece.
    Cut,
    /// The connection is reset instead of the first piece.
    Reset,
    /// A byte, and then that long nothing: a slow loris.
    Throttle(Duration),
    /// Nothing comes, and nobody says so.
    BlackHole,
}

/// Ends with its runtime.
pub struct Proxy {
    pub address: SocketAddr,
    fault: watch::Sender<Fault>,
    answers: Arc<AtomicUsize>,
}

impl Proxy {
    /// Between a free port of its own and `server`.
    pub async fn start(server: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let proxy = Self {
            address: listener.local_addr()?,
            fault: watch::Sender::new(Fault::None),
            answers: Arc::default(),
        };
        let (fault, answers) = (proxy.fault.subscribe(), Arc::clone(&proxy.answers));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(connect(client, server, fault.clone(), Arc::clone(&answers)));
            }
        });
        Ok(proxy)
    }

    pub fn set(&self, fault: Fault) {
        self.fault.send_replace(fault);
    }

    /// How many pieces the server has sent so far: what of the load reached it.
    pub fn answers(&self) -> usize {
        self.answers.load(Relaxed)
    }
}

/// Whoever loses a connection here is meant to.
async fn connect(
    client: TcpStream,
    server: SocketAddr,
    fault: watch::Receiver<Fault>,
    answers: Arc<AtomicUsize>,
) -> io::Result<()> {
    let server = TcpStream::connect(server).await?;
    let (mut from_client, to_client) = client.into_split();
    let (from_server, mut to_server) = server.into_split();
    // Either side's end is the end of both.
    tokio::select! {
        done = tokio::io::copy(&mut from_client, &mut to_server) => done.map(|_| ()),
        done = pump(from_server, to_client, fault, answers) => done,
    }
}

async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut fault: watch::Receiver<Fault>,
    answers: Arc<AtomicUsize>,
) -> io::Result<()> {
    let mut buffer = [0; 4096];
    loop {
        let length = from.read(&mut buffer).await?;
        if length == 0 {
            return Ok(());
        }
        answers.fetch_add(1, Relaxed);
        let piece = &buffer[..length];
        let now = *fault.borrow_and_update();
        match now {
            Fault::None => to.write_all(piece).await?,
            Fault::Delay(delay) => {
                sleep(delay).await;
                to.write_all(piece).await?;
            }
            Fault::Cut => return to.write_all(&piece[..length / 2]).await,
            Fault::Reset => return to.as_ref().set_zero_linger(),
            Fault::Throttle(pause) => trickle(&mut to, piece, pause).await?,
            Fault::BlackHole => {
                // A connection that has lost a piece is of no use any more.
                _ = fault.wait_for(|fault| *fault != Fault::BlackHole).await;
                return Ok(());
            }
        }
    }
}

async fn trickle(to: &mut OwnedWriteHalf, piece: &[u8], pause: Duration) -> io::Result<()> {
    for byte in piece {
        to.write_all(&[*byte]).await?;
        sleep(pause).await;
    }
    Ok(())
}
