//! The timeout, on paused time.

use std::cell::Cell;
use std::pin::pin;
#[cfg(feature = "test-util")]
use std::sync::Arc;
#[cfg(feature = "test-util")]
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(feature = "test-util")]
use std::task::Wake;
use std::task::{Context, Waker};
use std::time::Duration;

use tokio::time::{Instant, advance, sleep};

use super::TimeoutConfig;
use crate::ambient;
use crate::ambient::{deadline, remaining};
use crate::mode::Mode;
use crate::rejection::{Rejection, RejectionKind};
use crate::timeout::Timeout;
use crate::timeout::future::guard_after;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn limit(after: u64) -> Timeout {
    Timeout::new("limit", TimeoutConfig::new().after(ms(after)))
}

fn kind<T>(result: Result<T, Rejection>) -> Result<T, RejectionKind> {
    result.map_err(|rejection| rejection.kind())
}

#[test]
fn a_ready_body_needs_no_runtime() {
    let timeout = limit(1);
    let call = pin!(timeout.call(async { Ok::<_, Rejection>(42) }));
    assert!(call.poll(&mut Context::from_waker(Waker::noop())).is_ready());
}

#[test]
fn nonsense_does_not_build() {
    assert!(std::panic::catch_unwind(|| TimeoutConfig::new().after(Duration::ZERO)).is_err());
    assert_eq!(TimeoutConfig::new().limit(), Duration::from_secs(30));
    assert_ne!(TimeoutConfig::new().after_at_run_time(), TimeoutConfig::new());
}

#[test]
fn the_documented_default_is_the_default() {
    assert_eq!(TimeoutConfig::new(), TimeoutConfig::new().after(Duration::from_secs(30)));
}

#[test]
#[should_panic(expected = "needs a tokio runtime for its timer")]
fn a_body_that_waits_without_a_runtime_is_told_so() {
    let timeout = limit(1);
    let call = pin!(timeout.call(std::future::pending::<Result<(), Rejection>>()));
    let _ = call.poll(&mut Context::from_waker(Waker::noop()));
}

#[test]
fn it_adds_little_to_the_size_of_a_future() {
    const ALLOWED: usize = 64 + size_of::<tokio::time::Sleep>();
    let timeout = limit(1);
    let empty = size_of_val(&timeout.call(async { Ok::<_, Rejection>(()) }));
    assert!(empty <= 1 + ALLOWED, "{empty} bytes");
    let large = async {
        let kept = [0_u8; 1024];
        std::future::pending::<()>().await;
        Ok::<_, Rejection>(kept.len())
    };
    let before = size_of_val(&large);
    let after = size_of_val(&timeout.call(large));
    assert!(after <= before + ALLOWED, "{before} grew to {after} bytes");
}

