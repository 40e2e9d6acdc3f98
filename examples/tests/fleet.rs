//! A limit that processes share by way of a real Redis: exact among eight of them, and what happens when Redis is slow, gone,
//! restarted, forgetful, or a cluster.
#![cfg(all(feature = "redis", target_os = "linux"))]

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use redis::aio::{
    ConnectionLike, ConnectionManager, ConnectionManagerConfig, MultiplexedConnection,
};
use redis::sentinel::{SentinelClient, SentinelServerType};
use resilience::observe::Format;
use resilience::shared::{self, Sharing};
use resilience::{
    CircuitBreaker, CircuitState, Keyed, RateLimitConfig, RateLimiter, circuit_breaker, registry,
};
use resilience_harness::{Redis, RedisCluster, RedisSentinel};
use tokio::sync::{Mutex, MutexGuard};

/// What a call may take while the store does not answer: its 20 ms, and what a busy machine adds.
const SOON: Duration = Duration::from_millis(250);

/// What a question may take where no outage is meant.
const PATIENCE: Duration = Duration::from_secs(5);

const LIMIT: RateLimitConfig = RateLimitConfig::new().rate("100/s").burst(10).shared(true);

/// A program has one store, and the machine few processors: tests take turns.
async fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::const_new(());
    TURN.lock().await
}

fn redis() -> Redis {
    Redis::start().expect("redis-server: scripts/install-test-packages")
}

async fn connection(redis: &Redis) -> MultiplexedConnection {
    let client = redis::Client::open(Redis::url(redis.address())).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}

/// A store by a connection that comes back by itself.
fn store(redis: &Redis) -> shared::Redis<ConnectionManager> {
    let client = redis::Client::open(Redis::url(redis.address())).unwrap();
    let config = ConnectionManagerConfig::new().set_max_delay(SOON);
    let manager = ConnectionManager::new_lazy_with_config(client, config).unwrap();
    shared::Redis::new(manager).namespace("fleet-test")
}

/// To a server that is well: no question times out because the machine is busy.
fn connect(redis: &Redis) {
    shared::connect(store(redis).timeout(PATIENCE));
}

/// How many of so many calls pass now.
async fn pass(replica: &RateLimiter, calls: usize) -> usize {
    let mut passed = 0;
    for _ in 0..calls {
        passed += usize::from(replica.acquire().await.is_ok());
    }
    passed
}

