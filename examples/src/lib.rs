//! What several examples share: a server on loopback, and the command line.
#![forbid(unsafe_code)]

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;

use axum::Router;
use axum::routing::get;
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::Handle;

/// How many callers may knock at once before the kernel turns some away for a second: a crowd that
/// comes back all together is larger than the usual 1024.
const BACKLOG: u32 = 4096;

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

/// Serves `app` on that port of 127.0.0.1 (0: a free one) until Ctrl-C, and prints a URL first.
///
/// # Errors
/// When the port is taken.
pub async fn serve_until_ctrl_c(
    app: Router,
    port: u16,
    method: &str,
    path: &str,
) -> io::Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind((Ipv4Addr::LOCALHOST, port).into())?;
    let listener = socket.listen(BACKLOG)?;
    println!("{method} http://{}{path} … /health … Ctrl-C stops", listener.local_addr()?);
    let stop = async { _ = tokio::signal::ctrl_c().await };
    axum::serve(listener, app).with_graceful_shutdown(stop).await
}

/// `GET /runtime`: how many tasks are alive. One that only ever grows is a leak.
pub fn runtime() -> Router {
    let tasks =
        || async { format!("{{\"tasks\":{}}}", Handle::current().metrics().num_alive_tasks()) };
    Router::new().route("/runtime", get(tasks))
}

/// The port after `--serve`, if the command line begins with that; 8080 if none follows.
///
/// # Errors
/// When what follows is no port.
pub fn serving() -> Result<Option<u16>, std::num::ParseIntError> {
    let mut args = std::env::args().skip(1);
    if args.next().is_none_or(|first| first != "--serve") {
        return Ok(None);
    }
    args.next().map_or(Ok(8080), |port| port.parse()).map(Some)
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
