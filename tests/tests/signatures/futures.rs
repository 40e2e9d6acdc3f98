//! Functions that return a future by name.

use std::pin::Pin;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, LocalBoxFuture};
use resilience::{circuit_breaker, fallback, retry, timeout};

use super::{Answer, sent};

#[timeout("1s")]
#[retry]
fn opaque(n: u32) -> impl Future<Output = Answer<u32>> + Send {
    let double = |n| {
        if n > u32::MAX / 2 {
            return u32::MAX;
        }
        n * 2
    };
    let doubled = double(n);
    async move { Ok(doubled) }
}

#[fallback(Ok(text))]
#[timeout]
fn boxed<'a>(text: &'a str) -> Pin<Box<dyn Future<Output = Answer<&'a str>> + Send + 'a>> {
    Box::pin(async move { Ok(text) })
}

#[circuit_breaker]
fn by_alias(text: &str) -> BoxFuture<'_, Answer<usize>> {
    async move { Ok(text.len()) }.boxed()
}

#[retry]
fn local(n: u32) -> LocalBoxFuture<'static, Answer<u32>> {
    Box::pin(async move {
        if n == 0 {
            return Ok(0);
        }
        Ok(n + 1)
    })
}

#[tokio::test]
async fn the_future_is_guarded_and_not_its_making() {
    assert_eq!(sent(opaque(2)).await, Ok(4));
    assert_eq!(sent(boxed("x")).await, Ok("x"));
    assert_eq!(sent(by_alias("abc")).await, Ok(3));
    assert_eq!(local(1).await, Ok(2));
    let breaker = resilience::registry().circuit_breaker("signatures::futures::by_alias").unwrap();
    assert_eq!(breaker.totals().successes, 1);
    drop(by_alias("never polled"));
    assert_eq!(breaker.totals().requests, 1);
}

trait Fetch {
    fn fetch(&self, id: u32) -> impl Future<Output = Answer<u32>> + Send;
}

struct Client;

impl Fetch for Client {
    #[retry]
    #[timeout]
    fn fetch(&self, id: u32) -> impl Future<Output = Answer<u32>> + Send {
        let next = id + 1;
        async move { Ok(next) }
    }
}

#[tokio::test]
async fn a_trait_method_may_promise_send() {
    assert_eq!(sent(Client.fetch(1)).await, Ok(2));
}
