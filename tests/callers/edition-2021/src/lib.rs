//! A caller of an older edition, with strict lints and another name for the framework.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unused_qualifications, clippy::pedantic, clippy::nursery)]

use std::future::Future;
use std::time::Duration;

use guards::{
    Bulkhead, CircuitBreaker, Keyed, Pipeline, Rejection, bulkhead, circuit_breaker, fallback,
    health_check, hedge, rate_limit, resilient, retry, timeout,
};

const ATTEMPTS: u32 = 2;

/// Shared by name.
#[circuit_breaker(crate = guards, name = "shared with others", failure_rate = "20%", critical)]
pub static PAYMENTS: CircuitBreaker;

/// One for each host.
#[bulkhead(crate = guards, max_concurrent = 2, max_keys = 10)]
pub static HOSTS: Keyed<Bulkhead>;

/// A whole pipeline.
#[resilient(crate = guards, retry(attempts = ATTEMPTS, delay = "1ms"), timeout("5s"))]
pub static ORDERS: Pipeline;

/// A client of some sort.
#[derive(Debug, Default)]
pub struct Client {
    calls: u64,
}

impl Client {
    const fn is_neutral(_: &Rejection) -> bool {
        false
    }

    /// Everything at once.
    ///
    /// # Errors
    ///
    /// The rejections of its policies.
    #[fallback(order(self.calls).await, |error| Err(*error), crate = guards)]
    #[rate_limit("1000/s", burst = 10)]
    #[bulkhead(HOSTS, key = host)]
    #[timeout("10s")]
    #[retry(attempts = ATTEMPTS, delay = Duration::from_millis(1), when_err = |error| error.retry_after().is_some())]
    #[circuit_breaker(PAYMENTS, ignore_err = Self::is_neutral)]
    #[timeout("1s")]
    #[hedge(after = "50ms")]
    pub async fn fetch(&self, host: &str) -> Result<u64, Rejection> {
        if host.is_empty() {
            return Ok(0);
        }
        let more: u64 = host.parse().unwrap_or_default();
        Ok(self.calls + more)
    }

    /// Exclusive.
    ///
    /// # Errors
    ///
    /// The rejections of its policies.
    #[resilient(crate = guards, retry, circuit_breaker(PAYMENTS))]
    pub async fn count(&mut self) -> Result<u64, Rejection> {
        self.calls += 1;
        Ok(self.calls)
    }

    /// A plain value.
    #[fallback(0, crate = guards)]
    #[bulkhead]
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls
    }
}

