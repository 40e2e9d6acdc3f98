//! Without guards: the server waits out failing accepts by hand, the client waits for ever.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};
use tokio::sync::Mutex;
use tokio::time::sleep;

use super::{Connection, Frame, Result};

/// A connection to a server.
#[derive(Debug)]
pub struct Client {
    connection: Connection,
}

impl Client {
    /// Connects.
    ///
    /// # Errors
    ///
    /// When there is no server.
    pub async fn connect<T: ToSocketAddrs>(addr: T) -> Result<Client> {
        let socket = TcpStream::connect(addr).await?;
        Ok(Client { connection: Connection::new(socket) })
    }

    /// The value under `key`.
    ///
    /// # Errors
    ///
    /// When the server does not say.
    pub async fn get(&mut self, key: &str) -> Result<Option<Bytes>> {
        let words = ["GET", key].map(|word| Bytes::copy_from_slice(word.as_bytes()));
        match self.request(&Frame::command(words)).await? {
            Frame::Bulk(value) => Ok(Some(value)),
            Frame::Null => Ok(None),
            other => Err(format!("unexpected answer {other:?}").into()),
        }
    }

    /// Puts `value` under `key`.
    ///
    /// # Errors
    ///
    /// When the server does not confirm it.
    pub async fn set(&mut self, key: &str, value: Bytes) -> Result<()> {
        let [set, key] = ["SET", key].map(|word| Bytes::copy_from_slice(word.as_bytes()));
        match self.request(&Frame::command([set, key, value])).await? {
            Frame::Simple(text) if text == "OK" => Ok(()),
            other => Err(format!("unexpected answer {other:?}").into()),
        }
    }

    async fn request(&mut self, command: &Frame) -> Result<Frame> {
        self.connection.write_frame(command).await?;
        match self.connection.read_frame().await? {
            Some(Frame::Error(text)) => Err(text.into()),
            Some(answer) => Ok(answer),
            None => Err("connection reset by server".into()),
        }
    }
}

/// Serves until accepting fails for good.
///
/// # Errors
///
/// The one of accepting.
pub async fn serve(listener: TcpListener) -> Result<()> {
    let mut listener = Listener { listener, db: Db::default() };
    loop {
        let (socket, peer) = listener.accept().await?;
        let db = listener.db.clone();
        let mut handler = Handler { connection: Connection::new(socket), db, peer };
        tokio::spawn(async move { handler.run().await });
    }
}

type Db = Arc<Mutex<HashMap<Bytes, Bytes>>>;

struct Listener {
    listener: TcpListener,
    db: Db,
}

impl Listener {
    async fn accept(&mut self) -> Result<(TcpStream, IpAddr)> {
        let mut backoff = 1;
        loop {
            match self.listener.accept().await {
                Ok((socket, peer)) => return Ok((socket, peer.ip())),
                Err(error) if backoff > 64 => return Err(error.into()),
                Err(_) => sleep(Duration::from_secs(backoff)).await,
            }
            backoff *= 2;
        }
    }
}

struct Handler {
    connection: Connection,
    db: Db,
    peer: IpAddr,
}

impl Handler {
    async fn run(&mut self) -> Result<()> {
        while let Some(command) = self.connection.read_frame().await? {
            let answer = self.apply(command).await;
            let answer = answer.unwrap_or_else(|error| Frame::Error(error.to_string()));
            self.connection.write_frame(&answer).await?;
        }
        Ok(())
    }

    async fn apply(&mut self, command: Frame) -> Result<Frame> {
        let words = command.into_words()?;
        match &words[..] {
            [get, key] if get.eq_ignore_ascii_case(b"get") => {
                let value = self.db.lock().await.get(key).cloned();
                Ok(value.map_or(Frame::Null, Frame::Bulk))
            }
            [set, key, value] if set.eq_ignore_ascii_case(b"set") => {
                self.db.lock().await.insert(key.clone(), value.clone());
                Ok(Frame::Simple("OK".to_owned()))
            }
            _ => Err(format!("ERR unknown command from {}", self.peer).into()),
        }
    }
}
