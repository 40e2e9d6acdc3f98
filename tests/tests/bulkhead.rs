//! `#[bulkhead]`: how many calls run at once, and which ones wait.

use std::cell::RefCell;
use std::time::Duration;

use resilience::{Bulkhead, Rejection, RejectionKind, bulkhead, registry};
use tokio::join;
use tokio::time::{Instant, sleep};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[bulkhead(max_concurrent = 2)]
async fn narrow() -> Result<(), Rejection> {
    sleep(ms(10)).await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn what_finds_no_slot_is_rejected_at_once() {
    let begin = Instant::now();
    let (first, second, third) = join!(narrow(), narrow(), async {
        let third = narrow().await;
        (third, begin.elapsed())
    });
    assert!(first.is_ok() && second.is_ok());
    let (third, after) = (third.0.unwrap_err(), third.1);
    assert!(matches!(third, Rejection::BulkheadFull { limit: 2, .. }), "{third:?}");
    assert_eq!(after, Duration::ZERO);
    assert!(narrow().await.is_ok(), "slots come back");
    let listed = registry().bulkhead("bulkhead::narrow").unwrap();
    assert_eq!((listed.in_flight(), listed.totals().rejected), (0, 1));
}

#[bulkhead(max_concurrent = 1, max_wait = "25ms", max_queue = 3)]
async fn patient(order: &RefCell<Vec<u32>>, number: u32) -> Result<(), Rejection> {
    order.borrow_mut().push(number);
    sleep(ms(10)).await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn calls_wait_in_order_as_long_as_they_may() {
    let order = RefCell::new(Vec::new());
    let call = |number| patient(&order, number);
    let (first, second, third, fourth, fifth) = join!(call(1), call(2), call(3), call(4), call(5));
    assert!(first.is_ok() && second.is_ok() && third.is_ok());
    // The fourth would begin at 30 ms; the fifth found the queue full.
    for late in [fourth, fifth] {
        assert_eq!(late.unwrap_err().kind(), RejectionKind::BulkheadFull);
    }
    assert_eq!(*order.borrow(), [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_leaves_the_queue_makes_room() {
    let order = RefCell::new(Vec::new());
    let running = patient(&order, 1);
    let leaving = tokio::time::timeout(ms(1), patient(&order, 2));
    let (running, leaving, last) = join!(running, leaving, patient(&order, 3));
    assert!(running.is_ok() && leaving.is_err() && last.is_ok());
    assert_eq!(*order.borrow(), [1, 3]);
}

#[bulkhead(max_concurrent = 1, key = tenant.to_owned(), max_keys = 10)]
async fn per_tenant(tenant: &str) -> Result<(), Rejection> {
    sleep(ms(10)).await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn each_key_has_slots_of_its_own() {
    let (acme, again, other) = join!(per_tenant("acme"), per_tenant("acme"), per_tenant("other"));
    assert!(acme.is_ok() && other.is_ok());
    assert_eq!(again.unwrap_err().policy(), "bulkhead::per_tenant");
}

#[bulkhead(max_concurrent = 1)]
static SHARED: Bulkhead;

#[bulkhead(SHARED)]
async fn asynchronous() -> Result<Result<(), Rejection>, Rejection> {
    Ok(synchronous())
}

#[bulkhead(SHARED)]
fn synchronous() -> Result<(), Rejection> {
    Ok(())
}

#[tokio::test]
async fn functions_share_the_slots_of_a_static() {
    assert_eq!(asynchronous().await.unwrap().unwrap_err().policy(), "bulkhead::SHARED");
    assert!(synchronous().is_ok());
}

#[bulkhead(max_concurrent = 1)]
static PANICS: Bulkhead;

#[bulkhead(PANICS)]
async fn panics() -> Result<(), Rejection> {
    panic!("on purpose")
}

#[tokio::test]
async fn a_panic_returns_the_slot() {
    assert!(tokio::spawn(panics()).await.unwrap_err().is_panic());
    assert_eq!(PANICS.in_flight(), 0);
}
