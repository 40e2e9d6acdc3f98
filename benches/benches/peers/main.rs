//! Times of one guarded call beside the same call through peer libraries, in one run.
//!
//! Every future is ready when first polled and polled by hand, so that a figure holds the policy
//! and the bare call, and no executor. `bare` is in every group to be subtracted.

mod breaker;
mod bulkhead;
mod guarded;
mod harness;
mod rate_limit;
mod retry;
mod six;
mod stack;
mod timeout;

use crate::harness::Criterion;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    // Timers need a runtime to register with, also those that are never waited for.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.expect("a runtime can be built");
    let _entered = runtime.enter();
    breaker::success(&mut criterion);
    breaker::success_on_two_threads(&mut criterion);
    breaker::half_fail(&mut criterion);
    breaker::open_refusal(&mut criterion);
    retry::first_attempt_succeeds(&mut criterion);
    timeout::ready_future(&mut criterion);
    bulkhead::free_place(&mut criterion);
    rate_limit::allow(&mut criterion);
    rate_limit::allow_on_two_threads(&mut criterion);
    rate_limit::reject(&mut criterion);
    stack::all_succeed(&mut criterion);
    six::all_succeed(&mut criterion);
    criterion.final_summary();
}
