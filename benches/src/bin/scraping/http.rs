//! A server on loopback, and clients of a few lines.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// Connections that wait to be accepted: no probe may be turned away for that, and try again a second later.
const BACKLOG: u32 = 4_096;

/// In a runtime.
pub(crate) fn serve() -> SocketAddr {
    let socket = TcpSocket::new_v4().expect("there are handles left");
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).expect("a port is free");
    let listener = socket.listen(BACKLOG).expect("it is bound");
    let address = listener.local_addr().expect("it is bound");
    let router = axum::Router::from(resilience::axum::router());
    tokio::spawn(async { axum::serve(listener, router).await });
    address
}

pub(crate) async fn connect(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.expect("it listens, and there are handles left")
}

/// Asks, and reads until the connection ends.
pub(crate) async fn ask(mut stream: TcpStream, path: &str) -> Vec<u8> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("it reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("it answers");
    answer
}

/// How many bytes came.
pub(crate) async fn get(address: SocketAddr, path: &str) -> usize {
    ask(connect(address).await, path).await.len()
}
