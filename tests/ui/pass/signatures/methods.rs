#![forbid(unsafe_code)]
#![deny(warnings)]

use std::time::Duration;

use resilience::{Bulkhead, BulkheadConfig, Rejection, Retry, RetryConfig, bulkhead, circuit_breaker, retry, timeout};

fn is_send<T: Send>(_: &T) {}

struct Client {
    pool: Bulkhead,
    again: Retry,
    limit: Duration,
    calls: u32,
}

type Answer<T> = Result<T, Rejection>;

impl Client {
    const LIMIT: Duration = Duration::from_secs(1);

    #[timeout(after = self.limit)]
    #[bulkhead(self.pool)]
    #[circuit_breaker(when_err = |error| self.pool.name() == error.policy())]
    async fn shared(&self, id: u64) -> Answer<u64> {
        Ok(id + u64::from(self.calls))
    }

    #[timeout(after = Self::LIMIT)]
    #[retry(attempts = 5)]
    async fn exclusive(&mut self) -> Answer<u32> {
        self.calls += 1;
        Ok(self.calls)
    }

    #[timeout]
    async fn borrowed(&mut self) -> Answer<&mut u32> {
        Ok(&mut self.calls)
    }

    #[timeout]
    async fn consumed(self: Box<Self>, text: String) -> Answer<(Bulkhead, String)> {
        Ok((self.pool, text))
    }

    #[bulkhead(self.pool)]
    #[retry(self.again)]
    async fn fields(&mut self) -> Answer<u32> {
        self.calls += 1;
        Ok(self.calls)
    }
}

trait Store {
    async fn get(&self, key: &str) -> Answer<usize>;

    #[timeout("1s")]
    async fn twice(&self, key: &str) -> Answer<usize> {
        Ok(self.get(key).await? * 2)
    }
}

impl Store for Client {
    #[retry]
    async fn get(&self, key: &str) -> Answer<usize> {
        Ok(key.len())
    }
}

#[tokio::main]
async fn main() {
    let pool = Bulkhead::new("pool", BulkheadConfig::new());
    let again = Retry::new("again", RetryConfig::new());
    let mut client = Client { pool, again, limit: Duration::from_secs(1), calls: 0 };
    is_send(&client.shared(1));
    is_send(&client.exclusive());
    assert_eq!(client.shared(1).await.unwrap(), 1);
    assert_eq!(client.exclusive().await.unwrap(), 1);
    *client.borrowed().await.unwrap() += 1;
    assert_eq!(client.fields().await.unwrap(), 3);
    assert_eq!(client.twice("abc").await.unwrap(), 6);
    assert_eq!(Box::new(client).consumed("x".into()).await.unwrap().1, "x");
}
