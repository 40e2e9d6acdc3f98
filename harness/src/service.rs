//! An example as a process of its own, and its callers.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Client, StatusCode};
use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::gauges::{self, Gauges};
use super::load::Outcome;

/// Nothing here takes that long, on whatever machine.
pub(super) const NEVER: Duration = Duration::from_secs(60);
/// After that a caller hangs up.
pub(super) const PATIENCE: Duration = Duration::from_secs(4);

/// Which example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum App {
    /// `user_service`: reads, with fallbacks to old and made-up answers.
    Users,
    /// `http_client`: orders, each to be done once.
    Orders,
    /// `limited_api`: a limit for each of many callers.
    Limited,
    /// `pictures`: reads, by the guarded HTTP client.
    Pictures,
}

/// Where the programs are.
#[derive(Clone, Debug)]
pub struct Programs {
    /// `user_service`
    pub users: PathBuf,
    /// `http_client`
    pub orders: PathBuf,
    /// `limited_api`
    pub limited: PathBuf,
    /// `pictures`
    pub pictures: PathBuf,
}

impl Programs {
    /// All in one folder.
    #[must_use]
    pub fn within(folder: &Path) -> Self {
        Self {
            users: folder.join("user_service"),
            orders: folder.join("http_client"),
            limited: folder.join("limited_api"),
            pictures: folder.join("pictures"),
        }
    }

    pub(super) fn of(&self, app: App) -> &Path {
        match app {
            App::Users => &self.users,
            App::Orders => &self.orders,
            App::Limited => &self.limited,
            App::Pictures => &self.pictures,
        }
    }
}

/// Ended when it is dropped.
#[derive(Debug)]
pub struct Service {
    child: Child,
    app: App,
    url: String,
}

impl Service {
    /// With these settings, on a free port.
    ///
    /// # Panics
    /// When it does not start.
    #[must_use]
    pub fn start(programs: &Programs, app: App, settings: &[(&str, String)]) -> Self {
        let (child, url) = spawn(programs.of(app), settings);
        Self { child, app, url }
    }

    /// A caller, with connections of its own.
    ///
    /// # Panics
    /// When there is no TLS; nothing here uses it.
    #[must_use]
    pub fn callers(&self) -> Callers {
        let http = Client::builder().no_proxy().timeout(PATIENCE).build().expect("a client");
        Callers { http, app: self.app, url: self.url.clone() }
    }

    /// What `path` answers.
    ///
    /// # Panics
    /// When it doesn't.
    pub async fn text(&self, path: &str) -> String {
        // No connection stays open, where it would count as one of the service's tasks.
        let http = Client::builder().no_proxy().pool_max_idle_per_host(0).timeout(NEVER);
        let http = http.build().expect("a client");
        let response = http.get(format!("{}{path}", self.url)).send().await.expect("it answers");
        response.text().await.expect("it answers")
    }

    /// What it holds now.
    pub async fn gauges(&self) -> Gauges {
        let json = |text: String| serde_json::from_str::<Value>(&text).unwrap_or_default();
        let runtime = json(self.text("/runtime").await);
        let metrics = self.text("/metrics").await;
        let snapshot = json(self.text("/resilience").await);
        Gauges::read(self.child.id(), &runtime, &metrics, &snapshot)
    }

    /// That metric, all its series added up.
    pub async fn metric(&self, name: &str) -> u64 {
        gauges::sum(&self.text("/metrics").await, name)
    }
}

fn spawn(program: &Path, settings: &[(&str, String)]) -> (Child, String) {
    let mut child = Command::new(program)
        .args(["--serve", "0"])
        .envs(settings.iter().map(|(name, value)| (name, value)))
        // What glibc keeps of freed memory would look like a leak.
        .envs([("MALLOC_ARENA_MAX", "2"), ("MALLOC_TRIM_THRESHOLD_", "131072")])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut line = String::new();
    stdout.read_line(&mut line).expect("it says where it listens");
    let (_, rest) = line.split_once("http://").expect("a URL is printed");
    let address = rest.split('/').next().unwrap_or_default();
    // A full pipe would hold it up.
    std::thread::spawn(move || stdout.read_to_end(&mut Vec::new()));
    (child, format!("http://{address}"))
}

