//! The play: replicas as processes, callers for each, and a Redis that is killed in the middle.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::redis_server::RedisServer;
use crate::replica::RATE;

const CALLERS: usize = 2;
/// Between two calls of one caller.
const PAUSE: Duration = Duration::from_millis(8);
const PHASE: u32 = 4;

/// A replica's process, ended when it is dropped.
struct Replica {
    child: Child,
    url: String,
}

#[derive(Default)]
struct Tally {
    passed: AtomicU64,
    failed: AtomicU64,
    longest: AtomicU64,
}

pub async fn play(replicas: u64) -> Result<(), Box<dyn Error>> {
    let Ok(mut redis) = RedisServer::start() else {
        println!(
            "No `redis-server` is installed here, and this play needs one: `apt-get install redis-server`, or run \
             `docker compose -f examples/fleet/compose.yaml up`."
        );
        return Ok(());
    };
    let fleet: Vec<_> =
        (0..replicas).map(|_| Replica::start(&redis.url())).collect::<Result<_, _>>()?;
    let tallies: Vec<_> = fleet.iter().map(|_| Arc::new(Tally::default())).collect();
    for (replica, tally) in fleet.iter().zip(&tallies) {
        for _ in 0..CALLERS {
            tokio::spawn(call(replica.url.clone(), Arc::clone(tally)));
        }
    }
    println!("{replicas} replicas share {RATE} calls a second; each is asked about 200 times.\n");
    head(replicas);
    let with = phase("up", &tallies).await;
    redis.kill();
    let without = phase("killed", &tallies).await;
    redis.restart()?;
    let again = phase("back", &tallies).await;
    println!("\nLet through in a second, by all {replicas} replicas together:");
    println!("  with Redis     {with:4}   the limit is {RATE}");
    println!(
        "  without Redis  {without:4}   each replica has {} of it",
        u64::from(RATE) / replicas
    );
    println!("  Redis is back  {again:4}   with one fresh burst, because Redis came back empty");
    Ok(())
}

fn head(replicas: u64) {
    print!("second  Redis ");
    (1..=replicas).for_each(|replica| print!("{:>7}", format!("no. {replica}")));
    println!("   together  errors  slowest call");
}

/// Some seconds, a line each; what all let through in one, on average.
async fn phase(redis: &str, tallies: &[Arc<Tally>]) -> u64 {
    let mut together = 0;
    for second in 1..=PHASE {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let passed: Vec<_> = tallies.iter().map(|tally| tally.passed.swap(0, Relaxed)).collect();
        let sum: u64 = passed.iter().sum();
        let failed: u64 = tallies.iter().map(|tally| tally.failed.swap(0, Relaxed)).sum();
        let longest = tallies.iter().map(|tally| tally.longest.swap(0, Relaxed)).max();
        print!("{second:6}  {redis:6}");
        for passed in &passed {
            print!("{passed:7}");
        }
        println!("{sum:11}{failed:8}{:11} ms", longest.unwrap_or(0) / 1_000);
        together += sum;
    }
    together / u64::from(PHASE)
}

/// Calls one replica, again and again.
async fn call(url: String, tally: Arc<Tally>) {
    let Ok(http) = reqwest::Client::builder().no_proxy().build() else { return };
    loop {
        let begin = Instant::now();
        match http.get(&url).send().await.map(|response| response.status().as_u16()) {
            Ok(200) => drop(tally.passed.fetch_add(1, Relaxed)),
            Ok(429) => {}
            _ => drop(tally.failed.fetch_add(1, Relaxed)),
        }
        let took = u64::try_from(begin.elapsed().as_micros()).unwrap_or(u64::MAX);
        tally.longest.fetch_max(took, Relaxed);
        tokio::time::sleep(PAUSE).await;
    }
}

impl Replica {
    fn start(redis: &str) -> Result<Self, Box<dyn Error>> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--serve", "0"]).env("REDIS_URL", redis).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let mut said = String::new();
        let output = child.stdout.take().ok_or("it has an output")?;
        BufReader::new(output).read_line(&mut said)?;
        // `GET http://… …`
        let url = said.split_whitespace().nth(1).map(str::to_owned);
        let mut replica = Self { child, url: String::new() };
        replica.url = url.ok_or("a replica did not start")?;
        Ok(replica)
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
