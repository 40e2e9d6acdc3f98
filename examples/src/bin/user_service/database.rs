//! The database: SQLite, or PostgreSQL behind the feature `postgres`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use tokio::task::spawn_blocking;

use crate::user::BoxError;

/// A name that no real service's table has.
const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS resilience_example_users \
                      (id BIGINT PRIMARY KEY, name TEXT NOT NULL)";
const SEED: &str = "INSERT INTO resilience_example_users VALUES ($1, $2) ON CONFLICT DO NOTHING";
const NAME: &str = "SELECT name FROM resilience_example_users WHERE id = $1";

/// A handle, shared by all calls.
#[derive(Clone)]
pub(crate) enum Database {
    Sqlite(PathBuf),
    #[cfg(feature = "postgres")]
    Postgres(deadpool_postgres::Pool),
}

impl Database {
    /// A handle for `sqlite:PATH` or `postgres://…`. It connects at the first query.
    pub(crate) fn open(url: &str) -> Result<Self, BoxError> {
        match url.split_once(':') {
            Some(("sqlite", path)) => Ok(Self::Sqlite(path.into())),
            #[cfg(feature = "postgres")]
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(postgres::pool(url)?)),
            _ => Err(format!("no database for `{url}`; is it a feature (`postgres`)?").into()),
        }
    }

    /// Users 1 to `count`.
    pub(crate) async fn seed(&self, count: i64) -> Result<(), BoxError> {
        match self {
            Self::Sqlite(path) => blocking(path, move |connection| seed(connection, count)).await,
            #[cfg(feature = "postgres")]
            Self::Postgres(pool) => postgres::seed(pool, count).await,
        }
    }

    /// The name of that user, if there is one.
    pub(crate) async fn name(&self, id: i64) -> Result<Option<String>, BoxError> {
        match self {
            Self::Sqlite(path) => blocking(path, move |connection| name(connection, id)).await,
            #[cfg(feature = "postgres")]
            Self::Postgres(pool) => postgres::name(pool, id).await,
        }
    }
}

/// A blocking query can't be dropped: what ends it in time is SQLite's own limit, shorter than ours.
async fn blocking<T: Send + 'static>(
    path: &Path,
    query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
) -> Result<T, BoxError> {
    let path = path.to_owned();
    let done = spawn_blocking(move || {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_millis(40))?;
        query(&connection)
    });
    Ok(done.await??)
}

fn seed(connection: &Connection, count: i64) -> rusqlite::Result<()> {
    connection.execute_batch(SCHEMA)?;
    let all = connection.unchecked_transaction()?;
    for id in 1..=count {
        all.execute(SEED, params![id, name_of(id)])?;
    }
    all.commit()
}

fn name(connection: &Connection, id: i64) -> rusqlite::Result<Option<String>> {
    connection.query_row(NAME, [id], |row| row.get(0)).optional()
}

fn name_of(id: i64) -> String {
    format!("user {id}")
}

#[cfg(feature = "postgres")]
mod postgres {
    use super::{BoxError, Duration, NAME, SCHEMA, SEED, name_of};
    use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
    use tokio_postgres::NoTls;

    const CONNECTIONS: usize = 8;
    const CONNECT: Duration = Duration::from_secs(2);

    /// TLS is left out here: traffic stays on loopback.
    pub(super) fn pool(url: &str) -> Result<Pool, BoxError> {
        let mut config: tokio_postgres::Config = url.parse()?;
        config.connect_timeout(CONNECT);
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let pool = Pool::builder(Manager::from_config(config, NoTls, recycling))
            .max_size(CONNECTIONS)
            .create_timeout(Some(CONNECT))
            .runtime(Runtime::Tokio1);
        Ok(pool.build()?)
    }

    pub(super) async fn seed(pool: &Pool, count: i64) -> Result<(), BoxError> {
        let client = pool.get().await?;
        client.batch_execute(SCHEMA).await?;
        for id in 1..=count {
            client.execute(SEED, &[&id, &name_of(id)]).await?;
        }
        Ok(())
    }

    pub(super) async fn name(pool: &Pool, id: i64) -> Result<Option<String>, BoxError> {
        let client = pool.get().await?;
        let statement = client.prepare_cached(NAME).await?;
        Ok(client.query_opt(&statement, &[&id]).await?.map(|row| row.get(0)))
    }
}