#[cfg(feature = "test-util")]
mod paused {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_slow_body_is_dropped_at_the_limit() {
        struct Dropped<'c>(&'c Cell<Option<Instant>>);
        impl Drop for Dropped<'_> {
            fn drop(&mut self) {
                self.0.set(Some(Instant::now()));
            }
        }
        let (timeout, start, dropped) = (limit(50), Instant::now(), Cell::new(None));
        let result = timeout
            .call(async {
                let _body = Dropped(&dropped);
                sleep(ms(100)).await;
                Ok(())
            })
            .await;
        assert_eq!(result, Err(Rejection::TimedOut { policy: timeout.name(), after: ms(50) }));
        assert_eq!(dropped.get(), Some(start + ms(50)));
        assert_eq!(timeout.totals().timed_out, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_moves_to_another_task_is_ended_there() {
        #[derive(Default)]
        struct Task(AtomicBool);
        impl Wake for Task {
            fn wake(self: Arc<Self>) {
                self.0.store(true, Ordering::Relaxed);
            }
        }
        let (timeout, tasks) = (limit(50), [(); 2].map(|()| Arc::new(Task::default())));
        let mut call = Box::pin(timeout.call(std::future::pending::<Result<(), Rejection>>()));
        for task in &tasks {
            let waker = Waker::from(Arc::clone(task));
            assert!(call.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        }
        sleep(ms(60)).await;
        assert!(tasks[1].0.load(Ordering::Relaxed), "the task that polled last is woken");
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_in_time_is_left_alone() {
        let timeout = limit(50);
        let result = timeout.call(async {
            sleep(ms(49)).await;
            Ok::<_, Rejection>(1)
        });
        assert_eq!(result.await, Ok(1));
        assert_eq!(timeout.totals().timed_out, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn what_it_cuts_off_learns_why_and_what_the_caller_drops_does_not() {
        struct Witness<'c>(&'c Cell<Option<bool>>);
        impl Drop for Witness<'_> {
            fn drop(&mut self) {
                self.0.set(Some(ambient::is_cut_off()));
            }
        }
        async fn wait(cause: &Cell<Option<bool>>) -> Result<(), Rejection> {
            let _witness = Witness(cause);
            std::future::pending().await
        }
        let (timeout, cause) = (limit(50), Cell::new(None));
        assert!(timeout.call(wait(&cause)).await.is_err());
        assert_eq!(cause.take(), Some(true));
        let dropped = tokio::time::timeout(ms(10), timeout.call(wait(&cause))).await;
        assert!(dropped.is_err());
        assert_eq!((cause.take(), timeout.totals().timed_out), (Some(false), 1));
    }

    #[tokio::test(start_paused = true)]
    async fn the_body_sees_its_deadline() {
        let start = Instant::now();
        assert_eq!((deadline(), remaining()), (None, None));
        let timeout = limit(50);
        let result = timeout.call(async {
            assert_eq!(deadline(), Some(start + ms(50)));
            sleep(ms(20)).await;
            Ok::<_, Rejection>(remaining())
        });
        assert_eq!(result.await, Ok(Some(ms(30))));
        assert_eq!(deadline(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn nested_deadlines_take_the_minimum() {
        for (outer, inner) in [(50, 80), (80, 50)] {
            let (start, outer, inner) = (Instant::now(), limit(outer), limit(inner));
            let seen = outer.call(inner.call(async {
                sleep(ms(10)).await;
                Ok::<_, Rejection>(deadline())
            }));
            assert_eq!(seen.await, Ok(Some(start + ms(50))));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_nearer_limit_times_out_and_says_so() {
        for (outer, inner) in [(50, 80), (80, 50)] {
            let (outer, inner, start) = (limit(outer), limit(inner), Instant::now());
            let result: Result<(), Rejection> = outer
                .call(inner.call(async {
                    // The one that asks for the deadline first must not change whose it is.
                    assert!(deadline().is_some());
                    std::future::pending().await
                }))
                .await;
            let Err(Rejection::TimedOut { after, .. }) = result else { panic!("{result:?}") };
            assert_eq!((after, start.elapsed()), (ms(50), ms(50)));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_before_an_inner_limit_counts_for_the_outer_one() {
        let (outer, inner, start) = (limit(100), limit(80), Instant::now());
        let result = outer.call(async {
            sleep(ms(60)).await;
            inner.call(std::future::pending::<Result<(), Rejection>>()).await
        });
        assert_eq!(kind(result.await), Err(RejectionKind::TimedOut));
        assert_eq!(
            (start.elapsed(), outer.totals().timed_out, inner.totals().timed_out),
            (ms(100), 1, 0)
        );
    }

    /// Keeps its thread for so long.
    async fn busy(duration: Duration) {
        let mut busy = pin!(advance(duration));
        std::future::poll_fn(|cx| {
            let _ = busy.as_mut().poll(cx);
            std::task::Poll::Ready(())
        })
        .await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_that_the_call_brings_is_observed_like_the_policys_own() {
        let timeout = limit(1);
        timeout.set_mode(Mode::Observe).unwrap();
        for (takes, counted) in [(5, 0), (30, 1)] {
            let body = async move {
                sleep(ms(takes)).await;
                Ok::<_, Rejection>(())
            };
            assert_eq!(guard_after(&timeout, ms(10), body).await, Ok(()));
            assert_eq!(timeout.would_reject(), counted);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn work_before_the_first_wait_counts() {
        for after in [50, 500] {
            let (timeout, start) = (limit(after), Instant::now());
            let result = timeout.call(async {
                busy(ms(20)).await;
                std::future::pending::<Result<(), Rejection>>().await
            });
            assert_eq!(kind(result.await), Err(RejectionKind::TimedOut));
            assert_eq!(start.elapsed(), ms(after));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_does_not_start_after_the_deadline() {
        let (outer, inner, ran) = (limit(50), limit(80), Cell::new(false));
        let result = outer.call(async {
            assert!(deadline().is_some());
            // Past the limit: nothing could interrupt it.
            busy(ms(60)).await;
            inner
                .call(async {
                    ran.set(true);
                    Ok::<_, Rejection>(())
                })
                .await
        });
        assert_eq!(kind(result.await), Err(RejectionKind::DeadlineExceeded));
        assert!(!ran.get());
        assert_eq!((inner.totals().deadline_exceeded, inner.totals().timed_out), (1, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_given_at_run_time_is_the_calls_own() {
        let timeout = Timeout::new("run_time", TimeoutConfig::new().after_at_run_time());
        for after in [ms(5), ms(70)] {
            let start = Instant::now();
            let result =
                timeout.call_within(after, std::future::pending::<Result<(), Rejection>>());
            assert_eq!(kind(result.await), Err(RejectionKind::TimedOut));
            assert_eq!(start.elapsed(), after);
        }
        let start = Instant::now();
        assert!(timeout.call(std::future::pending::<Result<(), Rejection>>()).await.is_err());
        assert_eq!(start.elapsed(), Duration::from_secs(30));
    }

    #[tokio::test(start_paused = true)]
    async fn extreme_limits_are_limits() {
        let timeout = limit(1);
        let ready = timeout.call_within(Duration::ZERO, async { Ok::<_, Rejection>(1) });
        assert_eq!(ready.await, Ok(1));
        let never = timeout.call_within(Duration::ZERO, std::future::pending());
        assert_eq!(kind::<()>(never.await), Err(RejectionKind::TimedOut));
        let endless = timeout.call_within(Duration::MAX, async {
            sleep(Duration::from_secs(1_000_000)).await;
            Ok::<_, Rejection>(2)
        });
        assert_eq!(endless.await, Ok(2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_busy_body_cannot_hide_from_the_limit() {
        let timeout = limit(50);
        let busy = timeout.call(async {
            sleep(ms(1)).await;
            advance(ms(60)).await;
            loop {
                // Uses its task's budget up at every poll.
                tokio::task::coop::consume_budget().await;
            }
            #[allow(unreachable_code, reason = "gives the block its type")]
            Ok::<(), Rejection>(())
        });
        assert_eq!(kind(busy.await), Err(RejectionKind::TimedOut));
    }

    #[tokio::test(start_paused = true)]
    async fn a_spawned_task_starts_without_a_deadline() {
        let timeout = limit(50);
        let seen = timeout.call(async {
            let inner = tokio::spawn(async { deadline() }).await;
            Ok::<_, Rejection>(inner.unwrap())
        });
        assert_eq!(seen.await, Ok(None));
    }

    #[tokio::test(start_paused = true)]
    async fn errors_of_the_body_pass() {
        let result = limit(50).call(async { Err::<(), _>(std::io::Error::other("body")) }).await;
        assert_eq!(result.unwrap_err().to_string(), "body");
    }

    #[tokio::test(start_paused = true)]
    async fn no_time_at_all_is_a_deadline_that_has_passed() {
        let (outer, inner) = (limit(1), limit(1));
        let ran = Cell::new(false);
        let result = outer.call_within(Duration::ZERO, async {
            assert_eq!(remaining(), Some(Duration::ZERO));
            assert!(deadline() <= Some(Instant::now()));
            let started = async {
                ran.set(true);
                Ok::<_, Rejection>(())
            };
            inner.call(started).await
        });
        assert_eq!(kind(result.await), Err(RejectionKind::DeadlineExceeded));
        assert!(!ran.get(), "the body must not start");
        assert_eq!((outer.totals().timed_out, inner.totals().deadline_exceeded), (0, 1));
    }
}
