//! The cache: in memory, or Redis behind the feature `redis`. Entries outlive their freshness by
//! far, so that there is something to fall back on.

use std::time::{Duration, SystemTime};

use crate::user::{BoxError, User};

/// How long an answer is as good as the database's.
pub(crate) const FRESH: Duration = Duration::from_secs(1);
/// How long it is better than nothing.
const KEPT: Duration = Duration::from_secs(24 * 3_600);
const ENTRIES: u64 = 100_000;

type Entry = (User, SystemTime);

#[derive(Clone)]
pub(crate) enum Cache {
    Memory(moka::sync::Cache<i64, Entry>),
    #[cfg(feature = "redis")]
    Redis(redis::aio::ConnectionManager),
}

impl Cache {
    pub(crate) fn in_memory() -> Self {
        Self::Memory(moka::sync::Cache::builder().max_capacity(ENTRIES).time_to_live(KEPT).build())
    }

    /// A cache at `redis://…`. It connects at the first use.
    #[cfg(feature = "redis")]
    pub(crate) fn redis(url: &str) -> Result<Self, BoxError> {
        // The attributes around each use limit its time and its attempts.
        let config = redis::aio::ConnectionManagerConfig::new().set_number_of_retries(0);
        let client = redis::Client::open(url)?;
        Ok(Self::Redis(redis::aio::ConnectionManager::new_lazy_with_config(client, config)?))
    }

    #[cfg(not(feature = "redis"))]
    pub(crate) fn redis(url: &str) -> Result<Self, BoxError> {
        Err(format!("no cache for `{url}`: build with `--features redis`").into())
    }

    /// The user, and whether that is fresh.
    #[cfg_attr(
        not(feature = "redis"),
        expect(clippy::unused_async, reason = "Redis is waited for")
    )]
    pub(crate) async fn get(&self, id: i64) -> Result<Option<(User, bool)>, BoxError> {
        let entry: Option<Entry> = match self {
            Self::Memory(entries) => entries.get(&id),
            #[cfg(feature = "redis")]
            Self::Redis(connection) => {
                let json: Option<String> =
                    redis::AsyncTypedCommands::get(&mut connection.clone(), key(id)).await?;
                json.map(|json| serde_json::from_str(&json)).transpose()?
            }
        };
        Ok(entry.map(|(user, at)| (user, at.elapsed().is_ok_and(|age| age < FRESH))))
    }

    #[cfg_attr(
        not(feature = "redis"),
        expect(clippy::unused_async, reason = "Redis is waited for")
    )]
    pub(crate) async fn put(&self, user: &User) -> Result<(), BoxError> {
        let entry = (user.clone(), SystemTime::now());
        match self {
            Self::Memory(entries) => entries.insert(user.id, entry),
            #[cfg(feature = "redis")]
            Self::Redis(connection) => {
                let json = serde_json::to_string(&entry)?;
                redis::AsyncTypedCommands::set_ex(
                    &mut connection.clone(),
                    key(user.id),
                    json,
                    KEPT.as_secs(),
                )
                .await?;
            }
        }
        Ok(())
    }
}

#[cfg(feature = "redis")]
fn key(id: i64) -> String {
    format!("resilience-example:user:{id}")
}
