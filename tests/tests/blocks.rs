//! Attributes on `impl` blocks and traits: which methods they reach, and what the instances are called.
#![allow(clippy::unused_self, clippy::unused_async, reason = "bodies are as short as can be")]

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use async_trait::async_trait;
use resilience::{CircuitBreaker, Rejection, circuit_breaker, registry, resilient, retry, timeout};

type Result<T> = std::result::Result<T, Rejection>;

const DOWN: Rejection = Rejection::DeadlineExceeded { policy: resilience::Name::new("test") };

#[circuit_breaker(failure_rate = 0.2, window = 100)]
static SHARED: CircuitBreaker;

struct Payments;

#[circuit_breaker(consecutive_failures = 3)]
#[timeout("1s", except = [refund])]
impl Payments {
    const FEE: u32 = 1;

    async fn charge(&self, amount: u32) -> Result<u32> {
        Ok(amount + Self::FEE)
    }

    #[circuit_breaker(consecutive_failures = 7)]
    async fn refund(&self, amount: u32) -> Result<u32> {
        Ok(amount)
    }

    #[resilient(skip)]
    async fn ping(&self) -> Result<()> {
        Ok(())
    }

    /// No `Result`: left out.
    fn fee(&self) -> u32 {
        Self::FEE
    }
}

#[tokio::test]
async fn methods_that_return_a_result_are_guarded_and_named_by_their_type() {
    assert_eq!(Payments.charge(1).await, Ok(2));
    assert_eq!(Payments.refund(1).await, Ok(1));
    assert_eq!((Payments.ping().await, Payments.fee()), (Ok(()), 1));
    let breakers: Vec<_> = registry().circuit_breakers().map(|one| one.name().as_str()).collect();
    assert!(breakers.contains(&"blocks::Payments::charge"), "{breakers:?}");
    assert!(breakers.contains(&"blocks::Payments::refund"), "{breakers:?}");
    assert!(!breakers.iter().any(|name| name.ends_with("ping") || name.ends_with("fee")));
    assert!(registry().timeout("blocks::Payments::charge").is_some());
    assert!(registry().timeout("blocks::Payments::refund").is_none());
}

#[test]
fn a_methods_own_attribute_replaces_the_blocks() {
    let of = |name: &str| format!("{:?}", registry().circuit_breaker(name).unwrap().config());
    assert!(of("blocks::Payments::refund").contains("consecutive_failures: Some(7)"));
    assert!(of("blocks::Payments::charge").contains("consecutive_failures: Some(3)"));
}

#[derive(Default)]
struct Store {
    reads: AtomicU32,
    writes: AtomicU32,
}

#[retry(attempts = 4, delay = "0ms", only = [read], when_rejected = |_| true)]
#[circuit_breaker(name = "store", min_calls = 50)]
impl Store {
    async fn read(&self) -> Result<u32> {
        if self.reads.fetch_add(1, SeqCst) < 2 { Err(DOWN) } else { Ok(7) }
    }

    async fn write(&self) -> Result<()> {
        self.writes.fetch_add(1, SeqCst);
        Err(DOWN)
    }
}

#[tokio::test]
async fn only_what_is_named_runs_again_and_explicit_names_are_prefixes() {
    let store = Store::default();
    assert_eq!(store.read().await, Ok(7));
    assert!(store.write().await.is_err());
    assert_eq!((store.reads.load(SeqCst), store.writes.load(SeqCst)), (3, 1));
    assert!(registry().circuit_breaker("store.read").is_some());
    assert!(registry().circuit_breaker("store.write").is_some());
    assert!(registry().retry("blocks::Store::read").is_some());
}

struct Both;

#[circuit_breaker(SHARED)]
impl Both {
    async fn one(&self) -> Result<()> {
        Ok(())
    }

    fn two(&self) -> Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn an_instance_is_shared_by_all_methods() {
    let before = SHARED.totals().requests;
    assert_eq!((Both.one().await, Both.two()), (Ok(()), Ok(())));
    assert_eq!(SHARED.totals().requests, before + 2);
}

trait Quotes {
    async fn raw(&self) -> Result<u32>;

    async fn quote(&self) -> Result<u32> {
        self.raw().await
    }
}

struct Local;

#[timeout("1s")]
impl Quotes for Local {
    async fn raw(&self) -> Result<u32> {
        Ok(3)
    }
}

#[circuit_breaker]
trait Defaults {
    async fn missing(&self) -> Result<u32>;

    async fn given(&self) -> Result<u32> {
        self.missing().await
    }
}

impl Defaults for Local {
    async fn missing(&self) -> Result<u32> {
        Ok(4)
    }
}

#[async_trait]
trait Boxed {
    async fn boxed(&self) -> Result<u32>;
}

#[circuit_breaker]
#[async_trait]
impl Boxed for Local {
    async fn boxed(&self) -> Result<u32> {
        Ok(5)
    }
}

#[async_trait]
#[circuit_breaker]
impl Boxed for Payments {
    async fn boxed(&self) -> Result<u32> {
        Ok(6)
    }
}

#[tokio::test]
async fn traits_and_their_implementations_have_them_too() {
    assert_eq!((Local.quote().await, Local.given().await), (Ok(3), Ok(4)));
    assert_eq!((Local.boxed().await, Payments.boxed().await), (Ok(5), Ok(6)));
    assert!(registry().timeout("blocks::Local::raw").is_some());
    for name in ["Defaults::given", "Local::boxed", "Payments::boxed"] {
        assert!(registry().circuit_breaker(&format!("blocks::{name}")).is_some(), "{name}");
    }
}

struct Generic<T>(T);

#[resilient(retry(attempts = 2, delay = "0ms"), timeout("1s"), only = [show])]
impl<T: ToString + Send + Sync, const N: usize> Generic<[T; N]>
where
    [(); N]: Sized,
{
    async fn show(&self) -> Result<String> {
        Ok(self.0.iter().map(ToString::to_string).collect())
    }

    async fn hide(&self) -> Result<[u8; 2]> {
        Ok([0; 2])
    }
}

#[tokio::test]
async fn generic_blocks_and_whole_pipelines() {
    assert_eq!(Generic([1, 2]).show().await.as_deref(), Ok("12"));
    assert_eq!(Generic([1]).hide().await, Ok([0, 0]));
    assert!(registry().pipeline("blocks::Generic::show").is_some());
    assert!(registry().retry("blocks::Generic::show.retry").is_some());
}
