//! The same matrix on a current-thread and a multi-thread runtime, with aborted tasks, in a `LocalSet` that is dropped, in
//! a runtime that is shut down, and by hand without any runtime.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinHandle, LocalSet, spawn_local, yield_now};

use super::site::{Call, FATES, Fate, Site, stacks};

fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_time().build().unwrap()
}

fn two_threads() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap()
}

/// A call of each fate in each stack: `meet` lets it come to its fate, and be dropped if it doesn't end.
fn each(meet: impl Fn(&Arc<Site>, Fate)) {
    each_that(|site, fate| {
        meet(site, fate);
        Some(fate)
    });
}

/// The same where it is not always known how the call is counted.
fn each_that(meet: impl Fn(&Arc<Site>, Fate) -> Option<Fate>) {
    for kinds in stacks() {
        for fate in FATES {
            let site = Site::new(kinds.clone());
            let context = format!("{fate:?} in {kinds:?}");
            let slots = if fate == Fate::Queue { site.fill() } else { Vec::new() };
            let counts_as = meet(&site, fate);
            drop(slots);
            if fate == Fate::Queue {
                site.give_turns_back();
            }
            if let Some(counts_as) = counts_as {
                site.assert_counted(counts_as, &context);
            }
            site.assert_whole(&context);
            assert_a_fresh_call_passes(&site, &context);
        }
    }
}

fn assert_a_fresh_call_passes(site: &Arc<Site>, context: &str) {
    current_thread().block_on(async {
        let mut call = site.call(Fate::Success);
        let polled = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(polled, Poll::Ready(Ok(Ok(_)))), "{context}: {polled:?}");
    });
    site.assert_whole(context);
}

/// Lets other tasks run until the call has come so far.
async fn come_to(site: &Site, fate: Fate, task: &JoinHandle<()>) {
    while !site.has_come_to(fate) && !task.is_finished() {
        yield_now().await;
    }
}

/// The call, and what it leaves: a value that is dropped as the task's own.
async fn run(call: Call<'static>) {
    drop(call.await);
}

async fn abort(site: &Arc<Site>, fate: Fate, task: JoinHandle<()>) {
    if fate.ends(&site.kinds) {
        let _ = task.await;
        return;
    }
    come_to(site, fate, &task).await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
}

#[test]
fn dropped_in_place() {
    each(|site, fate| {
        current_thread().block_on(async {
            let mut call = site.call(fate);
            if fate == Fate::Unpolled {
                return;
            }
            // After its end a call is dropped, too.
            let polled = catch_unwind(AssertUnwindSafe(|| {
                let mut context = Context::from_waker(Waker::noop());
                for _ in 0..3 {
                    if let Poll::Ready(outcome) = call.as_mut().poll(&mut context) {
                        drop(outcome);
                        return true;
                    }
                }
                false
            }));
            assert_eq!(polled.unwrap_or(true), fate.ends(&site.kinds), "{fate:?} {:?}", site.kinds);
            assert!(fate.ends(&site.kinds) || site.has_come_to(fate), "{fate:?} {:?}", site.kinds);
        });
    });
}

#[test]
fn aborted_on_one_thread() {
    let runtime = current_thread();
    each(|site, fate| {
        if fate == Fate::Unpolled {
            // Aborted before the runtime has come to it.
            return runtime.block_on(async {
                let task = tokio::spawn(run(site.call(fate)));
                task.abort();
                assert!(task.await.unwrap_err().is_cancelled());
            });
        }
        runtime.block_on(async { abort(site, fate, tokio::spawn(run(site.call(fate)))).await });
    });
}

#[test]
fn aborted_on_two_threads() {
    let runtime = two_threads();
    each(|site, fate| {
        if fate == Fate::Unpolled {
            return drop(site.call(fate));
        }
        runtime.block_on(async { abort(site, fate, tokio::spawn(run(site.call(fate)))).await });
    });
}

#[test]
fn in_a_local_set_that_is_dropped() {
    let runtime = current_thread();
    each(|site, fate| {
        let local = LocalSet::new();
        runtime.block_on(local.run_until(async {
            if fate == Fate::Unpolled {
                return drop(spawn_local(run(site.call(fate))));
            }
            let task = spawn_local(run(site.call(fate)));
            if fate.ends(&site.kinds) {
                let _ = task.await;
            } else {
                come_to(site, fate, &task).await;
            }
        }));
        drop(local);
    });
}

/// A fate of its own for each: a runtime is a thread or two.
#[test]
fn in_a_runtime_that_shuts_down() {
    let makers: [fn() -> Runtime; 2] = [current_thread, two_threads];
    for make in makers {
        each(|site, fate| {
            if fate == Fate::Unpolled {
                return drop(site.call(fate));
            }
            let runtime = make();
            runtime.block_on(async {
                let task = tokio::spawn(run(site.call(fate)));
                if fate.ends(&site.kinds) {
                    let _ = task.await;
                } else {
                    come_to(site, fate, &task).await;
                }
            });
            runtime.shutdown_timeout(Duration::from_secs(10));
        });
    }
}

/// What needs no timer runs; what does says what is missing, and leaves nothing behind.
#[test]
fn without_a_runtime() {
    each_that(|site, fate| {
        let mut call = site.call(fate);
        if fate == Fate::Unpolled {
            return Some(fate);
        }
        let mut context = Context::from_waker(Waker::noop());
        for _ in 0..3 {
            match catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(&mut context).map(drop))) {
                Ok(Poll::Pending) => {}
                Ok(Poll::Ready(())) => return Some(fate),
                Err(panic) => return told(&*panic).then_some(fate),
            }
        }
        Some(fate)
    });
}

/// Whether the panic is the test's own; one for want of a runtime says so.
fn told(panic: &(dyn Any + Send)) -> bool {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or(panic.downcast_ref::<&str>().copied()).expect("a text");
    let is_own = ["at once", "later", "a value of the test's"].contains(&text);
    assert!(is_own || text.contains("needs a tokio runtime"), "{text}");
    is_own
}
