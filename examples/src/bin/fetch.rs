//! Fetches URLs with synchronous functions: retry and circuit breaker need no runtime.
//!
//! # What it shows
//!
//! [`fetch`] is a blocking `fn` over `std::net`, with a retry around a breaker for each host (`key = host`). An answer that
//! says 5xx is an `Ok` that counts as a failure (`when_ok`). Rejections become `std::io::Error`s, with nothing to write.
//!
//! # How to run it
//!
//! ```sh
//! cargo run --bin fetch                                 # two hosts on loopback: one shaky, one down
//! cargo run --bin fetch -- http://example.com/ …        # these; fails if one of them does
//! ```
//!
//! # What to copy
//!
//! The two attributes on [`fetch`]. Limits of time can't be an attribute here, for nothing can drop a blocking call: the
//! socket's own time limits do it.
//!
//! # Knobs
//!
//! In the attributes: attempts (4), the first delay (50 ms, doubled each time), failures in a row until a host is left alone
//! (6), for how long (10 s). `PATIENCE` is the limit of each connect, read and write.
//!
//! # What happens under which fault
//!
//! | fault | what it does |
//! |---|---|
//! | a 5xx now and then | tries again, up to three times |
//! | a host that is down | tries again; after six failures in a row it rejects at once for ten seconds |
//! | another host meanwhile | is none of that circuit's business |
//! | 4xx | says so; another attempt would be no better |

use std::io::{self, BufRead, BufReader, Error, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use resilience::{RetryEvent, circuit_breaker, retry};

const PATIENCE: Duration = Duration::from_secs(2);

struct Answer {
    status: u16,
    body: String,
}

impl Answer {
    fn is_server_error(&self) -> bool {
        self.status >= 500
    }
}

/// Each host has a breaker of its own. An answer that says 5xx is an `Ok` that counts as a failure.
/// Rejections become `io::Error`s; the retry knows them anyway and leaves an open circuit alone.
#[retry(attempts = 4, delay = "50ms", when_ok = Answer::is_server_error, on_retry = tell)]
#[circuit_breaker(
    key = host,
    consecutive_failures = 6,
    open_for = "10s",
    when_ok = Answer::is_server_error
)]
fn fetch(host: &str, path: &str) -> io::Result<Answer> {
    let mut stream = TcpStream::connect_timeout(&resolve(host)?, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    parse(&response).ok_or_else(|| Error::new(ErrorKind::InvalidData, "that is not HTTP"))
}

fn tell(retry: &RetryEvent) {
    println!("  attempt {} failed, the next one in {:.0?}", retry.attempt, retry.delay);
}

fn resolve(host: &str) -> io::Result<SocketAddr> {
    let found = if host.contains(':') {
        host.to_socket_addrs()?.next()
    } else {
        (host, 80).to_socket_addrs()?.next()
    };
    found.ok_or_else(|| Error::new(ErrorKind::NotFound, "no address"))
}

/// The status and the body of `HTTP/1.x STATUS …`.
fn parse(response: &str) -> Option<Answer> {
    let (head, body) = response.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, body: body.to_owned() })
}

fn main() -> ExitCode {
    let urls: Vec<String> = std::env::args().skip(1).collect();
    let all_good = match urls.first().map(String::as_str) {
        None => return demo(),
        Some("--help" | "-h") => return usage(ExitCode::SUCCESS),
        Some(_) => urls.iter().map(|url| show(url)).filter(|good| !good).count() == 0,
    };
    if all_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn usage(code: ExitCode) -> ExitCode {
    println!("usage: fetch [http://HOST[:PORT]/PATH …]   without a URL: a show on loopback");
    code
}

/// Fetches, says what happened, and whether it was good.
fn show(url: &str) -> bool {
    println!("{url}");
    let Some(rest) = url.strip_prefix("http://") else {
        println!("  error: only http:// URLs");
        return false;
    };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    match fetch(host, &format!("/{path}")) {
        Ok(answer) => {
            println!("  status {}, {} bytes", answer.status, answer.body.len());
            answer.status < 400
        }
        Err(error) => {
            println!("  error: {error}");
            false
        }
    }
}

fn demo() -> ExitCode {
    match hosts() {
        Ok([shaky, down]) => {
            let urls =
                ["/steady", "/shaky", "/missing"].map(|path| format!("http://{shaky}{path}"));
            let dead = std::iter::repeat_n(format!("http://{down}/"), 3);
            for url in urls.iter().cloned().chain(dead) {
                show(&url);
            }
            println!("the other host's circuit is none of its business:");
            show(&urls[0]);
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// One that answers, and one where no server listens.
fn hosts() -> io::Result<[SocketAddr; 2]> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let unlistened = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        let mut failures = ["500 Internal Server Error", "503 Service Unavailable"].into_iter();
        for stream in listener.incoming().flatten() {
            // A client that hangs up early gets nothing.
            let _ = answer(stream, &mut failures);
        }
    });
    Ok([address, unlistened])
}

fn answer(
    mut stream: TcpStream,
    failures: &mut impl Iterator<Item = &'static str>,
) -> io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    while lines.next().transpose()?.is_some_and(|header| !header.is_empty()) {}
    let status = match request.split(' ').nth(1) {
        Some("/shaky") => failures.next().unwrap_or("200 OK"),
        Some("/missing") => "404 Not Found",
        _ => "200 OK",
    };
    write!(stream, "HTTP/1.0 {status}\r\nContent-Length: 6\r\n\r\nhello\n")
}
