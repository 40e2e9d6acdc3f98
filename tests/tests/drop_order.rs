//! What a guarded function drops, and when: the same as without the attributes.

use std::cell::RefCell;
use std::rc::Rc;
use std::task::Poll;

use futures_util::future::poll_fn;
use resilience::{Rejection, bulkhead, circuit_breaker, rate_limit, resilient, timeout};

type Log = Rc<RefCell<Vec<&'static str>>>;

/// Writes its name when it is dropped.
struct Noisy {
    name: &'static str,
    log: Log,
}

impl Noisy {
    #[allow(clippy::unnecessary_wraps, reason = "for `?` in the bodies")]
    fn touch(&self) -> Result<(), Rejection> {
        self.log.borrow_mut().push("touched");
        Ok(())
    }

    fn check(&self, error: bool) -> Result<(), Rejection> {
        self.touch()?;
        if error { Err(Rejection::DeadlineExceeded { policy: "test".into() }) } else { Ok(()) }
    }
}

impl Drop for Noisy {
    fn drop(&mut self) {
        self.log.borrow_mut().push(self.name);
    }
}

async fn pause() {
    let mut first = true;
    poll_fn(|cx| {
        cx.waker().wake_by_ref();
        if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
}

/// Each function bare and guarded.
macro_rules! both {
    ($($(#[$attribute:meta])+ [$($asyncness:ident)?] $name:ident($($argument:tt)*) $body:block)*) => {
        mod bare {
            use super::*;
            $(pub(super) $($asyncness)? fn $name($($argument)*) -> Result<(), Rejection> $body)*
        }
        mod guarded {
            use super::*;
            $($(#[$attribute])+ pub(super) $($asyncness)? fn $name($($argument)*) -> Result<(), Rejection> $body)*
        }
    };
}

both! {
    #[circuit_breaker]
    [async] mentioned_in_another_order(a: Noisy, b: Noisy, c: Noisy) {
        c.touch()?;
        a.touch()?;
        pause().await;
        b.touch()
    }

    #[timeout]
    [async] not_mentioned(a: Noisy, _b: Noisy, c: Noisy) {
        pause().await;
        c.touch()?;
        a.touch()
    }

    #[resilient]
    [async] patterns((a, b): (Noisy, Noisy), mut c: Noisy) {
        c.name = "c, renamed";
        c.touch()?;
        b.touch()?;
        let local = noisy("local", &b.log);
        pause().await;
        a.check(true)?;
        local.touch()
    }

    #[rate_limit("1000000/s")]
    [async] moved_away_sometimes(a: Noisy, b: Noisy, early: bool) {
        if early {
            drop(a);
            return Ok(());
        }
        pause().await;
        b.touch()
    }

    #[bulkhead]
    #[circuit_breaker]
    [async] temporaries_in_the_tail(a: Noisy, b: Noisy) {
        let local = noisy("local", &a.log);
        noisy("temporary", &b.log).check(local.name.is_empty())
    }

    #[bulkhead]
    [] synchronous(a: Noisy, b: Noisy, c: Noisy, early: bool) {
        if early {
            drop(b);
            return c.touch();
        }
        a.check(true)?;
        b.touch()
    }
}

/// How far a call comes before it is dropped.
#[derive(Clone, Copy, Debug)]
enum Until {
    Called,
    FirstWait,
    End,
}

async fn dropped<F: Future>(until: Until, call: impl FnOnce(&Log) -> F) -> Vec<&'static str> {
    let log = Log::default();
    let mut future = Box::pin(call(&log));
    match until {
        Until::Called => {}
        Until::FirstWait => {
            poll_fn(|cx| {
                let _ = future.as_mut().poll(cx);
                Poll::Ready(())
            })
            .await;
        }
        Until::End => drop(future.as_mut().await),
    }
    drop(future);
    log.take()
}

/// Runs a call of both, and compares what they dropped.
macro_rules! compare {
    ($name:ident, |$log:ident| $($argument:expr),*) => {
        for until in [Until::Called, Until::FirstWait, Until::End] {
            let bare = dropped(until, |$log| bare::$name($($argument),*)).await;
            let guarded = dropped(until, |$log| guarded::$name($($argument),*)).await;
            assert!(!bare.is_empty());
            assert_eq!(bare, guarded, "{} until {until:?}", stringify!($name));
        }
    };
}

fn noisy(name: &'static str, log: &Log) -> Noisy {
    Noisy { name, log: Rc::clone(log) }
}

#[tokio::test(start_paused = true)]
async fn arguments_are_dropped_last_first() {
    compare!(mentioned_in_another_order, |log| noisy("a", log), noisy("b", log), noisy("c", log));
    compare!(not_mentioned, |log| noisy("a", log), noisy("b", log), noisy("c", log));
    compare!(patterns, |log| (noisy("a", log), noisy("b", log)), noisy("c", log));
}

#[tokio::test(start_paused = true)]
async fn also_after_one_was_moved_away() {
    compare!(moved_away_sometimes, |log| noisy("a", log), noisy("b", log), false);
    compare!(moved_away_sometimes, |log| noisy("a", log), noisy("b", log), true);
}

#[tokio::test(start_paused = true)]
async fn temporaries_of_the_tail_are_dropped_before_locals() {
    compare!(temporaries_in_the_tail, |log| noisy("a", log), noisy("b", log));
}

#[tokio::test(start_paused = true)]
async fn methods_drop_themselves_last() {
    for until in [Until::Called, Until::FirstWait, Until::End] {
        let bare = dropped(until, |log| noisy("self", log).bare(noisy("a", log))).await;
        let guarded = dropped(until, |log| noisy("self", log).guarded(noisy("a", log))).await;
        assert_eq!(bare, guarded, "{until:?}");
    }
}

#[test]
fn synchronous_functions_do_the_same() {
    for early in [false, true] {
        let run = |call: &dyn Fn(Noisy, Noisy, Noisy, bool) -> Result<(), Rejection>| {
            let log = Log::default();
            call(noisy("a", &log), noisy("b", &log), noisy("c", &log), early).unwrap_or_default();
            log.take()
        };
        assert_eq!(run(&bare::synchronous), run(&guarded::synchronous), "early: {early}");
    }
}

/// A method for each of the two.
trait Methods {
    async fn bare(self, argument: Noisy) -> Result<(), Rejection>;
    async fn guarded(self, argument: Noisy) -> Result<(), Rejection>;
}

impl Methods for Noisy {
    async fn bare(self, argument: Noisy) -> Result<(), Rejection> {
        self.touch()?;
        pause().await;
        argument.touch()
    }

    #[timeout]
    async fn guarded(self, argument: Noisy) -> Result<(), Rejection> {
        self.touch()?;
        pause().await;
        argument.touch()
    }
}
