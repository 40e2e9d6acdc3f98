//! `key = …`: one instance per host, tenant or user.

use std::cell::Cell;
use std::fmt;

use resilience::{
    CircuitBreaker, CircuitState, Keyed, Rejection, bulkhead, circuit_breaker, registry,
};

#[derive(Debug, PartialEq)]
enum Failed {
    Body,
    Refused,
}

impl From<Rejection> for Failed {
    fn from(_: Rejection) -> Self {
        Self::Refused
    }
}

#[circuit_breaker(consecutive_failures = 1, max_keys = 2)]
static HOSTS: Keyed<CircuitBreaker>;

#[circuit_breaker(HOSTS, key = host, when_err = |error| *error == Failed::Body)]
async fn fetch(host: &str, runs: &Cell<u32>) -> Result<(), Failed> {
    runs.set(runs.get() + 1);
    if host == "bad" { Err(Failed::Body) } else { Ok(()) }
}

#[tokio::test(start_paused = true)]
async fn one_bad_host_does_not_take_the_others_with_it() {
    let runs = Cell::new(0);
    assert_eq!(fetch("bad", &runs).await, Err(Failed::Body));
    assert_eq!(fetch("bad", &runs).await, Err(Failed::Refused));
    assert_eq!(fetch("good", &runs).await, Ok(()));
    assert_eq!(
        (runs.get(), HOSTS.get("bad").state(), HOSTS.get("good").state()),
        (2, CircuitState::Open, CircuitState::Closed)
    );
    for host in ["one", "two", "three"] {
        assert_eq!(fetch(host, &runs).await, Ok(()));
    }
    assert_eq!(HOSTS.len(), 2);
    assert_eq!(
        fetch("bad", &runs).await,
        Err(Failed::Refused),
        "the open one outlives the closed ones"
    );
    let listed = registry().keyed_circuit_breaker("keyed::HOSTS").unwrap();
    assert_eq!(listed.totals().top[0].key, "bad");
}

struct Shop {
    tenant: String,
}

impl Shop {
    #[bulkhead(max_concurrent = 1, key = self.tenant)]
    async fn order(&self, nested: Option<&Shop>) -> Result<u32, Failed> {
        match nested {
            Some(shop) => Box::pin(shop.order(None)).await,
            None => Ok(1),
        }
    }
}

#[tokio::test]
async fn methods_have_keys_too() {
    let (a, b) = (Shop { tenant: "a".into() }, Shop { tenant: "b".into() });
    assert_eq!(a.order(Some(&b)).await, Ok(1));
    assert_eq!(a.order(Some(&a)).await, Err(Failed::Refused));
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct TenantId(u64);

impl fmt::Display for TenantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tenant-{}", self.0)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Shard(u64);

#[circuit_breaker(key = TenantId(id), consecutive_failures = 1)]
async fn of_tenant(id: u64) -> Result<(), Failed> {
    Err(Failed::Body)
}

#[circuit_breaker(key = shard, consecutive_failures = 1)]
async fn of_any<K>(shard: K) -> Result<(), Failed>
where
    K: Clone + Eq + std::hash::Hash + fmt::Debug + Send + Sync + 'static,
{
    Err(Failed::Body)
}

#[tokio::test]
async fn a_key_is_shown_by_its_text_or_its_content() {
    of_tenant(7).await.unwrap_err();
    of_any(Shard(7)).await.unwrap_err();
    let shown = |name| registry().keyed_circuit_breaker(name).unwrap().totals().top[0].key.clone();
    assert_eq!(shown("keyed::of_tenant"), "tenant-7");
    assert_eq!(shown("keyed::of_any"), "Shard(7)");
}
