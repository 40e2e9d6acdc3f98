//! Retries whose first attempt succeeds.

use std::future;

use backon::{ExponentialBuilder, Retryable};
use resilience::{Retry, RetryConfig};
use resilience_benches::{Failure, bare};
use tower::retry::Policy;

use crate::harness::{self, Criterion, Down, bench, through};

pub(crate) fn first_attempt_succeeds(criterion: &mut Criterion) {
    static RETRY: Retry = Retry::new("retry", RetryConfig::new());
    let mut tower = tower::retry::Retry::new(AtOnce, tower::service_fn(harness::bare));

    let mut group = criterion.benchmark_group("retry, first attempt succeeds");
    bench(&mut group, "bare", bare);
    bench(&mut group, "resilience", |input| RETRY.call(move || bare(input)));
    bench(&mut group, "resilience, attribute", by_attribute);
    bench(&mut group, "backon", |input| {
        (move || harness::bare(input)).retry(ExponentialBuilder::default())
    });
    bench(&mut group, "tower", |input| through(&mut tower, input));
    group.finish();
}

#[resilience::retry]
async fn by_attribute(input: u64) -> Result<u64, Failure> {
    resilience_benches::answer(input)
}

/// tower leaves the policy to its user: this one tries again at once, without end.
#[derive(Clone)]
struct AtOnce;

impl Policy<u64, u64, Down> for AtOnce {
    type Future = future::Ready<()>;

    fn retry(&mut self, _: &mut u64, result: &mut Result<u64, Down>) -> Option<Self::Future> {
        result.is_err().then(|| future::ready(()))
    }

    fn clone_request(&mut self, request: &u64) -> Option<u64> {
        Some(*request)
    }
}
