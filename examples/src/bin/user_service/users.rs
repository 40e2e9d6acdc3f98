//! The service: who is asked in which order, and what stands around it.

use resilience::{
    Bulkhead, CircuitBreaker, bulkhead, circuit_breaker, fallback, rate_limit, retry, timeout,
};

use crate::avatars::Avatars;
use crate::cache::Cache;
use crate::database::Database;
use crate::user::{Source, User, UserError};

/// Each dependency has slots of its own: one that hangs keeps no slot of another busy. As many as
/// the pool has connections.
#[bulkhead(name = "database", max_concurrent = 8, max_wait = "100ms")]
static DATABASE: Bulkhead;

#[bulkhead(name = "cache", max_concurrent = 64)]
static CACHE: Bulkhead;

#[bulkhead(name = "avatars", max_concurrent = 8)]
static AVATARS: Bulkhead;

/// One for the cache, whatever is done with it: a cache that hangs costs a few calls their 50 ms.
#[circuit_breaker(name = "cache", consecutive_failures = 5, open_for = "500ms")]
static CACHE_BREAKER: CircuitBreaker;

/// Where users come from.
pub(crate) struct Users {
    pub(crate) database: Database,
    pub(crate) replica: Option<Database>,
    pub(crate) cache: Cache,
    pub(crate) avatars: Avatars,
}

impl Users {
    /// The user, from the best source that answers: within half a second, or else, from one of the
    /// fallbacks, within 200 ms more.
    ///
    /// Outermost first: the fallbacks answer for whatever goes wrong further in, rejections included
    /// it, in order; only "no such user" is an answer by itself.
    #[fallback(
        self.stale(id).await,
        self.replicated(id).await,
        Ok(User::unknown(id)),
        when_err = UserError::is_outage
    )]
    #[rate_limit("2000/s", name = "users")]
    #[bulkhead(name = "users", max_concurrent = 100)]
    #[circuit_breaker(
        name = "users",
        window = "5s",
        min_calls = 10,
        open_for = "500ms",
        when_err = UserError::is_outage
    )]
    #[timeout("500ms")]
    pub(crate) async fn user(&self, id: i64) -> Result<User, UserError> {
        // A cache that fails is no more than a miss.
        if let Ok(Some(user)) = self.cached(id).await {
            return Ok(user);
        }
        let mut user = self.load(id).await?;
        user.avatar = self.avatar(id).await?;
        _ = self.fill(&user).await;
        Ok(user)
    }

    async fn cached(&self, id: i64) -> Result<Option<User>, UserError> {
        let fresh = self.entry(id).await?.filter(|(_, fresh)| *fresh);
        Ok(fresh.map(|(user, _)| User { source: Source::Cache, ..user }))
    }

    /// Reading twice does no harm: this may be tried again. The breaker is innermost: a call that had to
    /// wait for a slot finds the circuit as it is by then, and a rejection ends the attempts. It
    /// counts failures in a row, for a database that is gone fails every query.
    #[retry(
        name = "database",
        attempts = 3,
        delay = "10ms",
        budget = 0.2,
        when_err = UserError::is_outage
    )]
    #[timeout("150ms")]
    #[bulkhead(DATABASE)]
    #[circuit_breaker(
        name = "database",
        consecutive_failures = 5,
        open_for = "500ms",
        when_err = UserError::is_outage
    )]
    async fn load(&self, id: i64) -> Result<User, UserError> {
        read(&self.database, id, Source::Database).await
    }

    /// A user without a picture is better than none, and not worth waiting for.
    #[fallback(Ok(None))]
    #[circuit_breaker(name = "avatars", consecutive_failures = 5, open_for = "2s")]
    #[timeout("100ms")]
    #[bulkhead(AVATARS)]
    async fn avatar(&self, id: i64) -> Result<Option<String>, UserError> {
        self.avatars.of(id).await.map(Some).map_err(UserError::of("avatar service"))
    }

    /// What the cache has of that user, and whether it is fresh.
    #[circuit_breaker(CACHE_BREAKER)]
    #[timeout("50ms")]
    #[bulkhead(CACHE)]
    async fn entry(&self, id: i64) -> Result<Option<(User, bool)>, UserError> {
        self.cache.get(id).await.map_err(UserError::of("cache"))
    }

    #[circuit_breaker(CACHE_BREAKER)]
    #[timeout("50ms")]
    #[bulkhead(CACHE)]
    async fn fill(&self, user: &User) -> Result<(), UserError> {
        self.cache.put(user).await.map_err(UserError::of("cache"))
    }

    /// An old answer is better than none. That there is no entry says nothing about the user.
    async fn stale(&self, id: i64) -> Result<User, UserError> {
        let user =
            self.entry(id).await?.map(|(user, _)| User { source: Source::StaleCache, ..user });
        user.ok_or_else(|| UserError::Failed("cache", "it doesn't have this one".into()))
    }

    /// It is there to relieve, not to carry everything: few slots, and a breaker of its own.
    #[timeout("150ms")]
    #[bulkhead(name = "replica", max_concurrent = 16, max_wait = "100ms")]
    #[circuit_breaker(name = "replica", open_for = "500ms", when_err = UserError::is_outage)]
    async fn replicated(&self, id: i64) -> Result<User, UserError> {
        match &self.replica {
            Some(replica) => read(replica, id, Source::Replica).await,
            None => Err(UserError::Failed("replica", "there is none".into())),
        }
    }
}

