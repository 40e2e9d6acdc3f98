//! What the code inside a call knows: deadline, attempt, call id; across annotated functions that call each other.

use std::cell::RefCell;
use std::time::Duration;

use resilience::{
    CallId, Rejection, RejectionKind, attempt, call_id, deadline, remaining, retry, timeout,
};
use tokio::time::{Instant, sleep};

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[timeout("10s")]
async fn generous() -> Result<Option<Duration>, Rejection> {
    Ok(remaining())
}

#[timeout("1s")]
async fn strict() -> Result<Option<Duration>, Rejection> {
    sleep(millis(300)).await;
    generous().await
}

#[tokio::test(start_paused = true)]
async fn the_nearest_deadline_is_in_force_across_functions() {
    assert_eq!((deadline(), remaining()), (None, None));
    assert_eq!(generous().await.unwrap(), Some(millis(10_000)));
    assert_eq!(strict().await.unwrap(), Some(millis(700)));
    assert_eq!(deadline(), None, "it ends with its function");
}

#[tokio::test(start_paused = true)]
async fn a_body_does_not_start_after_the_deadline() {
    #[timeout("1s")]
    async fn inner(ran: &RefCell<bool>) -> Result<(), Rejection> {
        *ran.borrow_mut() = true;
        Ok(())
    }
    #[timeout("100ms")]
    async fn outer(ran: &RefCell<bool>) -> Result<RejectionKind, Rejection> {
        let end = deadline().expect("a timeout is around");
        // The clock moves on without this task being woken, as it does on a busy thread.
        tokio::time::advance(end - Instant::now()).await;
        Ok(inner(ran).await.unwrap_err().kind())
    }
    let ran = RefCell::new(false);
    assert_eq!(outer(&ran).await.unwrap(), RejectionKind::DeadlineExceeded);
    assert!(!ran.into_inner());
}

#[tokio::test(start_paused = true)]
async fn attempts_are_numbered_and_share_one_id() {
    #[retry(attempts = 3)]
    async fn tried(seen: &RefCell<Vec<(u32, CallId)>>) -> Result<(), ()> {
        seen.borrow_mut().push((attempt(), call_id()));
        sleep(millis(1)).await;
        assert_eq!(call_id(), seen.borrow().last().unwrap().1);
        Err(())
    }
    let seen = RefCell::default();
    tried(&seen).await.unwrap_err();
    let first_call = seen.take();
    assert_eq!(first_call.iter().map(|(attempt, _)| *attempt).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(first_call.iter().all(|(_, id)| *id == first_call[0].1));
    tried(&seen).await.unwrap_err();
    assert_ne!(seen.take()[0].1, first_call[0].1);
    assert_eq!(attempt(), 1);
    assert_ne!(call_id(), call_id(), "outside any retry, a fresh id each time");
}

#[tokio::test(start_paused = true)]
async fn the_innermost_retry_counts() {
    #[retry(attempts = 2, delay = "0ms")]
    async fn inner(seen: &RefCell<Vec<u32>>) -> Result<(), ()> {
        seen.borrow_mut().push(attempt());
        Err(())
    }
    #[retry(attempts = 2, delay = "0ms")]
    async fn outer(seen: &RefCell<Vec<u32>>) -> Result<(), ()> {
        inner(seen).await.unwrap_err();
        seen.borrow_mut().push(attempt() * 10);
        Err(())
    }
    let seen = RefCell::default();
    outer(&seen).await.unwrap_err();
    assert_eq!(seen.into_inner(), [1, 2, 10, 1, 2, 20]);
}

#[test]
fn a_plain_retry_numbers_its_attempts() {
    #[retry(attempts = 3, delay = "0ms")]
    fn tried(seen: &mut Vec<u32>) -> Result<(), ()> {
        seen.push(attempt());
        Err(())
    }
    let mut seen = Vec::new();
    tried(&mut seen).unwrap_err();
    assert_eq!(seen, [1, 2, 3]);
}
