//! A connection that is made anew when it fails: for Sentinel, whose master changes.

#[cfg(test)]
mod tests;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use redis::aio::ConnectionLike;
use redis::{
    Cmd, ErrorKind, Pipeline, RedisError, RedisFuture, RedisResult, ServerErrorKind, Value,
};
use tokio::sync::Mutex as AsyncMutex;
use tokio::time::Instant;

use crate::sync::{AtomicU32, Mutex, Ordering::Relaxed};

/// What takes longer is given up, and tried again at the next question.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);
/// A server that is gone without a word answers nothing: after so many questions in a row it is looked for again.
const SILENT: u32 = 3;
/// A caller that leaves earlier says nothing about the server.
const LASTED: Duration = Duration::from_millis(10);

type Connecting<C> = Pin<Box<dyn Future<Output = RedisResult<C>> + Send>>;

/// A connection of the `redis` crate that is made by a function, when it is first used and after each failure.
///
/// Under Sentinel, that function asks for the present master: a failover ends the connection, and the next question goes to
/// the new master. A single server and a cluster don't need it: `ConnectionManager` and `ClusterConnection` come back by
/// themselves.
///
/// ```no_run
/// # #[derive(Clone)] struct Connection;
/// # impl redis::aio::ConnectionLike for Connection {
/// #     fn req_packed_command<'a>(&'a mut self, _: &'a redis::Cmd) -> redis::RedisFuture<'a, redis::Value> { unimplemented!() }
/// #     fn req_packed_commands<'a>(&'a mut self, _: &'a redis::Pipeline, _: usize, _: usize) -> redis::RedisFuture<'a, Vec<redis::Value>> { unimplemented!() }
/// #     fn get_db(&self) -> i64 { 0 }
/// # }
/// # struct SentinelClient;
/// # impl SentinelClient { async fn get_async_connection(&mut self) -> redis::RedisResult<Connection> { Ok(Connection) } }
/// # fn sentinel() -> SentinelClient { SentinelClient }
/// use std::sync::Arc;
///
/// use resilience::shared;
/// use tokio::sync::Mutex;
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// // A `redis::sentinel::SentinelClient` (feature `sentinel` of the `redis` crate).
/// let sentinel = Arc::new(Mutex::new(sentinel()));
/// let connection = shared::Reconnecting::new(move || {
///     let sentinel = Arc::clone(&sentinel);
///     async move { sentinel.lock().await.get_async_connection().await }
/// });
/// shared::connect(shared::Redis::new(connection).namespace("shop"));
/// # }
/// ```
pub struct Reconnecting<C> {
    inner: Arc<Inner<C>>,
}

struct Inner<C> {
    make: Box<dyn Fn() -> Connecting<C> + Send + Sync>,
    current: Mutex<Option<Numbered<C>>>,
    /// Held while one is being made.
    making: AsyncMutex<u64>,
    /// Questions without an answer, since the last one.
    silent: AtomicU32,
}

#[derive(Clone)]
struct Numbered<C> {
    connection: C,
    number: u64,
}

impl<C: Clone + Send + 'static> Reconnecting<C> {
    /// One that is made by that function, in a task of its own and within two seconds.
    pub fn new<F>(make: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = RedisResult<C>> + Send + 'static,
    {
        let inner = Inner {
            make: Box::new(move || Box::pin(make())),
            current: Mutex::new(None),
            making: AsyncMutex::new(0),
            silent: AtomicU32::new(0),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The present one, or a new one. A question that ends early does not end the making.
    async fn connection(&self) -> RedisResult<Numbered<C>> {
        if let Some(connection) = self.inner.present() {
            return Ok(connection);
        }
        let inner = Arc::clone(&self.inner);
        let made = tokio::spawn(async move { inner.make_one().await }).await;
        made.unwrap_or_else(|_| Err((ErrorKind::Io, "connecting panicked or was aborted").into()))
    }
}

impl<C: Clone> Inner<C> {
    fn present(&self) -> Option<Numbered<C>> {
        self.current.lock().clone()
    }

    async fn make_one(&self) -> RedisResult<Numbered<C>> {
        let mut number = self.making.lock().await;
        if let Some(connection) = self.present() {
            return Ok(connection);
        }
        let made = tokio::time::timeout(CONNECT_WITHIN, (self.make)()).await;
        let connection = made.map_err(|_| too_late())??;
        *number += 1;
        let made = Numbered { connection, number: *number };
        *self.current.lock() = Some(made.clone());
        Ok(made)
    }

    /// Forgets the one of that number.
    fn forget(&self, number: u64) {
        let mut current = self.current.lock();
        if current.as_ref().is_some_and(|connection| connection.number == number) {
            *current = None;
            self.silent.store(0, Relaxed);
        }
    }
}

fn too_late() -> RedisError {
    (ErrorKind::Io, "the connection was not made in time").into()
}

/// Whether a failure says that the server is not, or no longer, the one that writes.
fn is_over(error: &RedisError) -> bool {
    let read_only = ErrorKind::Server(ServerErrorKind::ReadOnly);
    error.is_unrecoverable_error() || error.kind() == read_only
}

/// A question under way. Dropped without an answer, it is counted.
struct Question<'i, C: Clone> {
    inner: &'i Inner<C>,
    number: u64,
    since: Instant,
    is_answered: bool,
}

impl<'i, C: Clone> Question<'i, C> {
    fn new(inner: &'i Inner<C>, number: u64) -> Self {
        Self { inner, number, since: Instant::now(), is_answered: false }
    }

    /// Whether nothing was heard for so long that it says something about the server.
    fn is_silence(&self) -> bool {
        !self.is_answered && self.since.elapsed() >= LASTED
    }

    fn end<T>(mut self, answer: RedisResult<T>) -> RedisResult<T> {
        self.is_answered = true;
        self.inner.silent.store(0, Relaxed);
        if answer.as_ref().is_err_and(is_over) {
            self.inner.forget(self.number);
        }
        answer
    }
}

impl<C: Clone> Drop for Question<'_, C> {
    fn drop(&mut self) {
        if self.is_silence() && self.inner.silent.fetch_add(1, Relaxed) + 1 >= SILENT {
            self.inner.forget(self.number);
        }
    }
}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> ConnectionLike for Reconnecting<C> {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        Box::pin(async move {
            let Numbered { mut connection, number } = self.connection().await?;
            let question = Question::new(&self.inner, number);
            let answer = connection.req_packed_command(command).await;
            question.end(answer)
        })
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        Box::pin(async move {
            let Numbered { mut connection, number } = self.connection().await?;
            let question = Question::new(&self.inner, number);
            let answer = connection.req_packed_commands(pipeline, offset, count).await;
            question.end(answer)
        })
    }

    /// 0 while there is no connection.
    fn get_db(&self) -> i64 {
        self.inner.present().map_or(0, |connection| connection.connection.get_db())
    }
}

impl<C> Clone for Reconnecting<C> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<C> std::fmt::Debug for Reconnecting<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reconnecting").finish_non_exhaustive()
    }
}
