//! Several designs of a limit and of a circuit breaker for a fleet, under the same load: ten replicas of four tasks each call
//! as fast as they can.
//!
//! The others' designs are rebuilt here as their sources describe them. *One command per call* is what `redis-cell`'s
//! `CL.THROTTLE` does, as a script, because its module is not installed where tests run. *State under a lock* is
//! `DistributedCircuitBreaker` of gobreaker: read the state, take the lock, run the call, write the state, release the lock;
//! it sleeps 500 ms between two attempts at the lock, and 1 ms here.

use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use redis::Script;
use resilience::{
    CircuitBreaker, CircuitBreakerConfig, RateLimitConfig, RateLimiter, registry, shared,
};

use crate::counting::Counting;
use crate::processes;
use crate::server::Server;

const REPLICAS: usize = 10;
const TASKS: usize = 4;
const TIME: Duration = Duration::from_secs(3);
/// What a guarded call of a circuit breaker takes: the dependency's answer.
const ANSWER: Duration = Duration::from_millis(2);

const DESIGNS: [(&str, &str); 8] = [
    ("limit never reached: leases", "leases"),
    ("limit never reached: no lease", "asks"),
    ("limit never reached: one command per call", "command"),
    ("1,000/s, all the others rejected: leases", "leases-over"),
    ("1,000/s, all the others rejected: one command per call", "command-over"),
    ("circuit breaker that is not shared", "alone"),
    ("circuit breaker, shared opinions", "opinions"),
    ("circuit breaker, state under a lock", "lock"),
];

/// A line for each.
pub(crate) fn table() -> Result<(), Box<dyn Error>> {
    println!("{REPLICAS} replicas (processes) of {TASKS} tasks, {} s each\n", TIME.as_secs());
    println!(
        "| design | calls/s, whole fleet | passed/s | commands per call | p50 added, µs | p99 added, µs |"
    );
    println!("|---|--:|--:|--:|--:|--:|");
    for (name, design) in DESIGNS {
        let server = Server::start()?;
        let arguments = || vec!["designs".to_owned(), design.to_owned(), server.url()];
        let printed = processes::run(std::iter::repeat_with(arguments).take(REPLICAS))?;
        line(name, &printed)?;
    }
    Ok(())
}

/// Sums; of the times those of the replica in the middle.
fn line(name: &str, printed: &[String]) -> Result<(), Box<dyn Error>> {
    let replicas: Vec<Vec<u64>> = (printed.iter())
        .map(|text| text.split_whitespace().map(str::parse).collect::<Result<_, _>>())
        .collect::<Result<_, _>>()?;
    let sum = |column: usize| replicas.iter().map(|replica| replica[column]).sum::<u64>() as f64;
    let median = |column: usize| {
        let mut values: Vec<u64> = replicas.iter().map(|replica| replica[column]).collect();
        values.sort_unstable();
        values[values.len() / 2] as f64 / 1_000.0
    };
    let (calls, seconds) = (sum(0), TIME.as_secs_f64());
    println!(
        "| {name} | {:.0} | {:.0} | {:.4} | {:.1} | {:.1} |",
        calls / seconds,
        sum(1) / seconds,
        sum(2) / calls,
        median(3),
        median(4),
    );
    Ok(())
}

/// One replica: prints its calls, those that passed, its commands, and the time added to a call in nanoseconds, the median and
/// the 99th percentile.
pub(crate) async fn replica(design: &str, url: &str, start: u64) -> Result<(), Box<dyn Error>> {
    let client = redis::Client::open(url)?;
    let connection = Counting::new(client.get_multiplexed_async_connection().await?);
    let store = shared::Redis::new(connection.clone()).namespace("bench");
    // Ten busy processes on few processors: no question is to time out here.
    shared::connect(store.timeout(Duration::from_secs(5)));
    let design = Arc::new(Design::new(design, &connection).ok_or("an unknown design")?);
    processes::begin(start).await;
    let (before, begin) = (connection.sent(), Instant::now());
    let tasks: Vec<_> =
        (0..TASKS).map(|_| tokio::spawn(call(Arc::clone(&design), begin))).collect();
    let (mut passed, mut added) = (0, Vec::new());
    for task in tasks {
        let (its, times) = task.await?;
        passed += its;
        added.extend(times);
    }
    added.sort_unstable();
    let at = |share: usize| added[(added.len() - 1) * share / 100];
    let sent = connection.sent() - before;
    println!("{} {passed} {sent} {} {}", added.len(), at(50), at(99));
    Ok(())
}

