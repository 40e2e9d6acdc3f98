//! The cases as users write them: attributes on the function itself.

use resilience_benches::{call_once, fail_once, repeat_waiting};

use crate::caller::{repeat, repeat_half_failing};
use crate::until_samples_are_rare;

pub(crate) fn breaker_consecutive(calls: u64) {
    repeat(calls, guarded::consecutive);
}

pub(crate) fn breaker_count_window(calls: u64) {
    repeat(calls, guarded::count_window);
}

pub(crate) fn breaker_time_window(calls: u64) {
    repeat(calls, guarded::time_window);
}

pub(crate) fn breaker_open(calls: u64) {
    fail_once(guarded::open);
    repeat(calls, guarded::open);
}

pub(crate) fn breaker_consecutive_failing(calls: u64) {
    repeat_half_failing(calls, guarded::consecutive_failing);
}

pub(crate) fn breaker_count_window_failing(calls: u64) {
    repeat_half_failing(calls, guarded::count_window_failing);
}

pub(crate) fn breaker_time_window_failing(calls: u64) {
    repeat_half_failing(calls, guarded::time_window_failing);
}

pub(crate) fn retry(calls: u64) {
    repeat(calls, guarded::retried);
}

pub(crate) fn timeout(calls: u64) {
    repeat(calls, guarded::limited);
}

pub(crate) fn timeout_waiting(calls: u64) {
    repeat_waiting(calls, guarded::limited_waiting);
}

pub(crate) fn bulkhead(calls: u64) {
    repeat(calls, guarded::bounded);
}

pub(crate) fn bulkhead_adaptive(calls: u64) {
    until_samples_are_rare(calls, |calls| repeat(calls, guarded::adaptive));
    repeat(calls, guarded::adaptive);
}

pub(crate) fn bulkhead_sampled(calls: u64) {
    repeat(calls, guarded::sampled);
}

pub(crate) fn all_four(calls: u64) {
    repeat(calls, guarded::four);
}

pub(crate) fn limiter_allow(calls: u64) {
    repeat(calls, guarded::rate_limited);
}

pub(crate) fn limiter_refuse(calls: u64) {
    call_once(guarded::rate_used_up);
    repeat(calls, guarded::rate_used_up);
}

pub(crate) fn known_key(calls: u64) {
    repeat(calls, guarded::rate_limited_by_key);
}

pub(crate) fn all_six(calls: u64) {
    repeat(calls, guarded::six);
}

mod guarded {
    use resilience::{bulkhead, circuit_breaker, fallback, rate_limit, retry, timeout};
    use resilience_benches::{Failure, answer, waiting};

    #[circuit_breaker(consecutive_failures = 5)]
    pub(super) async fn consecutive(input: u64) -> Result<u64, Failure> {
        answer(input)
    }

    #[circuit_breaker(window = 100)]
    pub(super) async fn count_window(input: u64) -> Result<u64, Failure> {
        answer(input)
    }

    #[circuit_breaker]
    pub(super) async fn time_window(input: u64) -> Result<u64, Failure> {
        answer(input)
    }

    #[circuit_breaker(consecutive_failures = 5)]
    pub(super) async fn consecutive_failing(input: u64) -> Result<u64, Failure> {
        answer(input)
    }

    #[circuit_breaker(window = 100, min_calls = 100, failure_rate = 1.0)]
    pub(super) async fn count_window_failing(input: u64) -> Result<u64, Failure> {
        answer(input)
    }

    #[circuit_breaker(failure_rate = 1.0)]
    pub(super) async fn time_window_failing(input: u64) -> Result<u64, Failure> {
        answer(input)
    }

    #[circuit_breaker(consecutive_failures = 1, open_for = "1h")]
    pub(super) async fn open(input: u64) -> Result<u64, Failure> {
        answer(input)
    }

    #[retry]
    pub(super) async fn retried(input: u64) -> Result<u64, Failure> {
        answer(input)
    }

    #[timeout("1s")]
    pub(super) async fn limited(input: u64) -> Result<u64, Failure> {
        answer(input)
    }

    #[timeout("1s")]
    pub(super) async fn limited_waiting(input: u64) -> Result<u64, Failure> {
        waiting(input).await
    }

    #[bulkhead]
    pub(super) async fn bounded(input: u64) -> Result<u64, Failure> {
        answer(input)
    }

    #[bulkhead(adaptive)]
    pub(super) async fn adaptive(input: u64) -> Result<u64, Failure> {
        answer(input)
    }

    // The first window ends by its samples, the second within no run: every call is a sample.
    #[bulkhead(adaptive, window = "1h")]
    pub(super) async fn sampled(input: u64) -> Result<u64, Failure> {
        answer(input)
    }

    #[retry]
    #[circuit_breaker]
    #[timeout("1s")]
    #[bulkhead]
    pub(super) async fn four(input: u64) -> Result<u64, Failure> {
        answer(input)
    }

    #[rate_limit("1000000000/s")]
    pub(super) async fn rate_limited(input: u64) -> Result<u64, Failure> {
        answer(input)
    }

    #[rate_limit("1/h")]
    pub(super) async fn rate_used_up(input: u64) -> Result<u64, Failure> {
        answer(input)
    }

    #[rate_limit("1000000000/s", key = input % 1000)]
    pub(super) async fn rate_limited_by_key(input: u64) -> Result<u64, Failure> {
        answer(input)
    }

    #[fallback(Ok(0))]
    #[rate_limit("1000000000/s")]
    #[bulkhead]
    #[timeout("1s")]
    #[retry]
    #[circuit_breaker]
    pub(super) async fn six(input: u64) -> Result<u64, Failure> {
        answer(input)
    }
}
