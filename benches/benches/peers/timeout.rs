//! Timeouts around a future that is ready at once.

use std::time::Duration;

use layered::{Execute, Service, Stack};
use resilience::TimeoutConfig;
use resilience_benches::{Failure, bare};
use seatbelt::ResilienceContext;
use seatbelt::timeout::Timeout;

use crate::harness::{self, Criterion, Down, bench};

const SECOND: Duration = Duration::from_secs(1);

pub(crate) fn ready_future(criterion: &mut Criterion) {
    static OURS: resilience::Timeout =
        resilience::Timeout::new("timeout", TimeoutConfig::new().after(SECOND));
    let seatbelt = seatbelt();

    let mut group = criterion.benchmark_group("timeout, ready future");
    bench(&mut group, "bare", bare);
    bench(&mut group, "resilience", |input| OURS.call(bare(input)));
    bench(&mut group, "resilience, attribute", by_attribute);
    bench(&mut group, "tokio", |input| tokio::time::timeout(SECOND, harness::bare(input)));
    bench(&mut group, "seatbelt", |input| seatbelt.execute(input));
    group.finish();
}

#[resilience::timeout("1s")]
async fn by_attribute(input: u64) -> Result<u64, Failure> {
    resilience_benches::answer(input)
}

fn seatbelt() -> impl Service<u64, Out = Result<u64, Down>> {
    let context = ResilienceContext::new(tick::Clock::new_tokio().with_fast_instant(true));
    let timeout = Timeout::layer("timeout", &context).timeout(SECOND).timeout_error(|_| Down);
    (timeout, Execute::new(harness::bare)).into_service()
}
