//! `#[hedge]`: a second attempt beside a slow first one.

use std::cell::Cell;
use std::time::Duration;

use resilience::{Rejection, circuit_breaker, hedge, registry};
use tokio::time::{Instant, sleep};

#[derive(Debug, PartialEq)]
struct Failed;

impl From<Rejection> for Failed {
    fn from(_: Rejection) -> Self {
        Self
    }
}

async fn step(runs: &Cell<u32>, times: &[u64]) -> u32 {
    let run = runs.get();
    runs.set(run + 1);
    sleep(Duration::from_millis(times[run as usize])).await;
    run + 1
}

#[hedge(after = "50ms", max_attempts = 2)]
async fn search(runs: &Cell<u32>, times: &[u64]) -> Result<u32, Failed> {
    Ok(step(runs, times).await)
}

#[tokio::test(start_paused = true)]
async fn the_first_answer_wins() {
    let (runs, start) = (Cell::new(0), Instant::now());
    assert_eq!(search(&runs, &[500, 30]).await, Ok(2));
    assert_eq!((runs.get(), start.elapsed()), (2, Duration::from_millis(80)));
    let runs = Cell::new(0);
    assert_eq!(search(&runs, &[49]).await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn inside_a_breaker_losers_do_not_count_outside_they_are_cancelled() {
    #[circuit_breaker(consecutive_failures = 1)]
    #[hedge(after = "50ms")]
    async fn inside(runs: &Cell<u32>) -> Result<u32, Failed> {
        Ok(step(runs, &[500, 10]).await)
    }
    #[hedge(after = "50ms")]
    #[circuit_breaker(consecutive_failures = 1)]
    async fn outside(runs: &Cell<u32>) -> Result<u32, Failed> {
        Ok(step(runs, &[500, 10]).await)
    }
    assert_eq!(inside(&Cell::new(0)).await, Ok(2));
    assert_eq!(outside(&Cell::new(0)).await, Ok(2));
    let totals =
        |name: &str| registry().circuit_breaker(&format!("hedge::{name}")).unwrap().totals();
    assert_eq!((totals("inside").requests, totals("inside").successes), (1, 1));
    assert_eq!((totals("outside").successes, totals("outside").cancelled), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn an_open_circuit_ends_a_hedge_at_once() {
    #[hedge(after = "50ms")]
    #[circuit_breaker(name = "hedged and open")]
    async fn open() -> Result<u32, Failed> {
        Ok(1)
    }
    registry().circuit_breaker("hedged and open").unwrap().force_open();
    let start = Instant::now();
    assert_eq!(open().await, Err(Failed));
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test]
async fn it_is_send() {
    #[hedge]
    async fn sent(text: &str) -> Result<usize, Failed> {
        tokio::task::yield_now().await;
        Ok(text.len())
    }
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    assert_eq!(is_send(sent("abc")).await, Ok(3));
}
