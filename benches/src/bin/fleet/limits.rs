//! Limits under several demands: round trips per call, times, and how close the fleet keeps to its limit.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use resilience::observe::Format;
use resilience::{RateLimitConfig, RateLimiter, registry};

const REPLICAS: usize = 10;
const TIME: Duration = Duration::from_secs(5);

/// A limit, what is asked of it, and how far ahead.
struct Case {
    name: &'static str,
    rate: u32,
    burst: u32,
    demand: u32,
    lease: u64,
}

const CASES: [Case; 8] = [
    Case { name: "a", rate: 1_000, burst: 1_000, demand: 1_000, lease: 50 },
    Case { name: "b", rate: 1_000, burst: 1_000, demand: 1_000, lease: 0 },
    Case { name: "c", rate: 1_000, burst: 100, demand: 500, lease: 100 },
    Case { name: "d", rate: 1_000, burst: 100, demand: 900, lease: 100 },
    Case { name: "e", rate: 1_000, burst: 100, demand: 2_000, lease: 100 },
    Case { name: "f", rate: 10_000, burst: 1_000, demand: 9_000, lease: 50 },
    Case { name: "g", rate: 10_000, burst: 10_000, demand: 10_000, lease: 50 },
    Case { name: "h", rate: 100, burst: 10, demand: 2_000, lease: 50 },
];

/// What ten replicas in this process make of each case.
pub(crate) async fn table() -> Result<(), Box<dyn Error>> {
    println!("{REPLICAS} replicas in one process, {} s each\n", TIME.as_secs());
    println!(
        "| rate | burst | demand | lease, ms | passed/s | worst second | round trips per call | p50, µs | p99, µs |"
    );
    println!("|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    for case in CASES {
        report(&case).await?;
    }
    Ok(())
}

async fn report(case: &Case) -> Result<(), Box<dyn Error>> {
    let lease = Duration::from_millis(case.lease);
    let config = RateLimitConfig::new().rate_per(case.rate, Duration::from_secs(1));
    let config = config.burst(case.burst).shared(true).lease(lease);
    let start = Instant::now() + Duration::from_millis(50);
    let replicas: Vec<_> = (0..REPLICAS)
        .map(|replica| {
            let limiter = RateLimiter::new(case.name, config.clone());
            tokio::spawn(offer(limiter, case.demand, start, replica as u64))
        })
        .collect();
    let (mut passed, mut took) = (Vec::new(), Vec::new());
    for replica in replicas {
        let (its, times) = replica.await?;
        passed.extend(its);
        took.extend(times);
    }
    passed.sort_unstable();
    took.sort_unstable();
    let second = Duration::from_secs(1);
    let within = |from: usize| passed.partition_point(|at| *at < passed[from] + second) - from;
    let worst = (0..passed.len()).map(within).max().unwrap_or(0);
    let at = |share: usize| took[took.len() * share / 1_000].as_micros();
    let (calls, per_second) = (took.len(), passed.len() as f64 / TIME.as_secs_f64());
    println!(
        "| {} | {} | {} | {} | {per_second:.0} | {worst} | {:.3} | {} | {} |",
        case.rate,
        case.burst,
        case.demand,
        case.lease,
        requests(case.name) as f64 / calls as f64,
        at(500),
        at(990),
    );
    Ok(())
}

/// One replica's part of the demand, at times that are as good as independent.
async fn offer(
    limiter: RateLimiter,
    demand: u32,
    start: Instant,
    seed: u64,
) -> (Vec<Duration>, Vec<Duration>) {
    let limiter = Arc::new(limiter);
    let mean = REPLICAS as f64 / f64::from(demand);
    let mut random = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let (mut due, mut calls) = (0.0, Vec::new());
    while due < TIME.as_secs_f64() {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let chance = (random >> 11) as f64 / (1_u64 << 53) as f64;
        due += -mean * (1.0 - chance).ln();
        let at = start + Duration::from_secs_f64(due);
        tokio::time::sleep_until(at.into()).await;
        let limiter = Arc::clone(&limiter);
        calls.push(tokio::spawn(async move {
            let begin = Instant::now();
            let passed = limiter.acquire().await.is_ok();
            (passed.then(|| start.elapsed()), begin.elapsed())
        }));
    }
    let (mut passed, mut took) = (Vec::new(), Vec::new());
    for call in calls {
        let Ok((its, time)) = call.await else { continue };
        passed.extend(its);
        took.push(time);
    }
    (passed, took)
}

/// How many requests the limit's replicas have made, by its metrics.
fn requests(policy: &str) -> u64 {
    let text = Format::Prometheus.text(registry());
    let head = format!("resilience_shared_requests_total{{policy=\"{policy}\",outcome=\"");
    let counts = text.lines().filter_map(|line| line.strip_prefix(&head));
    let asked = counts.filter(|rest| !rest.starts_with("local"));
    asked.filter_map(|rest| rest.rsplit(' ').next()?.parse::<u64>().ok()).sum()
}