impl Drop for Service {
    fn drop(&mut self) {
        // Asked to end, it leaves nothing behind; it is given some seconds. It may have ended
        // already.
        let asked = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        for _ in 0..if asked.is_ok() { 100 } else { 0 } {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Those who call a service.
#[derive(Clone, Debug)]
pub struct Callers {
    http: Client,
    app: App,
    url: String,
}

impl Callers {
    /// Asks for that user or their picture, places that order, or asks as that user.
    pub async fn call(&self, number: u64) -> Outcome {
        let request = match self.app {
            App::Users => self.http.get(format!("{}/users/{number}", self.url)),
            App::Pictures => self.http.get(format!("{}/pictures/{number}", self.url)),
            App::Orders => self.http.post(format!("{}/orders/{number}", self.url)),
            App::Limited => {
                let quote = self.http.get(format!("{}/quotes/ACME", self.url));
                quote.header("x-user", number)
            }
        };
        let Ok(response) = request.send().await else { return Outcome::Failed };
        let status = response.status();
        let Ok(body) = response.text().await else { return Outcome::Failed };
        match self.app {
            App::Users => user(status, &body),
            App::Pictures if body.starts_with("/default") => Outcome::Fallback,
            App::Pictures | App::Orders | App::Limited => served(status),
        }
    }

    /// All of these at once, whatever becomes of them.
    pub async fn all(&self, numbers: impl Iterator<Item = u64>) {
        let call = |number| {
            let callers = self.clone();
            async move { callers.call(number).await }
        };
        numbers.map(call).collect::<JoinSet<_>>().join_all().await;
    }

    /// Opens so many connections, if as many calls fit in at once.
    pub async fn connect(&self, count: u64) {
        let live = |_| self.http.get(format!("{}/health/live", self.url)).send();
        (0..count).map(live).collect::<JoinSet<_>>().join_all().await;
    }

    /// Calls until an answer is as it should be, or a minute has passed.
    pub async fn until(&self, wanted: Outcome, mut numbers: impl Iterator<Item = u64>) {
        let start = Instant::now();
        while start.elapsed() < NEVER {
            let Some(number) = numbers.next() else { return };
            if self.call(number).await == wanted {
                return;
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Calls, one after the other, until ten in a row got the full answer: whether that was within
    /// a minute.
    pub async fn settle(&self, numbers: impl Iterator<Item = u64>) -> bool {
        let (start, mut full) = (Instant::now(), 0);
        for number in numbers.take_while(|_| start.elapsed() < NEVER) {
            match self.call(number).await {
                Outcome::Answered | Outcome::Cached => full += 1,
                Outcome::Fallback | Outcome::Failed => full = 0,
            }
            if full == 10 {
                return true;
            }
            sleep(Duration::from_millis(20)).await;
        }
        false
    }
}

fn user(status: StatusCode, body: &str) -> Outcome {
    let user: Value = serde_json::from_str(body).unwrap_or_default();
    match (status, user["source"].as_str()) {
        (StatusCode::OK, Some("database" | "cache")) if user["avatar"].is_null() => {
            Outcome::Fallback
        }
        (StatusCode::OK, Some("cache")) => Outcome::Cached,
        (StatusCode::OK, Some("database")) => Outcome::Answered,
        (StatusCode::OK, Some(_)) => Outcome::Fallback,
        _ => Outcome::Failed,
    }
}

fn served(status: StatusCode) -> Outcome {
    match status {
        StatusCode::CREATED | StatusCode::OK => Outcome::Answered,
        StatusCode::ACCEPTED | StatusCode::TOO_MANY_REQUESTS => Outcome::Fallback,
        _ => Outcome::Failed,
    }
}
