//! A database with more load than it can take, behind a limit that finds itself and without: PostgreSQL at a third of
//! its speed, and under twice the load. Each call holds one connection of a small pool for a `pg_sleep`.

use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use deadpool_postgres::{BuildError, Manager, ManagerConfig, Pool, RecyclingMethod};
use resilience::{Bulkhead, BulkheadConfig, Rejection, RejectionKind, bulkhead, timeout};
use resilience_harness::Postgres;
use tokio::task::{JoinSet, block_in_place};
use tokio::time::{MissedTickBehavior, interval};
use tokio_postgres::NoTls;

const CONNECTIONS: u32 = 10;
/// What a query takes where all is well: the connections do 500 a second.
const USUAL: Duration = Duration::from_millis(20);
/// Half of that.
const USUAL_RATE: u32 = 250;
/// Enough for the limit to learn what calls take.
const BEFORE: Duration = Duration::from_secs(5);

/// How it comes that there is more load than the database can take.
struct Overload {
    name: &'static str,
    slower: u32,
    rate: u32,
}

const OVERLOADS: [Overload; 2] = [
    Overload { name: "PostgreSQL at a third of its speed", slower: 3, rate: USUAL_RATE },
    Overload { name: "twice the load PostgreSQL can take", slower: 1, rate: 1_000 },
];

/// Prints what became of the calls in so much time of each overload, and whether the limit did what it is for. Both
/// services run side by side, each with a pool of its own.
pub(crate) async fn compare(length: Duration) -> bool {
    let Some(postgres) = block_in_place(Postgres::start) else {
        println!("\noverload: PostgreSQL is not installed");
        return true;
    };
    let (mut rows, mut is_good) = (String::from(HEAD), true);
    for overload in &OVERLOADS {
        let [limited, bare] = [true, false].map(|is_limited| Service::new(&postgres, is_limited));
        let (Ok(limited), Ok(bare)) = (limited, bare) else { return false };
        let (with, without) =
            tokio::join!(suffer(limited, overload, length), suffer(bare, overload, length));
        is_good &= with.is_better_than(&without);
        // A String takes it.
        let _ = writeln!(rows, "| {} | yes | {with}\n| | no | {without}", overload.name);
    }
    println!(
        "\nUnder overload for {length:?}, with `#[bulkhead(adaptive)]` and without:\n\n{rows}"
    );
    is_good
}

const HEAD: &str = "\
| overload | adaptive | answered, of the possible | rejected | given up | p50 | p99 |
|---|---|--:|--:|--:|--:|--:|
";

#[derive(Debug)]
enum Failure {
    Database,
    Rejected(Rejection),
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

/// What is called: its callers give up after a second.
struct Service {
    pool: Pool,
    slots: Bulkhead,
    is_limited: bool,
    slower: AtomicU32,
}

impl Service {
    fn new(postgres: &Postgres, is_limited: bool) -> Result<Arc<Self>, BuildError> {
        let url = Postgres::url(postgres.address());
        let config = url.parse().expect("our own URL");
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(config, NoTls, recycling);
        let pool = Pool::builder(manager).max_size(CONNECTIONS as usize).build()?;
        let slots = Bulkhead::new("reports", BulkheadConfig::new().adaptive(true));
        Ok(Arc::new(Self { pool, slots, is_limited, slower: AtomicU32::new(1) }))
    }

    async fn call(&self) -> Result<(), Failure> {
        if self.is_limited { self.limited().await } else { self.bare().await }
    }

    #[timeout("1s")]
    #[bulkhead(self.slots)]
    async fn limited(&self) -> Result<(), Failure> {
        self.report().await
    }

    #[timeout("1s")]
    async fn bare(&self) -> Result<(), Failure> {
        self.report().await
    }

    async fn report(&self) -> Result<(), Failure> {
        let client = self.pool.get().await.map_err(|_| Failure::Database)?;
        let query = client.prepare_cached("SELECT pg_sleep($1)").await;
        let query = query.map_err(|_| Failure::Database)?;
        let seconds = (USUAL * self.slower.load(Ordering::Relaxed)).as_secs_f64();
        client.execute(&query, &[&seconds]).await.map_err(|_| Failure::Database)?;
        Ok(())
    }
}

/// The usual load for a while, and then too much.
async fn suffer(service: Arc<Service>, overload: &Overload, length: Duration) -> Seen {
    load(&service, USUAL_RATE, BEFORE).await;
    service.slower.store(overload.slower, Ordering::Relaxed);
    let seen = load(&service, overload.rate, length).await;
    let possible = length.as_secs_f64() / (USUAL * overload.slower).as_secs_f64();
    Seen { possible: possible * f64::from(CONNECTIONS), ..seen }
}

/// So many calls a second, whatever becomes of the earlier ones.
async fn load(service: &Arc<Service>, rate: u32, length: Duration) -> Seen {
    let mut ticks = interval(Duration::from_secs(1) / rate);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (start, mut running, mut seen) = (Instant::now(), JoinSet::new(), Seen::default());
    while start.elapsed() < length {
        ticks.tick().await;
        let service = Arc::clone(service);
        running.spawn(async move {
            let begun = Instant::now();
            (service.call().await, begun.elapsed())
        });
        while let Some(ended) = running.try_join_next() {
            seen.extend(ended.ok());
        }
    }
    while let Some(ended) = running.join_next().await {
        seen.extend(ended.ok());
    }
    seen.answered.sort();
    seen
}

/// What became of calls.
#[derive(Debug, Default)]
struct Seen {
    answered: Vec<Duration>,
    rejected: usize,
    given_up: usize,
    failed: usize,
    /// So many answers the connections can give.
    possible: f64,
}

impl Extend<(Result<(), Failure>, Duration)> for Seen {
    fn extend<I: IntoIterator<Item = (Result<(), Failure>, Duration)>>(&mut self, calls: I) {
        for (outcome, took) in calls {
            match outcome {
                Ok(()) => self.answered.push(took),
                Err(Failure::Database) => self.failed += 1,
                Err(Failure::Rejected(rejection)) => match rejection.kind() {
                    RejectionKind::BulkheadFull => self.rejected += 1,
                    _ => self.given_up += 1,
                },
            }
        }
    }
}

impl Seen {
    fn quantile(&self, percent: usize) -> Duration {
        let place = self.answered.len() * percent / 100;
        self.answered.get(place).copied().unwrap_or_default()
    }

    /// As many answers, nearly, in half the time, and hardly a call that waits in vain.
    fn is_better_than(&self, bare: &Self) -> bool {
        let is_answered = self.answered.len() * 10 >= bare.answered.len() * 8;
        let is_quicker = self.quantile(50) * 2 <= bare.quantile(50);
        is_answered && is_quicker && self.given_up * 2 <= bare.given_up && self.failed == 0
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calls = self.answered.len() + self.rejected + self.given_up + self.failed;
        let share = |count: usize| 100.0 * count as f64 / calls.max(1) as f64;
        let answered = 100.0 * self.answered.len() as f64 / self.possible;
        let [median, slow] = [50, 99].map(|percent| self.quantile(percent).as_millis());
        let (rejected, given_up) = (share(self.rejected), share(self.given_up + self.failed));
        write!(f, "{answered:.1} % | {rejected:.1} % | {given_up:.1} % | {median} ms | {slow} ms |")
    }
}