/// Calls for that long: how many passed, and how long the longest took. On a busy machine fewer pass than may: how many are
/// expected at least tells a whole limit from a part, or something from nothing.
async fn call_for(replica: &RateLimiter, time: Duration) -> (usize, Duration) {
    let (start, mut passed, mut longest) = (Instant::now(), 0, Duration::ZERO);
    while start.elapsed() < time {
        let begin = Instant::now();
        passed += usize::from(replica.acquire().await.is_ok());
        longest = longest.max(begin.elapsed());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    (passed, longest)
}

fn replica(redis: &Redis, lease: u64, start: SystemTime) -> Child {
    let start = start.duration_since(UNIX_EPOCH).unwrap().as_millis().to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_fleet"));
    command.args(["--call", "4", "10", &lease.to_string(), &start]);
    command.env("REDIS_URL", Redis::url(redis.address())).stdout(Stdio::piped());
    command.spawn().unwrap()
}

/// Eight processes call for ten seconds: how many passed.
fn eight_processes(redis: &Redis, lease: u64) -> u64 {
    let start = SystemTime::now() + Duration::from_secs(2);
    let replicas: Vec<_> = (0..8).map(|_| replica(redis, lease, start)).collect();
    let passed = replicas.into_iter().map(|replica| {
        let output = replica.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let mut numbers = text.split_whitespace().map(|number| number.parse::<u64>().unwrap());
        numbers.nth(1).unwrap()
    });
    passed.sum()
}

/// Never more than the limit; and all of it, unless the machine is too busy for 100 calls a second three times in a row.
fn eight_processes_have_the_whole_limit(lease: u64, at_most: u64) {
    let passed: Vec<_> = (0..3)
        .map(|_| {
            let passed = eight_processes(&redis(), lease);
            println!("with leases of {lease} ms {passed} passed");
            assert!(passed <= at_most, "{passed}");
            passed
        })
        .take_while(|passed| *passed < 1_000)
        .collect();
    assert!(passed.len() < 3, "{passed:?}");
}

#[tokio::test]
async fn eight_processes_that_always_ask_have_one_limit() {
    let _turn = turn().await;
    eight_processes_have_the_whole_limit(0, 1_010);
}

#[tokio::test]
async fn eight_processes_with_leases_have_one_limit_and_a_turn_each() {
    let _turn = turn().await;
    eight_processes_have_the_whole_limit(50, 1_018);
}

/// How often the server has run that command.
async fn runs(connection: &mut impl ConnectionLike, command: &str) -> u64 {
    let mut info = redis::cmd("INFO");
    let text: String = info.arg("commandstats").query_async(connection).await.unwrap();
    let head = format!("cmdstat_{command}:calls=");
    let line = text.lines().find_map(|line| line.strip_prefix(&head));
    line.map_or(0, |rest| rest.split(',').next().unwrap().parse().unwrap())
}

#[tokio::test]
async fn a_rejected_call_writes_nothing() {
    let (_turn, redis) = (turn().await, redis());
    let mut server = connection(&redis).await;
    connect(&redis);
    let limiter = RateLimiter::new("writes", LIMIT.rate("10/h"));
    assert_eq!(pass(&limiter, 10).await, 10);
    let before = runs(&mut server, "set").await;
    assert_eq!(before, 10);
    for _ in 0..20 {
        // A new replica believes nothing that another was told.
        assert_eq!(pass(&RateLimiter::new("writes", LIMIT.rate("10/h")), 1).await, 0);
    }
    assert_eq!(runs(&mut server, "set").await, before);
}

#[tokio::test]
async fn forgotten_scripts_are_sent_again() {
    let (_turn, redis) = (turn().await, redis());
    let mut server = connection(&redis).await;
    connect(&redis);
    let limiter = RateLimiter::new("flushed", LIMIT.rate("10/h").lease(Duration::ZERO));
    for _ in 0..10 {
        redis::cmd("SCRIPT").arg("FLUSH").query_async::<()>(&mut server).await.unwrap();
        assert_eq!(pass(&limiter, 1).await, 1);
    }
    assert_eq!(pass(&limiter, 1).await, 0);
    let text = Format::Prometheus.text(registry());
    assert!(text.contains("{policy=\"flushed\",outcome=\"failed\"} 0\n"), "{text}");
}

#[tokio::test]
async fn a_server_that_hangs_is_left_alone() {
    let (_turn, redis) = (turn().await, redis());
    let mut server = connection(&redis).await;
    shared::connect(store(&redis));
    let limiter = RateLimiter::new("hanging", LIMIT.replicas(4));
    assert_eq!(pass(&limiter, 1).await, 1);
    let sleeping = tokio::spawn(async move {
        redis::cmd("DEBUG").arg("SLEEP").arg(4).query_async::<()>(&mut server).await
    });
    // It sleeps when it has got there.
    tokio::time::sleep(Duration::from_millis(50)).await;
    let (passed, longest) = call_for(&limiter, Duration::from_secs(2)).await;
    assert!(longest < SOON, "{longest:?}");
    // A quarter of 100/s for two seconds, and of a burst of ten.
    assert!((20..=54).contains(&passed), "{passed}");
    assert_eq!(limiter.shared(), Some(Sharing::Lost));
    sleeping.abort();
}

/// Waits until the store answers again.
async fn is_back(limiter: &RateLimiter) {
    let start = Instant::now();
    while limiter.shared() != Some(Sharing::Connected) {
        assert!(start.elapsed() < Duration::from_secs(30), "it is back");
        let _ = limiter.acquire().await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_killed_server_is_right_again_when_it_is_back() {
    let (_turn, mut redis) = (turn().await, redis());
    shared::connect(store(&redis));
    let limiter = RateLimiter::new("killed", LIMIT.replicas(4));
    // The burst is used up, in the store and here.
    pass(&limiter, 20).await;
    redis.kill();
    let (passed, longest) = call_for(&limiter, Duration::from_secs(2)).await;
    assert!(longest < SOON, "{longest:?}");
    assert!((20..=54).contains(&passed), "{passed}");
    redis.restart();
    is_back(&limiter).await;
    let (passed, _) = call_for(&limiter, Duration::from_secs(2)).await;
    assert!((80..=215).contains(&passed), "{passed}");
}

#[tokio::test]
async fn a_clock_that_was_set_back_costs_a_burst_at_most() {
    let (_turn, redis) = (turn().await, redis());
    let mut server = connection(&redis).await;
    connect(&redis);
    let (seconds, micros): (u64, u64) = redis::cmd("TIME").query_async(&mut server).await.unwrap();
    let in_an_hour = (seconds + 3_600) * 1_000_000 + micros;
    let mut set = redis::cmd("SET");
    set.arg("fleet-test:rl:v1:{back}").arg(in_an_hour);
    set.query_async::<()>(&mut server).await.unwrap();
    let limiter = RateLimiter::new("back", LIMIT);
    assert_eq!(pass(&limiter, 1).await, 0);
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert_eq!(pass(&limiter, 1).await, 1);
}

#[tokio::test]
async fn a_booked_turn_comes_in_time_and_vanishes_with_the_key() {
    let (_turn, redis) = (turn().await, redis());
    let mut server = connection(&redis).await;
    connect(&redis);
    let patient = RateLimiter::new("booked", LIMIT.burst(1).max_wait(Duration::from_secs(5)));
    let start = Instant::now();
    assert_eq!(pass(&patient, 21).await, 21);
    let took = start.elapsed();
    assert!(took >= Duration::from_millis(200) && took < Duration::from_secs(2), "{took:?}");
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut exists = redis::cmd("EXISTS");
    exists.arg("fleet-test:rl:v1:{booked}");
    assert_eq!(exists.query_async::<u64>(&mut server).await.unwrap(), 0);
}

#[tokio::test]
async fn replicas_are_counted() {
    let (_turn, redis) = (turn().await, redis());
    let mut server = connection(&redis).await;
    let mut count = redis::cmd("ZCARD");
    count.arg("fleet-test:replicas:v1");
    for replicas in 1..=2 {
        connect(&redis);
        let start = Instant::now();
        while count.query_async::<u64>(&mut server).await.unwrap() != replicas {
            assert!(start.elapsed() < Duration::from_secs(10), "each says that it is there");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

#[circuit_breaker(name = "dependency", shared, consecutive_failures = 2)]
static DEPENDENCY: CircuitBreaker;

/// Waits until the breaker is in that state.
async fn becomes(state: CircuitState) {
    let start = Instant::now();
    while DEPENDENCY.state() != state {
        assert!(start.elapsed() < Duration::from_secs(10), "{state} is not reached");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_circuit_breaker_heeds_a_quorum_and_a_trial_of_another() {
    let (_turn, redis) = (turn().await, redis());
    let mut server = connection(&redis).await;
    connect(&redis);
    let (seconds, _): (u64, u64) = redis::cmd("TIME").query_async(&mut server).await.unwrap();
    let key = "fleet-test:cb:v1:{dependency}";
    let end = (seconds + 3_600) * 1_000_000;
    let mut open = redis::cmd("HSET");
    open.arg(key).arg("o:one").arg(end).arg("o:other").arg(end);
    open.query_async::<()>(&mut server).await.unwrap();
    becomes(CircuitState::Open).await;
    let (seconds, micros): (u64, u64) = redis::cmd("TIME").query_async(&mut server).await.unwrap();
    let mut close = redis::cmd("HDEL");
    close.arg(key).arg("o:one").arg("o:other").query_async::<()>(&mut server).await.unwrap();
    let mut close = redis::cmd("HSET");
    close.arg(key).arg("closed").arg(seconds * 1_000_000 + micros);
    close.query_async::<()>(&mut server).await.unwrap();
    becomes(CircuitState::Closed).await;
    for _ in 0..2 {
        DEPENDENCY.try_acquire().unwrap().failure();
    }
    let start = Instant::now();
    let opinions = async |server: &mut MultiplexedConnection| {
        let fields: Vec<String> = redis::cmd("HKEYS").arg(key).query_async(server).await.unwrap();
        fields.into_iter().filter(|field| field.starts_with("o:")).count()
    };
    while opinions(&mut server).await != 1 {
        assert!(start.elapsed() < Duration::from_secs(10), "its opinion is there");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    shared::force("dependency", Some(CircuitState::ForcedClosed)).await.unwrap();
    becomes(CircuitState::ForcedClosed).await;
    shared::force("dependency", None).await.unwrap();
    becomes(CircuitState::Closed).await;
}

#[tokio::test]
async fn a_cluster_spreads_the_keys() {
    let _turn = turn().await;
    let cluster = RedisCluster::start().expect("redis-server: scripts/install-test-packages");
    let client = redis::cluster::ClusterClient::new(cluster.urls()).unwrap();
    let connection = client.get_async_connection().await.unwrap();
    let store = shared::Redis::new(connection).namespace("fleet-test");
    shared::connect(store.timeout(PATIENCE));
    let tenants = Keyed::<RateLimiter>::new("clustered", LIMIT.rate("3/h").burst(3));
    for tenant in 0..100_u32 {
        let limiter = tenants.get(&tenant);
        let mut passed = 0;
        for _ in 0..5 {
            passed += usize::from(limiter.acquire().await.is_ok());
        }
        assert_eq!(passed, 3, "tenant {tenant}");
    }
    let text = Format::Prometheus.text(registry());
    assert!(text.contains("{policy=\"clustered\",outcome=\"failed\"} 0\n"), "{text}");
}

#[tokio::test]
async fn a_failover_keeps_what_was_replicated() {
    let _turn = turn().await;
    let mut servers = RedisSentinel::start().expect("redis-server: scripts/install-test-packages");
    let sentinel = SentinelClient::build(
        servers.urls(),
        RedisSentinel::NAME.to_owned(),
        None,
        SentinelServerType::Master,
    );
    let sentinel = Arc::new(Mutex::new(sentinel.unwrap()));
    let connection = shared::Reconnecting::new(move || {
        let sentinel = Arc::clone(&sentinel);
        async move { sentinel.lock().await.get_async_connection().await }
    });
    redis::cmd("PING").query_async::<()>(&mut connection.clone()).await.unwrap();
    let store = shared::Redis::new(connection).namespace("fleet-test");
    // Longer than by default, for a busy machine; a call waits that long at most.
    shared::connect(store.timeout(SOON / 2));
    let used_up = || RateLimiter::new("failed over", LIMIT.rate("10/h"));
    assert_eq!(pass(&used_up(), 20).await, 10);
    let steady = RateLimiter::new("steady", LIMIT.replicas(4));
    let (passed, _) = call_for(&steady, Duration::from_secs(1)).await;
    assert!((50..=110).contains(&passed), "{passed}");
    servers.kill_master();
    let (passed, longest) = call_for(&steady, Duration::from_secs(1)).await;
    assert!(longest < SOON, "{longest:?}");
    // A quarter of 100/s, of a burst of ten, and what the store had granted ahead.
    assert!((5..=30).contains(&passed), "{passed}");
    is_back(&steady).await;
    assert_eq!(pass(&used_up(), 20).await, 0, "what was used stays used");
    let (passed, _) = call_for(&steady, Duration::from_secs(1)).await;
    assert!((50..=111).contains(&passed), "{passed}");
}

/// Debian 12 has no Valkey: where one is installed, it is tested.
#[tokio::test]
async fn valkey_does_as_well() {
    let _turn = turn().await;
    let Some(valkey) = Redis::start_program("valkey-server") else {
        println!("valkey-server is not installed");
        return;
    };
    connect(&valkey);
    assert_eq!(pass(&RateLimiter::new("valkey", LIMIT.rate("10/h")), 20).await, 10);
}
