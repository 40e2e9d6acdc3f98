//! A fault, from before it until after it, under steady load.

use std::fmt;
use std::ops::Range;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::figures::{Figures, Seen};
use super::lag::Lag;
use super::limits::Limits;
use super::{App, Call, Fault, Load, Outcome, Programs, World};

/// Calls a second.
const RATE: u32 = 200;
const NORMAL: Duration = Duration::from_millis(1_500);
const OUTAGE: Duration = Duration::from_secs(4);
/// After the circuit may have closed again.
const AFTER: Duration = Duration::from_secs(2);
/// More than either program has slots and connections for, and this much slower than usual, so that
/// they are all needed.
const REHEARSAL: u64 = 200;
const SLOWLY: Fault = Fault::Delay(Duration::from_millis(10));
/// In the eight seconds of a run, a machine that has time for it is late by less.
const BUSY: Duration = Duration::from_millis(500);
/// Where the numbers of orders begin that are not part of the steady load; and those of each herd.
const CROWD: u64 = 1_000_000;
const LATER: u64 = 100_000;

/// Where it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The HTTP service behind: pictures for users, or where orders go.
    Upstream,
    /// PostgreSQL.
    Database,
    /// Redis.
    Cache,
}

/// How it fails.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Trouble {
    /// What the proxy does to answers.
    Proxy(Fault),
    /// So many of a hundred requests fail.
    Errors(u32),
    /// The server's processes are ended, and started again at the end.
    Kill,
    /// The server's processes stand still.
    Pause,
}

/// One outage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scenario {
    /// Who is called.
    pub app: App,
    /// Where it fails.
    pub place: Place,
    /// How it fails.
    pub trouble: Trouble,
    /// How many callers come all at once shortly before the outage ends, and again when it does.
    pub herd: u64,
}

impl Scenario {
    /// Without a herd.
    #[must_use]
    pub const fn new(app: App, place: Place, trouble: Trouble) -> Self {
        Self { app, place, trouble, herd: 0 }
    }

    /// With so many callers at once.
    #[must_use]
    pub const fn herd(self, herd: u64) -> Self {
        Self { herd, ..self }
    }

    /// What must hold with the attributes on.
    #[must_use]
    pub fn limits(&self) -> Limits {
        let open_for = match (self.app, self.place) {
            (App::Orders | App::Limited | App::Pictures, _) => Duration::from_secs(1),
            (App::Users, Place::Upstream) => Duration::from_secs(2),
            (App::Users, Place::Database | Place::Cache) => Duration::from_millis(500),
        };
        Limits { open_for, opens: !matches!(self.trouble, Trouble::Errors(..50)), ..Limits::BASE }
    }

    /// What the page of the program promises.
    fn deadline(&self) -> Duration {
        match self.app {
            App::Users => Duration::from_millis(700),
            App::Limited | App::Pictures => Duration::from_millis(100),
            App::Orders => Duration::from_millis(2_100),
        }
    }

    /// A call's number: one that the cache has no fresh answer for, unless the cache is what fails.
    fn numbers(&self) -> fn(u64) -> u64 {
        match (self.app, self.place) {
            (App::Orders | App::Limited | App::Pictures, _) => |count| count,
            (App::Users, Place::Cache) => |count| count % 20 + 1,
            (App::Users, _) => |count| count % 1_000 + 1,
        }
    }

    /// A crowd's: users who are there, orders that are new.
    fn crowd(&self, numbers: Range<u64>) -> impl Iterator<Item = u64> + use<> {
        let app = self.app;
        numbers.map(move |count| match app {
            App::Users => count % 1_000 + 1,
            App::Orders | App::Limited | App::Pictures => CROWD + count,
        })
    }

    /// Starts everything, lets it fail, and tells what callers saw. `None` where the server that
    /// shall fail is not installed. Needs a runtime of several threads.
    ///
    /// # Panics
    /// When something does not start.
    pub async fn run(&self, programs: &Programs) -> Option<Figures> {
        let mut world = World::start(programs, self.app, self.place).await.expect("free ports")?;
        self.rehearse(&world).await;
        let before = world.rest(None).await;
        let (mut seen, calls) = self.outage(&mut world).await;
        let after = world.rest(Some(before)).await;
        seen.well = world.service.callers().settle(self.crowd(3 * LATER..4 * LATER)).await;
        (seen.lost, seen.twice) = (world.lost(&calls), world.upstream.done_twice());
        Some(Figures::new(&seen, &calls, before, after))
    }