/// Calls until the time is over: how many passed, and the nanoseconds that were added to each.
async fn call(design: Arc<Design>, begin: Instant) -> (u64, Vec<u32>) {
    let (mut passed, mut added) = (0, Vec::new());
    while begin.elapsed() < TIME {
        // A rejected caller of a real service is a request that ends, too: other tasks have their turn.
        for _ in 0..16 {
            let call = Instant::now();
            let body = design.call().await;
            let time = call.elapsed().saturating_sub(body.unwrap_or_default());
            added.push(u32::try_from(time.as_nanos()).unwrap_or(u32::MAX));
            passed += u64::from(body.is_some());
        }
        tokio::task::yield_now().await;
    }
    (passed, added)
}

enum Design {
    Limiter(RateLimiter),
    Command(Counting, Script, u64, u64),
    Alone(CircuitBreaker),
    Opinions(&'static CircuitBreaker),
    Lock(Counting, AtomicU64),
}

impl Design {
    fn new(name: &str, connection: &Counting) -> Option<Self> {
        let limit = |rate: u32, lease: u64| {
            let config = RateLimitConfig::new().rate_per(rate, Duration::from_secs(1));
            let lease = Duration::from_millis(lease);
            Self::Limiter(RateLimiter::new("limit", config.shared(true).lease(lease)))
        };
        let command = |interval, burst| {
            Self::Command(connection.clone(), Script::new(THROTTLE), interval, burst * interval)
        };
        let breaker = CircuitBreaker::new("breaker", CircuitBreakerConfig::new());
        let sharing = CircuitBreaker::new("sharing", CircuitBreakerConfig::new().shared(0.5));
        Some(match name {
            "leases" => limit(1_000_000, 50),
            "asks" => limit(1_000_000, 0),
            "command" => command(1, 1_000_000),
            "leases-over" => limit(1_000, 50),
            "command-over" => command(1_000, 1_000),
            "alone" => Self::Alone(breaker),
            "opinions" => Self::Opinions(registry().insert(sharing)),
            "lock" => Self::Lock(connection.clone(), AtomicU64::new(0)),
            _ => return None,
        })
    }

    /// How long the call's body took; `None` for a rejection.
    async fn call(&self) -> Option<Duration> {
        match self {
            Self::Limiter(limiter) => limiter.acquire().await.ok().map(|()| Duration::ZERO),
            Self::Command(connection, script, interval, limit) => {
                let mut throttle = script.key("limit");
                let throttle = throttle.arg(*interval).arg(*limit);
                let granted: u32 = throttle.invoke_async(&mut connection.clone()).await.ok()?;
                (granted == 1).then_some(Duration::ZERO)
            }
            Self::Alone(breaker) => guarded(breaker).await,
            Self::Opinions(breaker) => guarded(breaker).await,
            Self::Lock(connection, number) => locked(connection.clone(), number).await.ok(),
        }
    }
}

async fn guarded(breaker: &CircuitBreaker) -> Option<Duration> {
    let permit = breaker.try_acquire().ok()?;
    let took = body().await;
    permit.success();
    Some(took)
}

async fn body() -> Duration {
    let begin = Instant::now();
    tokio::time::sleep(black_box(ANSWER)).await;
    begin.elapsed()
}

/// A call under the fleet's lock.
async fn locked(mut connection: Counting, number: &AtomicU64) -> redis::RedisResult<Duration> {
    let _state: Option<String> =
        redis::cmd("GET").arg("state").query_async(&mut connection).await?;
    let token = format!("{}-{}", std::process::id(), number.fetch_add(1, Relaxed));
    let mut lock = redis::cmd("SET");
    lock.arg("lock").arg(&token).arg("NX").arg("PX").arg(5_000);
    while lock.query_async::<Option<String>>(&mut connection).await?.is_none() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let took = body().await;
    redis::cmd("SET").arg("state").arg("{}").query_async::<()>(&mut connection).await?;
    redis::cmd("DEL").arg("lock").query_async::<()>(&mut connection).await?;
    Ok(took)
}

/// The generic cell rate algorithm, a command per call.
const THROTTLE: &str = "
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local arrival = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + ARGV[1]
if arrival - now > tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[1], string.format('%.0f', arrival), 'PX', math.ceil((arrival - now) / 1000) + 1)
return 1";
