//! Bulkheads with a free place.

use resilience::{Bulkhead, BulkheadConfig};
use resilience_benches::{Failure, bare};
use tokio::sync::Semaphore;
use tower_resilience::bulkhead::BulkheadLayer;

use crate::harness::{self, Criterion, Down, bench, through};

pub(crate) fn free_place(criterion: &mut Criterion) {
    static OURS: Bulkhead = Bulkhead::new("bulkhead", BulkheadConfig::new());
    let mut tower = tower();

    let mut group = criterion.benchmark_group("bulkhead, free place");
    bench(&mut group, "bare", bare);
    bench(&mut group, "resilience", |input| OURS.call(bare(input)));
    bench(&mut group, "resilience, attribute", by_attribute);
    bench(&mut group, "tokio semaphore", in_a_semaphore);
    bench(&mut group, "tower-resilience", |input| through(&mut tower, input));
    group.finish();
}

#[resilience::bulkhead]
async fn by_attribute(input: u64) -> Result<u64, Failure> {
    resilience_benches::answer(input)
}

async fn in_a_semaphore(input: u64) -> Result<u64, Down> {
    static PLACES: Semaphore = Semaphore::const_new(25);
    let _place = PLACES.try_acquire().map_err(|_| Down)?;
    harness::bare(input).await
}

fn tower() -> impl tower::Service<u64> {
    let layer = BulkheadLayer::builder().max_concurrent_calls(25).reject_when_full().build();
    let service = tower::service_fn(harness::bare);
    tower::Layer::layer(&layer.expect("a valid configuration"), service)
}