async fn read(database: &Database, id: i64, source: Source) -> Result<User, UserError> {
    let name = database.name(id).await.map_err(UserError::of("database"))?;
    let name = name.ok_or(UserError::NotFound)?;
    Ok(User { id, name, avatar: None, source })
}

#[cfg(test)]
mod tests {
    use resilience::Rejection;
    use resilience::test::exclusive;

    use super::*;

    /// Without a replica, and with servers that no test gets to.
    fn users() -> Users {
        let database = Database::open("sqlite:/nonexistent/users").unwrap();
        let avatars = Avatars::new("http://avatars.invalid".into()).unwrap();
        Users { database, replica: None, cache: Cache::in_memory(), avatars }
    }

    fn known() -> User {
        User { name: "user 1".into(), source: Source::Cache, ..User::unknown(1) }
    }

    #[tokio::test]
    async fn what_the_cache_has_answers_for_a_service_that_is_down() {
        let test = exclusive().await;
        let users = users();
        users.cache.put(&known()).await.unwrap();
        test.fail("user_service::users::user", 1);
        assert_eq!(users.user(1).await.unwrap().source, Source::StaleCache);
        assert_eq!(test.events_of("user_service::users::user"), ["fell_back 1"]);
    }

    #[tokio::test]
    async fn without_any_source_the_user_is_unknown() {
        let test = exclusive().await;
        test.breaker("users").open();
        test.fail_with("user_service::users::entry", || UserError::of("cache")("it is gone"));
        assert_eq!(users().user(1).await.unwrap().source, Source::Default);
        assert_eq!(
            test.events_of("user_service::users::user"),
            [
                "state_changed closed->open",
                "rejected circuit_open",
                "fell_back 1",
                "fell_back 2",
                "fell_back 3"
            ]
        );
    }

    #[tokio::test]
    async fn a_query_is_tried_three_times_unless_there_is_no_such_user() {
        let test = exclusive().await;
        test.fail("user_service::users::load", 3);
        let failed = users().load(1).await;
        assert!(
            matches!(failed, Err(UserError::Rejected(Rejection::Injected { .. }))),
            "{failed:?}"
        );
        test.fail_with("user_service::users::load", || UserError::NotFound);
        assert!(matches!(users().load(1).await, Err(UserError::NotFound)));
        let retries = |event: &&String| event.starts_with("retried");
        assert_eq!(test.events_of("database").iter().filter(retries).count(), 2);
        test.assert_no_sleep();
    }
}
