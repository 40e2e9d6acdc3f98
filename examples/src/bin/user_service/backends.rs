//! What the settings choose, and what is embedded without them.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::avatars::{self, Avatars};
use crate::cache::Cache;
use crate::database::Database;
use crate::user::BoxError;
use crate::users::Users;

/// How many users there are; ids beyond are unknown.
pub(crate) const USERS: i64 = 1_000;

pub(crate) struct Backends {
    pub(crate) users: Arc<Users>,
    /// `None` where the database and its replica aren't ours to break.
    pub(crate) files: Option<Files>,
    /// Whether the embedded upstream hangs.
    pub(crate) avatars_hang: Arc<AtomicBool>,
}

impl Backends {
    pub(crate) async fn from_env() -> Result<Self, BoxError> {
        let files = if env::var_os("DATABASE_URL").is_none() { Some(Files::new()?) } else { None };
        let (database, replica) = databases(files.as_ref())?;
        database.seed(USERS).await?;
        if let (Some(replica), Some(_)) = (&replica, &files) {
            replica.seed(USERS).await?;
        }
        let cache = env::var("REDIS_URL")
            .map_or_else(|_| Ok(Cache::in_memory()), |url| Cache::redis(&url))?;
        let avatars_hang = Arc::<AtomicBool>::default();
        let avatars = Avatars::new(avatars_url(&avatars_hang).await?)?;
        let users = Arc::new(Users { database, replica, cache, avatars });
        Ok(Self { users, files, avatars_hang })
    }
}

/// The database, and its replica if there is one.
fn databases(files: Option<&Files>) -> Result<(Database, Option<Database>), BoxError> {
    if let Some(files) = files {
        let [database, replica] = files.paths().map(Database::Sqlite);
        return Ok((database, Some(replica)));
    }
    let replica = env::var("REPLICA_URL").ok().map(|url| Database::open(&url)).transpose()?;
    Ok((Database::open(&env::var("DATABASE_URL")?)?, replica))
}

async fn avatars_url(hang: &Arc<AtomicBool>) -> Result<String, BoxError> {
    if let Ok(url) = env::var("AVATARS_URL") {
        return Ok(url);
    }
    let address = resilience_examples::serve(avatars::stand_in(Arc::clone(hang))).await?;
    Ok(format!("http://{address}"))
}

/// The embedded databases. They go when the program ends.
pub(crate) struct Files(PathBuf);

impl Files {
    fn new() -> Result<Self, BoxError> {
        let folder = env::temp_dir().join(format!("resilience-users-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    /// The database's, the replica's.
    pub(crate) fn paths(&self) -> [PathBuf; 2] {
        ["database.sqlite", "replica.sqlite"].map(|name| Path::join(&self.0, name))
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        // What can't be removed is in the system's folder for such things.
        _ = std::fs::remove_dir_all(&self.0);
    }
}
