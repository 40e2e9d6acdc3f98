//! A guarded call that goes well allocates nothing, and neither does one that an open circuit or a rate limit refuses.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use resilience::{
    Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, RateLimitConfig, RateLimiter,
    Rejection, Retry, RetryConfig, Timeout, TimeoutConfig, Window, bulkhead, circuit_breaker,
    fallback, rate_limit, retry, shared, timeout,
};

/// The system's allocator, with a count per thread.
struct Counting;

thread_local!(static ALLOCATIONS: Cell<u64> = const { Cell::new(0) });

fn count() {
    ALLOCATIONS.set(ALLOCATIONS.get() + 1);
}

// SAFETY: every call is handed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        unsafe { System.realloc(block, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[derive(Debug)]
enum Failure {
    Down,
    Rejected(#[allow(dead_code, reason = "held as a caller's error holds it")] Rejection),
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

type Answer = Result<u64, Failure>;

/// `u64::MAX` makes it fail.
fn answer(input: u64) -> Answer {
    if input == u64::MAX { Err(Failure::Down) } else { Ok(input) }
}

fn ready<F: Future>(future: Pin<&mut F>) -> F::Output {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("ready at once"),
    }
}

/// What a hundred calls allocate, after `warm_up` and three more have made what is made once.
fn allocations<F: Future<Output = Answer>>(warm_up: u64, mut make: impl FnMut(u64) -> F) -> u64 {
    for input in [warm_up, 1, 2, 3] {
        let _ = ready(pin!(make(input)));
    }
    let before = ALLOCATIONS.get();
    for input in 0..100 {
        let _ = ready(pin!(make(input)));
    }
    ALLOCATIONS.get() - before
}

mod attributes {
    use super::{Answer, answer, bulkhead, circuit_breaker, fallback, rate_limit, retry, timeout};

    #[circuit_breaker(consecutive_failures = 5)]
    pub(crate) async fn consecutive(input: u64) -> Answer {
        answer(input)
    }

    #[circuit_breaker(window = 100)]
    pub(crate) async fn count_window(input: u64) -> Answer {
        answer(input)
    }

    #[circuit_breaker]
    pub(crate) async fn time_window(input: u64) -> Answer {
        answer(input)
    }

    #[circuit_breaker(slow_call = "1h")]
    pub(crate) async fn measured(input: u64) -> Answer {
        answer(input)
    }

    #[circuit_breaker(consecutive_failures = 1, open_for = "1h")]
    pub(crate) async fn open(input: u64) -> Answer {
        answer(input)
    }

    #[retry]
    pub(crate) async fn retried(input: u64) -> Answer {
        answer(input)
    }

    #[retry(budget = 0.2, max_elapsed = "1h")]
    pub(crate) async fn retried_with_books(input: u64) -> Answer {
        answer(input)
    }

    #[timeout("1s")]
    pub(crate) async fn limited(input: u64) -> Answer {
        answer(input)
    }

    #[bulkhead]
    pub(crate) async fn bounded(input: u64) -> Answer {
        answer(input)
    }

    #[bulkhead(max_wait = "1s")]
    pub(crate) async fn bounded_with_queue(input: u64) -> Answer {
        answer(input)
    }

    // Each call is a sample, and the first ten end a window.
    #[bulkhead(adaptive, min_samples = 10)]
    pub(crate) async fn adaptive(input: u64) -> Answer {
        answer(input)
    }

    #[retry]
    #[circuit_breaker]
    #[timeout("1s")]
    #[bulkhead]
    pub(crate) async fn four(input: u64) -> Answer {
        answer(input)
    }

    #[rate_limit("1000/s")]
    pub(crate) async fn rate_limited(input: u64) -> Answer {
        answer(input)
    }

    #[rate_limit("1/h")]
    pub(crate) async fn rate_used_up(input: u64) -> Answer {
        answer(input)
    }

    #[circuit_breaker(key = tenant(input))]
    #[rate_limit("1000/s", key = input % 3)]
    pub(crate) async fn known_keys(input: u64) -> Answer {
        answer(input)
    }

    fn tenant(input: u64) -> &'static str {
        if input.is_multiple_of(2) { "even" } else { "odd" }
    }

    #[fallback(Ok(0))]
    #[rate_limit("1000/s")]
    #[bulkhead]
    #[timeout("1s")]
    #[retry]
    #[circuit_breaker]
    pub(crate) async fn six(input: u64) -> Answer {
        answer(input)
    }
}

mod by_hand {
    use super::{
        Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, Duration, Retry,
        RetryConfig, Timeout, TimeoutConfig, Window,
    };

    const BREAKER: CircuitBreakerConfig = CircuitBreakerConfig::new();
    const HOUR: Duration = Duration::from_secs(3_600);

