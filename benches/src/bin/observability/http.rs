//! A server on loopback, and clients of a few lines.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};

pub(crate) async fn serve() -> SocketAddr {
    let listener =
        tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async {
        axum::serve(listener, axum::Router::from(resilience::axum::router())).await
    });
    address
}

pub(crate) fn ask(address: SocketAddr, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("it listens");
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it reads");
    stream
}

/// How many bytes came.
pub(crate) fn get(address: SocketAddr, path: &str) -> usize {
    let mut answer = Vec::new();
    ask(address, path).read_to_end(&mut answer).expect("it answers");
    answer.len()
}
