//! What several examples share: a server on loopback, and a number on the command line.
#![forbid(unsafe_code)]

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;

use axum::Router;
use tokio::net::TcpListener;

/// Serves `app` on a free port of 127.0.0.1 until the program ends.
///
/// # Errors
/// When there is no free port.
pub async fn serve(app: Router) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async { axum::serve(listener, app).await });
    Ok(address)
}

/// The number that the command line gives as `OPTION N`, or the default. Anything else there ends
/// the program: with the usage after `--help`, with an error and status 2 after a mistake.
#[must_use]
pub fn number(option: &str, range: RangeInclusive<u32>, default: u32, meaning: &str) -> u32 {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let given: Vec<&str> = given.iter().map(String::as_str).collect();
    let number = match given[..] {
        [] => Some(default),
        [name, value] if name == option => value.parse().ok().filter(|n| range.contains(n)),
        _ => None,
    };
    let (least, most) = (range.start(), range.end());
    let usage =
        format!("options:\n  {option} N   {meaning}, {least} to {most} (default: {default})");
    number.unwrap_or_else(|| {
        if matches!(given[..], ["--help" | "-h"]) {
            println!("{usage}");
            std::process::exit(0)
        }
        eprintln!("error: what is `{}`?\n\n{usage}", given.join(" "));
        std::process::exit(2)
    })
}
