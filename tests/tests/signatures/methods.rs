//! Methods: inherent, of traits, with every receiver, with and without `async_trait`.

use std::sync::Arc;
use std::time::Duration;

use resilience::{
    Bulkhead, BulkheadConfig, Retry, RetryConfig, bulkhead, circuit_breaker, fallback, retry,
    timeout,
};

use super::{Answer, sent};

struct Client {
    pool: Arc<Bulkhead>,
    again: Retry,
    patience: Duration,
    calls: u32,
}

fn client() -> Client {
    let pool = Arc::new(Bulkhead::new("pool", BulkheadConfig::new()));
    let again = Retry::new("again", RetryConfig::new());
    Client { pool, again, patience: Duration::from_secs(1), calls: 0 }
}

impl Client {
    const LIMIT: Duration = Duration::from_secs(2);

    #[timeout(after = self.patience)]
    #[bulkhead(self.pool)]
    #[circuit_breaker(when_err = |error| Self::counts(error.policy()))]
    async fn shared(&self, by: u32) -> Answer<u32> {
        Ok(self.calls + by)
    }

    fn counts(policy: &str) -> bool {
        policy != "pool"
    }

    #[timeout(after = Self::LIMIT)]
    #[retry(self.again)]
    async fn exclusive(&mut self) -> Answer<u32> {
        self.calls += 1;
        Ok(self.calls)
    }

    #[timeout]
    async fn borrowed(&mut self) -> Answer<&mut u32> {
        Ok(&mut self.calls)
    }

    #[timeout]
    async fn consumed(self, text: String) -> Answer<(Self, String)> {
        Ok((self, text))
    }

    #[timeout]
    async fn boxed(self: Box<Self>) -> Answer<u32> {
        Ok(self.calls)
    }

    #[retry]
    async fn counted(self: Arc<Self>) -> Answer<u32> {
        Ok(self.calls)
    }

    #[circuit_breaker]
    async fn associated(calls: u32) -> Answer<Self> {
        Ok(Self { calls, ..client() })
    }
}

#[tokio::test]
async fn every_receiver() {
    let mut client = client();
    assert_eq!(sent(client.shared(1)).await, Ok(1));
    assert_eq!(sent(client.exclusive()).await, Ok(1));
    *sent(client.borrowed()).await.unwrap() += 1;
    let (client, text) = sent(client.consumed("a".into())).await.unwrap();
    assert_eq!((client.calls, text.as_str()), (2, "a"));
    assert_eq!(sent(Box::new(client).boxed()).await, Ok(2));
    let client = sent(Client::associated(5)).await.unwrap();
    assert_eq!(sent(Arc::new(client).counted()).await, Ok(5));
}

trait Store {
    async fn get(&self, key: &str) -> Answer<usize>;

    #[timeout("1s")]
    async fn twice(&self, key: &str) -> Answer<usize> {
        Ok(self.get(key).await? * 2)
    }
}

impl Store for Client {
    #[fallback(Ok(key.len()))]
    #[retry]
    async fn get(&self, key: &str) -> Answer<usize> {
        Ok(key.len())
    }
}

#[tokio::test]
async fn trait_methods_and_their_defaults() {
    assert_eq!(client().twice("abc").await, Ok(6));
}

struct Cache<T>(T);

impl<T: Clone + Sync> Cache<T> {
    #[circuit_breaker]
    async fn get<'a>(&'a self, _key: &str) -> Answer<&'a T> {
        Ok(&self.0)
    }

    #[retry]
    async fn cloned<U: From<T> + Send>(&self) -> Answer<U> {
        Ok(self.0.clone().into())
    }
}

#[tokio::test]
async fn methods_of_generic_types() {
    assert_eq!(sent(Cache(7_u8).get("a")).await, Ok(&7));
    assert_eq!(sent(Cache(7_u8).cloned::<u32>()).await, Ok(7));
}

#[async_trait::async_trait]
trait Remote {
    async fn fetch(&self, id: String, pair: (u32, u32)) -> Answer<String>;

    async fn count(&mut self, by: u32) -> Answer<u32>;

    #[timeout("1s")]
    async fn again(&self, id: String) -> Answer<String>
    where
        Self: Sync,
    {
        self.fetch(id, (3, 4)).await
    }
}

#[async_trait::async_trait]
impl Remote for Client {
    #[fallback(self.shared(b).await.map(|n| n.to_string()))]
    #[retry]
    #[bulkhead(self.pool)]
    async fn fetch(&self, id: String, (a, b): (u32, u32)) -> Answer<String> {
        if a == 0 {
            return Ok(String::new());
        }
        Ok(format!("{id}{b}"))
    }

    #[timeout]
    #[circuit_breaker(when_err = |error| Self::counts(error.policy()))]
    async fn count(&mut self, by: u32) -> Answer<u32> {
        self.calls += by;
        Ok(self.calls)
    }
}

#[tokio::test]
async fn async_trait_methods() {
    let mut client = client();
    assert_eq!(sent(client.fetch("a".into(), (1, 2))).await.unwrap(), "a2");
    assert_eq!(sent(client.again("a".into())).await.unwrap(), "a4");
    assert_eq!(sent(client.count(2)).await, Ok(2));
    let remote: Box<dyn Remote + Send + Sync> = Box::new(client);
    assert_eq!(sent(remote.fetch("b".into(), (0, 0))).await.unwrap(), "");
}