    pub(crate) static CONSECUTIVE: CircuitBreaker =
        CircuitBreaker::new("consecutive", BREAKER.consecutive_failures(5));
    pub(crate) static COUNT_WINDOW: CircuitBreaker =
        CircuitBreaker::new("count", CircuitBreakerConfig::new().window(Window::Calls(100)));
    pub(crate) static TIME_WINDOW: CircuitBreaker =
        CircuitBreaker::new("time", CircuitBreakerConfig::new());
    pub(crate) static OPEN: CircuitBreaker = CircuitBreaker::new(
        "open",
        CircuitBreakerConfig::new().consecutive_failures(1).open_for(HOUR),
    );
    pub(crate) static RETRY: Retry = Retry::new("retry", RetryConfig::new());
    pub(crate) static TIMEOUT: Timeout = Timeout::new("timeout", TimeoutConfig::new());
    pub(crate) static BULKHEAD: Bulkhead = Bulkhead::new("bulkhead", BulkheadConfig::new());
}

/// What a hundred calls allocate that find turns of a fleet's limit, fetched ahead; and a hundred that the store rejected.
fn allocations_of_leased_turns() -> [u64; 2] {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().start_paused(true).build().unwrap().block_on(async {
        shared::connect(shared::Memory::new());
        let limit = RateLimitConfig::new().rate("100000/s").burst(100_000).shared(true);
        let ahead = RateLimiter::new("ahead", limit.lease(Duration::from_secs(1)));
        for _ in 0..1_000 {
            for _ in 0..10 {
                ahead.acquire().await.unwrap();
            }
            tokio::time::advance(Duration::from_millis(1)).await;
        }
        let used_up = RateLimiter::new("used up", RateLimitConfig::new().rate("1/h").shared(true));
        while used_up.acquire().await.is_ok() {}
        [&ahead, &used_up].map(|limiter| {
            let before = ALLOCATIONS.get();
            for _ in 0..100 {
                let _ = ready(pin!(limiter.acquire()));
            }
            ALLOCATIONS.get() - before
        })
    })
}

/// One test in this program: nothing else may allocate on its thread.
#[test]
fn calls_without_trouble_allocate_nothing() {
    use by_hand as hand;
    let fail = u64::MAX;
    let found = [
        ("attribute: consecutive", allocations(fail, attributes::consecutive)),
        ("attribute: count window", allocations(fail, attributes::count_window)),
        ("attribute: time window", allocations(fail, attributes::time_window)),
        ("attribute: measured", allocations(fail, attributes::measured)),
        ("attribute: open refusal", allocations(fail, attributes::open)),
        ("attribute: retry", allocations(0, attributes::retried)),
        ("attribute: retry with books", allocations(0, attributes::retried_with_books)),
        ("attribute: timeout", allocations(fail, attributes::limited)),
        ("attribute: bulkhead", allocations(fail, attributes::bounded)),
        ("attribute: bulkhead with queue", allocations(fail, attributes::bounded_with_queue)),
        ("attribute: adaptive bulkhead", allocations(0, attributes::adaptive)),
        ("attribute: all four", allocations(0, attributes::four)),
        ("attribute: rate limit", allocations(0, attributes::rate_limited)),
        ("attribute: rate limit, refusal", allocations(0, attributes::rate_used_up)),
        ("attribute: known keys", allocations(0, attributes::known_keys)),
        ("attribute: all six", allocations(0, attributes::six)),
        (
            "by hand: consecutive",
            allocations(fail, |input| hand::CONSECUTIVE.call(async move { answer(input) })),
        ),
        (
            "by hand: count window",
            allocations(fail, |input| hand::COUNT_WINDOW.call(async move { answer(input) })),
        ),
        (
            "by hand: time window",
            allocations(fail, |input| hand::TIME_WINDOW.call(async move { answer(input) })),
        ),
        (
            "by hand: open refusal",
            allocations(fail, |input| hand::OPEN.call(async move { answer(input) })),
        ),
        (
            "by hand: retry",
            allocations(0, |input| hand::RETRY.call(move || async move { answer(input) })),
        ),
        (
            "by hand: timeout",
            allocations(fail, |input| hand::TIMEOUT.call(async move { answer(input) })),
        ),
        (
            "by hand: bulkhead",
            allocations(fail, |input| hand::BULKHEAD.call(async move { answer(input) })),
        ),
    ];
    let [leased, rejected] = allocations_of_leased_turns();
    let shared = [("a fleet's limit", leased), ("a fleet's limit, rejection", rejected)];
    let greedy: Vec<_> =
        found.into_iter().chain(shared).filter(|(_, allocations)| *allocations > 0).collect();
    assert!(greedy.is_empty(), "allocations in 100 calls: {greedy:?}");
    assert!(
        matches!(ready(pin!(attributes::open(1))), Err(Failure::Rejected(_))),
        "the circuit was open"
    );
}
