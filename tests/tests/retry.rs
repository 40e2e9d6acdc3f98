//! `#[retry]`: how often, after which delay, and when not to.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use resilience::{CallId, Rejection, RetryConfig, attempt, call_id, registry, retry, timeout};
use tokio::time::{Instant, sleep};

#[derive(Debug, PartialEq)]
enum Failure {
    Busy(Duration),
    Broken,
}

impl Failure {
    fn is_busy(&self) -> bool {
        matches!(self, Self::Busy(_))
    }

    fn hint(&self) -> Option<Duration> {
        match self {
            Self::Busy(wait) => Some(*wait),
            Self::Broken => None,
        }
    }
}

#[retry(attempts = 4, delay = "100ms", backoff = exponential, jitter = none)]
async fn fourth_time_lucky(starts: &mut Vec<Instant>) -> Result<u32, Failure> {
    starts.push(Instant::now());
    if attempt() < 4 { Err(Failure::Broken) } else { Ok(attempt()) }
}

#[tokio::test(start_paused = true)]
async fn delays_grow_from_attempt_to_attempt() {
    let mut starts = Vec::new();
    assert_eq!(fourth_time_lucky(&mut starts).await, Ok(4));
    let delays: Vec<_> = starts.windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect();
    assert_eq!(delays, [100, 200, 400]);
    let totals = registry().retry("retry::fourth_time_lucky").unwrap().totals();
    assert_eq!((totals.retries, totals.recovered, totals.exhausted), (3, 1, 0));
}

#[retry(attempts = 3, jitter = none, when_err = Failure::is_busy, retry_after = Failure::hint)]
async fn picky(failures: &[Failure], tried: &Cell<usize>) -> Result<(), Failure> {
    let failure = failures.get(tried.replace(tried.get() + 1));
    match failure {
        Some(Failure::Busy(wait)) => Err(Failure::Busy(*wait)),
        Some(Failure::Broken) => Err(Failure::Broken),
        None => Ok(()),
    }
}

#[tokio::test(start_paused = true)]
async fn only_what_may_pass_is_tried_again() {
    let tried = Cell::new(0);
    assert_eq!(picky(&[Failure::Broken], &tried).await, Err(Failure::Broken));
    assert_eq!(tried.get(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_hint_is_waited_for_and_a_long_one_ends_the_retries() {
    let (tried, begin) = (Cell::new(0), Instant::now());
    assert_eq!(picky(&[Failure::Busy(Duration::from_secs(30))], &tried).await, Ok(()));
    assert!(begin.elapsed() >= Duration::from_secs(30), "{:?}", begin.elapsed());

    let (tried, begin) = (Cell::new(0), Instant::now());
    let day = Failure::Busy(Duration::from_secs(86_400));
    assert_eq!(picky(&[day], &tried).await.unwrap_err().hint(), Some(Duration::from_secs(86_400)));
    assert_eq!((tried.get(), begin.elapsed()), (1, Duration::ZERO));
}

#[retry(attempts = 10, delay = "40ms", backoff = fixed, jitter = none, max_elapsed = "100ms")]
async fn hurried(tried: &Cell<u32>) -> Result<(), Failure> {
    tried.set(tried.get() + 1);
    Err(Failure::Broken)
}

#[tokio::test(start_paused = true)]
async fn no_delay_ends_at_or_after_the_time_limit() {
    let (tried, begin) = (Cell::new(0), Instant::now());
    assert!(hurried(&tried).await.is_err());
    assert_eq!((tried.get(), begin.elapsed()), (3, Duration::from_millis(80)));
}

/// With literals alone the compiler would say that ten attempts can't be had.
const MANY: u32 = 10;

#[timeout("100ms")]
#[retry(attempts = MANY, delay = "40ms", backoff = fixed, jitter = none)]
async fn within_a_deadline(tried: &Cell<u32>) -> Result<(), Rejection> {
    tried.set(tried.get() + 1);
    sleep(Duration::from_millis(5)).await;
    Err(injected())
}

fn injected() -> Rejection {
    Rejection::Injected { policy: "a test".into() }
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_a_timeout_further_out_ends_the_retries() {
    let (tried, begin) = (Cell::new(0), Instant::now());
    assert_eq!(within_a_deadline(&tried).await, Err(injected()));
    assert_eq!((tried.get(), begin.elapsed()), (3, Duration::from_millis(95)));
}

#[retry(attempts = 2, delay = "0ms", budget = 0.1, budget_burst = 2)]
async fn on_a_budget(tried: &AtomicU32) -> Result<(), Failure> {
    tried.fetch_add(1, Relaxed);
    Err(Failure::Broken)
}

#[tokio::test(start_paused = true)]
async fn a_budget_bounds_the_retries_of_all_calls() {
    let tried = AtomicU32::new(0);
    for _ in 0..10 {
        assert!(on_a_budget(&tried).await.is_err());
    }
    // Ten calls, two tokens to begin with; the ten deposits of a tenth make a third one at the last call.
    assert!((12..=13).contains(&tried.load(Relaxed)), "{tried:?}");
}

#[retry(attempts = 3, delay = "0ms")]
async fn identified(ids: &mut Vec<CallId>) -> Result<(), Failure> {
    ids.push(call_id());
    Err(Failure::Broken)
}

#[tokio::test(start_paused = true)]
async fn all_attempts_of_a_call_have_one_id() {
    let (mut first, mut second) = (Vec::new(), Vec::new());
    assert!(identified(&mut first).await.is_err());
    assert!(identified(&mut second).await.is_err());
    assert_eq!(first, [first[0]; 3]);
    assert_eq!(second, [second[0]; 3]);
    assert_ne!(first[0], second[0]);
}

const HOUSE: RetryConfig = RetryConfig::new().attempts(5);

#[retry(config = HOUSE, delay = "0ms")]
fn synchronous(tried: &mut u32) -> Result<u32, Failure> {
    *tried += 1;
    if *tried < 5 { Err(Failure::Broken) } else { Ok(attempt()) }
}

#[test]
fn a_synchronous_function_is_tried_again_on_its_thread() {
    let mut tried = 0;
    assert_eq!(synchronous(&mut tried), Ok(5));
    assert_eq!(attempt(), 1, "outside of any retry");
}
