//! Probes of `/health` while a check hangs.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use resilience::health_check;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::http;

const PROBES: usize = 10_000;
/// Connections that are made at a time: more than these would not wait in the listener's queue.
const AT_ONCE: usize = 500;

#[health_check(name = "hangs")]
async fn hangs() -> Result<(), String> {
    std::future::pending().await
}

pub(crate) async fn measure(address: SocketAddr) {
    println!(
        "| probes at once while a check hangs | answered | the first after, ms | the last after, ms |"
    );
    println!("|--:|--:|--:|--:|");
    for probes in [1, PROBES] {
        let mut times = ask(connections(address, probes).await).await;
        times.sort_unstable();
        let (first, last) = (times[0].as_millis(), times[times.len() - 1].as_millis());
        println!("| {probes} | {} | {first} | {last} |", times.len());
    }
}

async fn connections(address: SocketAddr, many: usize) -> Vec<TcpStream> {
    let mut all = Vec::new();
    while all.len() < many {
        let mut some = JoinSet::new();
        for _ in 0..AT_ONCE.min(many - all.len()) {
            some.spawn(http::connect(address));
        }
        all.extend(some.join_all().await);
        // The other process accepts them meanwhile.
        sleep(Duration::from_millis(20)).await;
    }
    all
}

/// How long each took that was answered.
async fn ask(connections: Vec<TcpStream>) -> Vec<Duration> {
    let (started, mut probes) = (Instant::now(), JoinSet::new());
    for connection in connections {
        probes.spawn(async move {
            let answer = http::ask(connection, "/health").await;
            let is_answered = answer.starts_with(b"HTTP/1.1 200") && contains(&answer, b"hangs");
            is_answered.then(|| started.elapsed())
        });
    }
    probes.join_all().await.into_iter().flatten().collect()
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window == word)
}
