//! What the code inside a call knows: deadline, attempt, call id; across annotated functions that call each other.

use std::cell::RefCell;
use std::task::Poll;
use std::time::Duration;

use resilience::{
    CallId, Rejection, RejectionKind, attempt, call_id, circuit_breaker, deadline, detach, hedge,
    inherit, remaining, retry, timeout,
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

#[tokio::test(start_paused = true)]
async fn a_spawned_task_knows_of_its_call_what_it_inherits() {
    #[timeout("1s")]
    #[retry(attempts = 2, delay = "0ms")]
    async fn spawns(seen: &RefCell<Vec<[Facts; 3]>>) -> Result<(), Failed> {
        let told = tokio::spawn(inherit(async { Facts::here() }));
        let bare = tokio::spawn(async { Facts::here() });
        let facts = [Facts::here(), told.await.unwrap(), bare.await.unwrap()];
        seen.borrow_mut().push(facts);
        Err(Failed::Body)
    }
    let seen = RefCell::default();
    spawns(&seen).await.unwrap_err();
    for (number, [call, told, bare]) in (1..).zip(seen.into_inner()) {
        assert_eq!((call.attempt, call.deadline.is_some()), (number, true));
        assert_eq!(told, call);
        assert_eq!((bare.attempt, bare.deadline), (1, None));
        assert_ne!(bare.id, call.id);
    }
}

#[derive(Debug, PartialEq)]
enum Failed {
    Body,
    Rejected(RejectionKind),
}

impl From<Rejection> for Failed {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection.kind())
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Facts {
    deadline: Option<Instant>,
    attempt: u32,
    id: CallId,
}

impl Facts {
    fn here() -> Self {
        Self { deadline: deadline(), attempt: attempt(), id: call_id() }
    }
}

#[tokio::test(start_paused = true)]
async fn facts_are_restored_however_scopes_are_nested() {
    #[timeout("1s")]
    #[retry(attempts = 2, delay = "0ms", when_ok = |()| attempt() < 2)]
    async fn nests() -> Result<(), Rejection> {
        let call = Facts::here();
        let inherited = inherit(async move {
            tokio::task::yield_now().await;
            assert_eq!(Facts::here(), call);
            let detached = detach(async {
                tokio::task::yield_now().await;
                (deadline(), attempt(), call_id() == call_id())
            });
            assert_eq!(detached.await, (None, 1, false));
            assert_eq!(Facts::here(), call);
        });
        detach(inherited).await;
        assert_eq!(Facts::here(), call);
        Ok(())
    }
    nests().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn outside_any_call_there_is_nothing_to_inherit() {
    let facts = inherit(async { (deadline(), attempt(), call_id() == call_id()) });
    assert_eq!(limited(facts).await.unwrap(), (None, 1, false), "whatever is around the poll");
}

#[timeout("1s")]
async fn limited<F: Future>(future: F) -> Result<F::Output, Rejection> {
    Ok(future.await)
}

#[tokio::test(start_paused = true)]
async fn a_detached_flight_is_no_part_of_the_call_that_polls_it() {
    use futures_util::FutureExt;

    let flight = detach(async {
        let first = deadline();
        sleep(millis(10)).await;
        (first, deadline())
    });
    let flight = flight.shared();
    let (one, other) = tokio::join!(limited(flight.clone()), limited(flight));
    assert_eq!((one.unwrap(), other.unwrap()), ((None, None), (None, None)));
}

#[tokio::test(start_paused = true)]
async fn a_detached_call_is_cancelled_by_what_times_its_owner_out() {
    #[circuit_breaker(name = "detached", consecutive_failures = 1)]
    async fn hangs() -> Result<(), Rejection> {
        std::future::pending().await
    }
    #[timeout("10ms")]
    async fn owns() -> Result<(), Rejection> {
        detach(hangs()).await
    }
    owns().await.unwrap_err();
    let totals = resilience::registry().circuit_breaker("detached").unwrap().totals();
    assert_eq!((totals.cancelled, totals.failures), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn streams_carry_facts_too() {
    use futures_util::StreamExt;

    let asks = || futures_util::stream::iter([()]).map(|()| deadline().is_some());
    let told = limited(async { inherit(asks()) }).await.unwrap();
    assert_eq!(told.collect::<Vec<_>>().await, [true]);
    assert_eq!(limited(detach(asks()).collect::<Vec<_>>()).await.unwrap(), [false]);
}

#[tokio::test(start_paused = true)]
async fn all_attempts_within_the_outermost_share_its_id() {
    #[retry(attempts = 2, delay = "0ms")]
    async fn inner(ids: &RefCell<Vec<CallId>>) -> Result<(), ()> {
        ids.borrow_mut().push(call_id());
        sleep(millis(1)).await;
        ids.borrow_mut().push(call_id());
        Err(())
    }
    #[hedge(after = "1ms", max_attempts = 2)]
    #[retry(attempts = 2, delay = "0ms")]
    async fn outer(ids: &RefCell<Vec<CallId>>) -> Result<(), ()> {
        inner(ids).await
    }
    let ids = RefCell::default();
    outer(&ids).await.unwrap_err();
    let first = ids.take();
    assert_eq!(first.len(), 16);
    assert!(first.iter().all(|id| *id == first[0]), "{first:?}");
    outer(&ids).await.unwrap_err();
    assert_ne!(ids.take()[0], first[0]);
}

#[tokio::test(start_paused = true)]
async fn hedged_attempts_share_one_id() {
    #[hedge(after = "50ms", max_attempts = 2)]
    async fn hedged(ids: &RefCell<Vec<(u32, CallId)>>) -> Result<(), ()> {
        ids.borrow_mut().push((attempt(), call_id()));
        sleep(millis(80)).await;
        Ok(())
    }
    let ids = RefCell::default();
    hedged(&ids).await.unwrap();
    let ids = ids.into_inner();
    assert_eq!((ids.len(), ids[0].0), (2, 1));
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test(start_paused = true)]
async fn tasks_that_a_body_drives_never_draw_its_id() {
    #[retry(attempts = 2, delay = "0ms")]
    async fn drives(ask_first: bool, own_ids: &RefCell<Vec<CallId>>) -> Result<(), ()> {
        let own = ask_first.then(call_id);
        let tasks = tokio::task::LocalSet::new();
        let ask = || async {
            tokio::task::yield_now().await;
            call_id()
        };
        let (one, other) = (tasks.spawn_local(ask()), tasks.spawn_local(ask()));
        tasks.await;
        let (one, other) = (one.await.unwrap(), other.await.unwrap());
        assert_ne!(one, other);
        assert_ne!(call_id(), one);
        assert_ne!(call_id(), other);
        assert_eq!(own.unwrap_or_else(call_id), call_id());
        own_ids.borrow_mut().push(call_id());
        Err(())
    }
    for ask_first in [false, true] {
        let own_ids = RefCell::default();
        drives(ask_first, &own_ids).await.unwrap_err();
        let own_ids = own_ids.into_inner();
        assert_eq!((own_ids.len(), own_ids[0]), (2, own_ids[1]));
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_moves_to_another_task_keeps_its_id() {
    #[retry(attempts = 3, delay = "10ms", jitter = none)]
    async fn moves(ids: std::sync::Arc<std::sync::Mutex<Vec<CallId>>>) -> Result<(), ()> {
        ids.lock().unwrap().push(call_id());
        Err(())
    }
    let ids = std::sync::Arc::default();
    let mut call = Box::pin(moves(std::sync::Arc::clone(&ids)));
    assert!(tokio::time::timeout(millis(5), &mut call).await.is_err());
    tokio::spawn(call).await.unwrap().unwrap_err();
    let ids = ids.lock().unwrap();
    assert_eq!(ids.len(), 3);
    assert!(ids.iter().all(|id| *id == ids[0]));
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_is_polled_at_anothers_deadline_goes_on_afterwards() {
    use futures_util::StreamExt;
    use futures_util::stream::FuturesUnordered;

    #[retry(attempts = 2, delay = "90ms", backoff = fixed, jitter = none)]
    async fn flaky(runs: &RefCell<Vec<Instant>>) -> Result<u32, ()> {
        runs.borrow_mut().push(Instant::now());
        if attempt() == 1 { Err(()) } else { Ok(attempt()) }
    }
    let (runs, start) = (RefCell::default(), Instant::now());
    let mut kept = FuturesUnordered::from_iter([flaky(&runs)]);
    let polls = limited_to_100ms(async {
        let waits = kept.next();
        tokio::pin!(waits);
        std::future::poll_fn(|cx| {
            assert!(waits.as_mut().poll(cx).is_pending());
            Poll::Ready(())
        })
        .await;
        busy(millis(150)).await;
        waits.await
    });
    let outcome = polls.await;
    assert!(matches!(outcome, Err(Rejection::TimedOut { .. })), "{outcome:?}");
    assert_eq!(runs.borrow().len(), 1, "nothing begins after the deadline in force");
    let answer = tokio::time::timeout(millis(1_000), kept.next()).await;
    assert_eq!(answer.expect("it is woken"), Some(Ok(2)));
    assert!(*runs.borrow().last().unwrap() >= start + millis(150));
}

#[timeout("100ms")]
async fn limited_to_100ms<F: Future>(future: F) -> Result<F::Output, Rejection> {
    Ok(future.await)
}

/// The clock moves on without this task waiting, as it does on a busy thread.
async fn busy(time: Duration) {
    let mut advance = std::pin::pin!(tokio::time::advance(time));
    std::future::poll_fn(|cx| {
        let _ = advance.as_mut().poll(cx);
        Poll::Ready(())
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_inherited_deadline_that_nothing_enforces_holds_no_retry_up() {
    #[retry(attempts = 2, delay = "90ms", backoff = fixed, jitter = none)]
    async fn flaky() -> Result<u32, ()> {
        if attempt() == 1 { Err(()) } else { Ok(attempt()) }
    }
    let task =
        limited_to_100ms(std::future::poll_fn(|_| Poll::Ready(tokio::spawn(inherit(flaky())))))
            .await
            .unwrap();
    tokio::task::yield_now().await;
    tokio::time::advance(millis(150)).await;
    let answer = tokio::time::timeout(millis(1_000), task).await;
    assert!(answer.is_ok(), "it ends");
}

#[tokio::test(start_paused = true)]
async fn a_limit_runs_from_the_first_poll() {
    #[timeout("200ms")]
    async fn works(before: Duration) -> Result<(), Rejection> {
        busy(before).await;
        std::future::pending().await
    }
    let start = Instant::now();
    assert_eq!(works(millis(150)).await.unwrap_err().kind(), RejectionKind::TimedOut);
    let took = start.elapsed();
    assert!(took >= millis(200) && took <= millis(204), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_waits_keeps_its_result_and_starts_no_other_late() {
    #[timeout("200ms")]
    async fn works(ran: &RefCell<bool>) -> Result<RejectionKind, Rejection> {
        busy(millis(250)).await;
        Ok(nested(ran).await.unwrap_err().kind())
    }
    #[timeout("1s")]
    async fn nested(ran: &RefCell<bool>) -> Result<(), Rejection> {
        ran.replace(true);
        Ok(())
    }
    let ran = RefCell::new(false);
    assert_eq!(works(&ran).await.unwrap(), RejectionKind::DeadlineExceeded);
    assert!(!ran.into_inner());
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_ends_too_late_begins_no_attempt() {
    #[timeout("100ms")]
    #[retry(attempts = 2, delay = "90ms", backoff = fixed, jitter = none)]
    async fn fails(runs: &RefCell<u32>) -> Result<(), Failed> {
        *runs.borrow_mut() += 1;
        Err(Failed::Body)
    }
    let runs = RefCell::new(0);
    let mut call = Box::pin(fails(&runs));
    assert!(futures_util::poll!(&mut call).is_pending());
    busy(millis(150)).await;
    assert_eq!(call.await, Err(Failed::Rejected(RejectionKind::TimedOut)));
    assert_eq!(*runs.borrow(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_hedge_that_is_due_too_late_starts_no_attempt() {
    #[timeout("100ms")]
    #[hedge(after = "90ms", max_attempts = 2)]
    async fn hangs(runs: &RefCell<u32>) -> Result<(), Rejection> {
        *runs.borrow_mut() += 1;
        std::future::pending().await
    }
    let runs = RefCell::new(0);
    let mut call = Box::pin(hangs(&runs));
    assert!(futures_util::poll!(&mut call).is_pending());
    busy(millis(150)).await;
    assert_eq!(call.await.unwrap_err().kind(), RejectionKind::TimedOut);
    assert_eq!(*runs.borrow(), 1);
}