/// Guarded by the shared pipeline.
///
/// # Errors
///
/// The rejections of its policies.
#[resilient(ORDERS, crate = guards)]
pub async fn order(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

/// A future by name.
///
/// # Errors
///
/// The rejections of its policies.
#[timeout(crate = guards, after = Duration::from_secs(1))]
pub fn named(id: u64) -> impl Future<Output = Result<u64, Rejection>> {
    let next = id + 1;
    async move { Ok(next) }
}

/// A synchronous function.
///
/// # Errors
///
/// The rejections of its policies.
#[retry(crate = guards, delay = "0ms")]
#[circuit_breaker]
pub fn plain(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

/// Always well.
///
/// # Errors
///
/// None.
#[health_check(crate = guards, every = "10s")]
pub async fn well() -> Result<(), Rejection> {
    Ok(())
}

/// An argument that the body leaves unused is no finding of any lint.
///
/// # Errors
/// When it is rejected.
#[timeout(crate = guards)]
#[allow(clippy::unused_async)]
pub async fn with_an_unused_argument(_argument: String) -> Result<(), Rejection> {
    Ok(())
}

/// The same for one that a retry further in binds again.
///
/// # Errors
/// When it is rejected.
#[timeout(crate = guards)]
#[retry]
#[allow(clippy::unused_async)]
pub async fn with_an_unused_argument_and_a_retry(_argument: String) -> Result<(), Rejection> {
    Ok(())
}

/// The same for one that a shared pipeline binds again.
///
/// # Errors
/// When it is rejected.
#[resilient(ORDERS, crate = guards)]
#[allow(clippy::unused_async)]
pub async fn with_an_unused_argument_and_a_pipeline(_argument: String) -> Result<(), Rejection> {
    Ok(())
}

/// The same beside a pattern that leaves a part of its value where it is.
///
/// # Errors
/// When it is rejected.
#[bulkhead(crate = guards)]
pub async fn with_an_unused_argument_beside_a_pattern(
    _argument: String,
    (name, _): (String, String),
) -> Result<usize, Rejection> {
    std::future::ready(Ok(name.len())).await
}

/// An item stands first in a body, guarded or not.
///
/// # Errors
/// When it is rejected.
#[timeout(crate = guards)]
#[allow(clippy::unused_async)]
pub async fn with_items() -> Result<u64, Rejection> {
    const MORE: u64 = 2;
    const fn more(id: u64) -> u64 {
        id + MORE
    }
    Ok(more(1))
}

/// The same for a synchronous function that owns what it is given.
///
/// # Errors
/// When it is rejected.
#[bulkhead(crate = guards)]
pub fn with_items_at_once(name: String) -> Result<usize, Rejection> {
    use std::convert::identity;
    Ok(identity(name).len())
}

#[cfg(test)]
mod drops {
    #![allow(
        clippy::unnecessary_wraps,
        clippy::future_not_send,
        clippy::significant_drop_tightening
    )]

    use std::cell::RefCell;

    use guards::{Rejection, bulkhead, retry, timeout};

    type Log = RefCell<Vec<&'static str>>;

    /// Writes its name when it is dropped.
    struct Noisy<'l>(&'static str, &'l Log);

    impl Noisy<'_> {
        fn get(&self) -> Result<usize, Rejection> {
            Ok(self.0.len())
        }
    }

    impl Drop for Noisy<'_> {
        fn drop(&mut self) {
            self.1.borrow_mut().push(self.0);
        }
    }

    macro_rules! both {
        ($($(#[$attribute:meta])* $name:ident)*) => {
            $(
                $(#[$attribute])*
                async fn $name(argument: Noisy<'_>, log: &Log) -> Result<usize, Rejection> {
                    let _local = Noisy("local", log);
                    argument.get()?;
                    Noisy("temporary", log).get()
                }
            )*
        };
    }

    both! {
        bare
        #[timeout(crate = guards)] timed
        #[bulkhead(crate = guards)] limited
    }

    #[retry(crate = guards)]
    fn synchronous(argument: &Noisy<'_>, log: &Log) -> Result<usize, Rejection> {
        let _local = Noisy("local", log);
        argument.get()?;
        Noisy("temporary", log).get()
    }

    /// In this edition a temporary of the tail outlives the locals.
    const ORDER: [&str; 3] = ["local", "temporary", "argument"];

    #[tokio::test(start_paused = true)]
    async fn the_edition_of_the_caller_decides() {
        let log = Log::default();
        assert_eq!(bare(Noisy("argument", &log), &log).await, Ok(9));
        assert_eq!(log.take(), ORDER);
        assert_eq!(timed(Noisy("argument", &log), &log).await, Ok(9));
        assert_eq!(log.take(), ORDER);
        assert_eq!(limited(Noisy("argument", &log), &log).await, Ok(9));
        assert_eq!(log.take(), ORDER);
        assert_eq!(synchronous(&Noisy("argument", &log), &log), Ok(9));
        assert_eq!(log.take(), ORDER);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn sent<F: Future + Send>(future: F) -> F {
        future
    }

    #[tokio::test(start_paused = true)]
    async fn everything_runs() {
        let mut client = Client::default();
        assert_eq!(sent(client.count()).await, Ok(1));
        assert_eq!(sent(client.fetch("7")).await, Ok(8));
        assert_eq!(client.calls(), 1);
        assert_eq!(sent(order(3)).await, Ok(3));
        assert_eq!(sent(named(4)).await, Ok(5));
        assert_eq!(plain(5), Ok(5));
        assert_eq!(well().await, Ok(()));
        assert_eq!((PAYMENTS.totals().successes, HOSTS.len()), (2, 1));
    }
}