    /// The same, and again, twice at most, where a limit is broken while this machine held everything
    /// up: services have time limits of 50 ms, which a machine that is busy elsewhere does not keep.
    ///
    /// # Panics
    /// When something does not start.
    pub async fn run_fairly(&self, programs: &Programs) -> Option<Figures> {
        let mut figures = self.run(programs).await?;
        for _ in 0..2 {
            if figures.held_up < BUSY || self.limits().broken_by(&figures).is_empty() {
                break;
            }
            println!("{self}: again, for this machine is busy ({:?})", figures.held_up);
            figures = self.run(programs).await?;
        }
        Some(figures)
    }

    /// Pools, caches and what the allocator keeps are as large as they get.
    async fn rehearse(&self, world: &World) {
        let callers = world.service.callers();
        let crowd = self.herd.max(REHEARSAL);
        let numbers = |round: u64| self.crowd(round * crowd..(round + 1) * crowd);
        callers.until(Outcome::Answered, numbers(0)).await;
        world.proxy.set(SLOWLY);
        for round in 1..4 {
            callers.all(numbers(round)).await;
        }
        world.proxy.set(Fault::None);
        // Circuits that were open are closed again, and what was fresh is stale.
        sleep(self.limits().open_for + Duration::from_millis(500)).await;
        callers.until(Outcome::Answered, numbers(4)).await;
    }

    async fn outage(&self, world: &mut World) -> (Seen, Vec<Call>) {
        let callers = world.service.callers();
        callers.connect(self.herd).await;
        let (lag, start, at_first) = (Lag::watch(), Instant::now(), world.proxy.requests());
        let load = Load::start(&callers, RATE, self.numbers());
        sleep(NORMAL).await;
        let (began, normally) = (Instant::now(), world.proxy.requests());
        world.begin(self.trouble);
        sleep(OUTAGE).await;
        load.herd(self.crowd(LATER..LATER + self.herd)).await;
        world.end(self.trouble);
        let (ended, at_last) = (Instant::now(), world.proxy.requests());
        load.herd(self.crowd(2 * LATER..2 * LATER + self.herd)).await;
        sleep(self.limits().open_for + AFTER).await;
        let report = world.service.text("/resilience").await;
        let retries = world.service.metric("resilience_retries_total").await;
        let (normal, outage) = (normally - at_first, at_last - normally);
        let calls = load.stop().await;
        let (deadline, cached) = (self.deadline(), self.place == Place::Cache);
        let seen = Seen {
            start,
            began,
            ended,
            normal,
            outage,
            retries,
            deadline,
            cached,
            lost: 0,
            twice: 0,
            well: false,
            report,
            lag,
        };
        (seen, calls)
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match (self.app, self.place) {
            (App::Users, Place::Upstream) => "upstream",
            (App::Orders, _) => "orders' upstream",
            (App::Limited, _) => "limited API's upstream",
            (App::Pictures, _) => "one-line client's upstream",
            (_, Place::Database) => "PostgreSQL",
            (_, Place::Cache) => "Redis",
        };
        write!(f, "{place} {}", self.trouble)?;
        if self.herd > 0 { write!(f, ", {} callers at its end", self.herd) } else { Ok(()) }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Errors(percent) => write!(f, "{percent} % errors"),
            Self::Kill => f.write_str("killed, restarted"),
            Self::Pause => f.write_str("paused (SIGSTOP)"),
            Self::Proxy(Fault::None) => f.write_str("well"),
            Self::Proxy(Fault::Delay(by)) => write!(f, "{by:?} late"),
            Self::Proxy(Fault::Cut) => f.write_str("reset in the middle of the answer"),
            Self::Proxy(Fault::Reset) => f.write_str("resets connections"),
            Self::Proxy(Fault::Throttle(_)) => f.write_str("slow loris"),
            Self::Proxy(Fault::BlackHole) => f.write_str("black-holed"),
        }
    }
}
