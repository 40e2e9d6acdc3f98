//! A connection that counts what is sent over it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::{Cmd, Pipeline, RedisFuture, Value};

/// Clones count together.
#[derive(Clone)]
pub(crate) struct Counting {
    connection: MultiplexedConnection,
    sent: Arc<AtomicU64>,
}

impl Counting {
    pub(crate) fn new(connection: MultiplexedConnection) -> Self {
        Self { connection, sent: Arc::default() }
    }

    /// How many commands were sent.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Relaxed)
    }
}

impl ConnectionLike for Counting {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        self.sent.fetch_add(1, Relaxed);
        self.connection.req_packed_command(command)
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        self.sent.fetch_add(count as u64, Relaxed);
        self.connection.req_packed_commands(pipeline, offset, count)
    }

    fn get_db(&self) -> i64 {
        self.connection.get_db()
    }
}
