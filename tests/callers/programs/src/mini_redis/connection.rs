//! Frames over a socket.

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Frame, Result};

/// A socket, and what of its next frame has arrived.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: BytesMut,
}

impl Connection {
    /// Nothing is read yet.
    #[must_use]
    pub fn new(stream: TcpStream) -> Self {
        Self { stream, buffer: BytesMut::new() }
    }

    /// The next frame; nothing when the peer has closed between two.
    ///
    /// # Errors
    ///
    /// When the socket fails or the bytes are no frame.
    pub async fn read_frame(&mut self) -> Result<Option<Frame>> {
        loop {
            if let Some(frame) = Frame::parse(&mut self.buffer)? {
                return Ok(Some(frame));
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                let reset = !self.buffer.is_empty();
                return if reset { Err("connection reset by peer".into()) } else { Ok(None) };
            }
        }
    }

    /// Sends a frame.
    ///
    /// # Errors
    ///
    /// When the socket fails.
    pub async fn write_frame(&mut self, frame: &Frame) -> Result<()> {
        let mut bytes = Vec::new();
        frame.write(&mut bytes);
        Ok(self.stream.write_all(&bytes).await?)
    }
}
