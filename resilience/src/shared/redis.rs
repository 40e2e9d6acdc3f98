//! Redis, or Valkey, as a store: a script per question, each on a single key.

use std::fmt;
use std::time::Duration;

use redis::aio::ConnectionLike;
use redis::{ErrorKind, FromRedisValue, RedisError, ServerErrorKind};

use super::names::Names;
use super::script::{BEAT, FORCE, GIVE_BACK, OPINE, Script, TAKE};
use crate::check;
use crate::circuit_state::CircuitState;
use crate::fleet::ask::{Answer, Ask, Refund};
use crate::fleet::opinion::{Opinion, Verdict, Word};
use crate::fleet::settings::Settings;
use crate::fleet::store::{Failure, Reply, Store, sealed};

/// Redis 6.2 or newer, or Valkey: a single server, Sentinel or a cluster, over whatever connection of the `redis` crate
/// can be cloned, such as its `ConnectionManager`, `MultiplexedConnection` or `ClusterConnection`.
///
/// Replicas of a service share limits when they have the same server, namespace and names. Time is the server's alone.
pub struct Redis<C> {
    connection: C,
    names: Names,
    settings: Settings,
}

impl<C> Redis<C> {
    /// A store behind that connection, in the namespace `resilience`.
    #[must_use]
    pub fn new(connection: C) -> Self {
        let names = Names::new("resilience");
        Self { connection, names, settings: Settings::default() }
    }

    /// What the keys of this service begin with: services that share a server keep apart by it.
    #[must_use]
    pub fn namespace(mut self, namespace: &str) -> Self {
        self.names.namespace = namespace.into();
        self
    }

    /// How long a command may take (> 0, default 20 ms). A call never waits longer for an answer.
    ///
    /// # Panics
    /// When it is zero.
    #[must_use]
    #[track_caller]
    pub fn timeout(mut self, at_most: Duration) -> Self {
        self.settings.timeout = check::positive(at_most);
        self
    }

    /// Writes every key as a hash: for keys that identify a person. Without it, only those longer than 64 bytes are.
    #[must_use]
    pub const fn hashed(mut self) -> Self {
        self.names.hashed = true;
        self
    }

    /// Degrades the service's health while the store does not answer. Without it, health shows that, and is none the worse:
    /// limits go on by themselves.
    #[must_use]
    pub const fn critical(mut self) -> Self {
        self.settings.critical = true;
        self
    }
}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> Redis<C> {
    fn run<T: FromRedisValue + Send + 'static>(
        &self,
        script: &'static Script,
        key: String,
        arguments: Vec<String>,
    ) -> Reply<T> {
        let mut connection = self.connection.clone();
        Box::pin(async move {
            match script.by_hash(&key, &arguments).query_async(&mut connection).await {
                Err(error) if is_unknown_script(&error) => {
                    let whole = script.by_text(&key, &arguments);
                    whole.query_async(&mut connection).await.map_err(Failure::from)
                }
                answer => answer.map_err(Failure::from),
            }
        })
    }
}

/// After a restart, a failover or `SCRIPT FLUSH`, and on another node of a cluster.
fn is_unknown_script(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::NoScript)
}

impl<C: Send + Sync + 'static> sealed::Sealed for Redis<C> {}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> Store for Redis<C> {
    fn settings(&self) -> Settings {
        self.settings
    }

    fn take(&self, policy: &str, key: Option<&str>, ask: Ask) -> Reply<Answer> {
        let Ask { interval, limit, need, wanted, patience, longest, unused } = ask;
        let (need, wanted, unused) = (need.into(), wanted.into(), unused.into());
        let arguments = [interval, limit, need, wanted, patience, longest, unused];
        let key = self.names.of_limit(policy, key);
        let reply = self.run(&TAKE, key, arguments.map(|number| number.to_string()).into());
        Box::pin(async move {
            let (turns, wait, arrival) = reply.await?;
            Ok(Answer { turns, wait, arrival })
        })
    }

    fn give_back(&self, policy: &str, key: Option<&str>, refund: Refund) -> Reply<()> {
        let Refund { interval, turns, arrival } = refund;
        let arguments = [interval, turns.into(), arrival].map(|number| number.to_string());
        let reply: Reply<u32> =
            self.run(&GIVE_BACK, self.names.of_limit(policy, key), arguments.into());
        Box::pin(async move { reply.await.map(drop) })
    }

    fn opine(&self, policy: &str, replica: &str, opinion: Opinion) -> Reply<Verdict> {
        let Opinion { word, trying } = opinion;
        let (word, remaining) = match word {
            Word::Open(remaining) => ("open", remaining),
            Word::Well => ("well", 0),
            Word::Closed => ("closed", 0),
        };
        let numbers = [remaining, trying].map(|number| number.to_string());
        let [remaining, trying] = numbers;
        let arguments = vec![replica.to_owned(), word.to_owned(), remaining, trying];
        let reply = self.run(&OPINE, self.names.of_breaker(policy), arguments);
        Box::pin(async move {
            let (others, since, right, forced): (u32, i64, u8, String) = reply.await?;
            let forced = CircuitState::ALL.into_iter().find(|state| state.as_str() == forced);
            let closed_since = u64::try_from(since).ok();
            Ok(Verdict { others, closed_since, right: right == 1, forced })
        })
    }

    fn force(&self, policy: &str, state: Option<CircuitState>) -> Reply<()> {
        let state = state.map_or("", CircuitState::as_str).to_owned();
        let reply: Reply<u32> = self.run(&FORCE, self.names.of_breaker(policy), vec![state]);
        Box::pin(async move { reply.await.map(drop) })
    }

    fn beat(&self, replica: &str, forgotten_after: Duration) -> Reply<u32> {
        let span = forgotten_after.as_micros().to_string();
        self.run(&BEAT, self.names.of_replicas(), vec![replica.to_owned(), span])
    }
}

impl<C> fmt::Debug for Redis<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { names, settings, .. } = self;
        let mut text = f.debug_struct("Redis");
        text.field("names", names).field("settings", settings).finish_non_exhaustive()
    }
}
