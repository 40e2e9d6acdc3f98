//! A service, all that it depends on, and the proxy at the place that shall fail.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::task::block_in_place;
use tokio::time::sleep;

use super::scenario::{Place, Trouble};
use super::{
    App, Call, Fault, Gauges, Outcome, Postgres, Programs, Proxy, Redis, Service, Upstream,
};

/// What isn't back by then stays.
const PATIENTLY: Duration = Duration::from_secs(15);

/// Ends when it is dropped.
#[derive(Debug)]
pub struct World {
    /// The program under load. First, for it shall not outlive what it talks to.
    pub service: Service,
    /// Between the service and the place that fails.
    pub proxy: Proxy,
    /// The HTTP service that it depends on.
    pub upstream: Upstream,
    /// Between the service and `upstream`, where that isn't what fails.
    aside: Proxy,
    app: App,
    server: Server,
}

#[derive(Debug)]
enum Server {
    Upstream,
    Postgres(Postgres),
    Redis(Redis),
}

impl Server {
    fn start(place: Place) -> Option<Self> {
        match place {
            Place::Upstream => Some(Self::Upstream),
            Place::Database => block_in_place(Postgres::start).map(Self::Postgres),
            Place::Cache => block_in_place(Redis::start).map(Self::Redis),
        }
    }
}

impl World {
    /// `None` where the server that shall fail is not installed. Needs a runtime of several
    /// threads.
    ///
    /// # Errors
    /// When there is no free port.
    ///
    /// # Panics
    /// When a server or the service does not start.
    pub async fn start(programs: &Programs, app: App, place: Place) -> io::Result<Option<Self>> {
        take_all_files();
        let Some(server) = Server::start(place) else { return Ok(None) };
        let upstream = Upstream::start()?;
        let behind = match &server {
            Server::Upstream => upstream.address,
            Server::Postgres(postgres) => postgres.address(),
            Server::Redis(redis) => redis.address(),
        };
        let proxy = Proxy::start(behind).await?;
        let aside = Proxy::start(upstream.address).await?;
        let settings = settings(place, proxy.address, aside.address);
        let service = block_in_place(|| Service::start(programs, app, &settings));
        Ok(Some(Self { service, proxy, upstream, aside, app, server }))
    }

    /// Ends the connections that the service's pools hold, which look like tasks that were left.
    pub fn sever(&self) {
        self.proxy.sever();
        self.aside.sever();
    }

    /// What the service holds without calls. It is given time to get back to `start`, and to
    /// send what it has taken in.
    pub async fn rest(&self, start: Option<Gauges>) -> Gauges {
        let begun = Instant::now();
        let mut last = Gauges::default();
        loop {
            self.sever();
            sleep(Duration::from_millis(500)).await;
            let now = self.service.gauges().await;
            let waiting = self.service.text("/outbox").await.parse::<u64>().unwrap_or(0);
            let back = start.is_none_or(|start| now.tasks <= start.tasks) && waiting == 0;
            if (back && now.tasks == last.tasks) || begun.elapsed() > PATIENTLY {
                return now;
            }
            last = now;
        }
    }

    /// How many orders were taken in, but never done.
    #[must_use]
    pub fn lost(&self, calls: &[Call]) -> usize {
        let done = |call: &Call| self.upstream.has_done(&call.number.to_string());
        let taken = |call: &&Call| call.outcome != Outcome::Failed;
        match self.app {
            App::Orders => calls.iter().filter(taken).filter(|call| !done(call)).count(),
            App::Users | App::Limited | App::Pictures => 0,
        }
    }

    /// From now on there is trouble.
    pub fn begin(&mut self, trouble: Trouble) {
        match (trouble, &mut self.server) {
            (Trouble::Proxy(fault), _) => self.proxy.set(fault),
            (Trouble::Errors(percent), _) => self.upstream.fail(percent),
            (Trouble::Kill, Server::Postgres(postgres)) => block_in_place(|| postgres.kill()),
            (Trouble::Kill, Server::Redis(redis)) => block_in_place(|| redis.kill()),
            (Trouble::Pause, Server::Postgres(postgres)) => postgres.signal("STOP"),
            (trouble, server) => unreachable!("{trouble:?} is nothing that befalls {server:?}"),
        }
    }

    /// Over. What was killed runs again, and takes connections, when this returns.
    pub fn end(&mut self, trouble: Trouble) {
        match (trouble, &mut self.server) {
            (Trouble::Proxy(_), _) => self.proxy.set(Fault::None),
            (Trouble::Errors(_), _) => self.upstream.fail(0),
            (Trouble::Kill, Server::Postgres(postgres)) => block_in_place(|| postgres.restart()),
            (Trouble::Kill, Server::Redis(redis)) => block_in_place(|| redis.restart()),
            (Trouble::Pause, Server::Postgres(postgres)) => postgres.signal("CONT"),
            (trouble, server) => unreachable!("{trouble:?} is nothing that befalls {server:?}"),
        }
    }
}

/// Each caller of a herd is a connection, here and in the service, which inherits the limit: some
/// systems give a process 1,024 open files unless it asks.
fn take_all_files() {
    let limit = getrlimit(Resource::Nofile);
    // As many as there may be: with fewer, a herd will tell.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
}

/// An outage here is shorter than the minute for which the one-line client leaves a host alone.
const SOON: &str = "[circuit_breaker.\"http_client\"]\nopen_for = \"1s\"";

fn settings(place: Place, proxy: SocketAddr, aside: SocketAddr) -> Vec<(&'static str, String)> {
    let direct = format!("http://{aside}");
    match place {
        Place::Upstream => {
            let proxied = format!("http://{proxy}");
            vec![
                ("AVATARS_URL", proxied.clone()),
                ("ORDERS_URL", proxied),
                ("RESILIENCE_OVERRIDES", SOON.to_owned()),
                ("NO_PROXY", "127.0.0.1".to_owned()),
            ]
        }
        Place::Database => vec![("AVATARS_URL", direct), ("DATABASE_URL", Postgres::url(proxy))],
        Place::Cache => vec![("AVATARS_URL", direct), ("REDIS_URL", Redis::url(proxy))],
    }
}
