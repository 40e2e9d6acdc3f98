#![forbid(unsafe_code)]
#![deny(warnings)]

use std::pin::Pin;

use resilience::{Bulkhead, BulkheadConfig, Rejection, bulkhead, retry, timeout};

type Answer<T> = Result<T, Rejection>;

#[timeout("1s")]
#[retry]
fn opaque(n: u32) -> impl Future<Output = Answer<u32>> + Send {
    let doubled = n * 2;
    async move { Ok(doubled) }
}

#[timeout]
fn boxed<'a>(text: &'a str) -> Pin<Box<dyn Future<Output = Answer<&'a str>> + Send + 'a>> {
    Box::pin(async move { Ok(text) })
}

#[async_trait::async_trait]
trait Fetch {
    async fn fetch(&self, id: String, pair: (u32, u32)) -> Answer<String>;

    #[timeout("1s")]
    async fn again(&self, id: String) -> Answer<String>
    where
        Self: Sync,
    {
        self.fetch(id, (3, 4)).await
    }
}

struct Client {
    pool: Bulkhead,
    calls: u32,
}

#[async_trait::async_trait]
impl Fetch for Client {
    #[retry]
    #[bulkhead(self.pool)]
    async fn fetch(&self, id: String, (a, b): (u32, u32)) -> Answer<String> {
        if a == 0 {
            return Ok(String::new());
        }
        Ok(format!("{id}{b}"))
    }
}

#[async_trait::async_trait]
trait Count {
    async fn count(&mut self, by: u32) -> Answer<u32>;
}

#[async_trait::async_trait]
impl Count for Client {
    #[timeout]
    #[bulkhead(self.pool)]
    #[retry]
    async fn count(&mut self, by: u32) -> Answer<u32> {
        self.calls += by;
        Ok(self.calls)
    }
}

#[tokio::main]
async fn main() {
    assert_eq!(opaque(2).await.unwrap(), 4);
    assert_eq!(boxed("x").await.unwrap(), "x");
    let mut client = Client { pool: Bulkhead::new("pool", BulkheadConfig::new()), calls: 1 };
    assert_eq!(client.fetch("a".into(), (1, 2)).await.unwrap(), "a2");
    assert_eq!(client.again("a".into()).await.unwrap(), "a4");
    assert_eq!(client.count(2).await.unwrap(), 3);
}
