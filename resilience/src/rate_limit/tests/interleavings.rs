//! The queue in every interleaving that shuttle finds: no turn is lost or doubled, and no caller is forgotten.
//!
//! `scripts/explore-interleavings`; `scripts/check-miri` runs them with the orderings of real memory.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::super::bucket::Bucket;
use super::super::cost::One;
use super::super::gcra::{Decision, Gcra};
use super::super::lease::{Lease, Terms};
use super::super::turns::{Joined, Place, TurnQueue};
use crate::clock::Nanos;
use crate::fleet::ask::Ask;
use crate::name::Name;
use crate::queue::Ticket;
use crate::rate_limit::{RateLimitConfig, RateLimiter};
use crate::sync::explore::{block_on, check_pct, check_random, thread};
use crate::sync::{AtomicU32, AtomicU64, Ordering};

const RUNS: usize = 5_000;
const GCRA: Gcra = Gcra::new(100, 1);

/// A limiter whose clock the callers set: a moment passes with each look.
struct Limiter {
    word: AtomicU64,
    queue: TurnQueue,
    now: AtomicU64,
    begun: AtomicU32,
}

impl Limiter {
    fn bucket(&self) -> Bucket<'_> {
        Bucket { word: &self.word, gcra: GCRA }
    }

    fn now(&self) -> Nanos {
        self.now.fetch_add(20, Ordering::Relaxed)
    }

    /// The fast path, as the policy has it.
    fn enters(&self) -> bool {
        let (now, arrival) = (self.now(), self.word.load(Ordering::Relaxed));
        let Decision::Pass(next) = GCRA.decide(arrival, now, GCRA.weight(1)) else { return false };
        self.word.compare_exchange(arrival, next, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

/// A caller in the queue, without its timer: the first one looks again and again, and those behind wait to be called.
struct Waiting<'l> {
    limiter: &'l Limiter,
    ticket: Option<Ticket>,
    /// Gives up when it has looked that often.
    looks: u32,
}

impl Future for Waiting<'_> {
    /// Whether it began.
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        let Some(ticket) = self.ticket else { return self.join(cx) };
        let limiter = self.limiter;
        match limiter.queue.look(limiter.bucket(), ticket, limiter.now(), cx.waker().clone()) {
            Place::Taken => {
                self.ticket = None;
                Poll::Ready(true)
            }
            Place::Lost => unreachable!("no caller presses"),
            place => self.wait(&place, cx),
        }
    }
}

impl Waiting<'_> {
    fn join(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        if self.limiter.enters() {
            return Poll::Ready(true);
        }
        let (limiter, waker) = (self.limiter, cx.waker().clone());
        match limiter.queue.join(limiter.bucket(), 1, (limiter.now(), u64::MAX), waker) {
            Joined::Entered => Poll::Ready(true),
            Joined::TooLong(_) => unreachable!("the patience has no limit"),
            Joined::Waiting(ticket, _) => {
                self.ticket = Some(ticket);
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }

    fn wait(&mut self, place: &Place, cx: &Context<'_>) -> Poll<bool> {
        let Some(looks) = self.looks.checked_sub(1) else { return Poll::Ready(false) };
        self.looks = looks;
        // The timer of the first one.
        if matches!(place, Place::First(_)) {
            cx.waker().wake_by_ref();
            thread::yield_now();
        }
        Poll::Pending
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.limiter.queue.leave(self.limiter.bucket(), ticket);
        }
    }
}

fn call(limiter: &Limiter, looks: u32) {
    if block_on(Waiting { limiter, ticket: None, looks }) {
        limiter.begun.fetch_add(1, Ordering::SeqCst);
    }
}

/// Dropped after one look.
fn leave(limiter: &Limiter) {
    let mut waiting = Waiting { limiter, ticket: None, looks: u32::MAX };
    let mut cx = Context::from_waker(Waker::noop());
    if Pin::new(&mut waiting).poll(&mut cx).is_ready() {
        limiter.begun.fetch_add(1, Ordering::SeqCst);
    }
    thread::yield_now();
}

fn every_turn_is_used_once() {
    let limiter = Arc::new(Limiter {
        word: AtomicU64::new(0),
        queue: TurnQueue::default(),
        now: AtomicU64::new(1_000),
        begun: AtomicU32::new(0),
    });
    let threads: Vec<_> = [u32::MAX, u32::MAX, 0]
        .map(|looks| {
            let limiter = Arc::clone(&limiter);
            thread::spawn(move || call(&limiter, looks))
        })
        .into();
    leave(&limiter);
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    let (arrival, now) = (limiter.word.load(Ordering::SeqCst), limiter.now());
    assert_eq!(limiter.queue.ahead(), 0);
    let begun = u64::from(limiter.begun.load(Ordering::SeqCst));
    assert!(begun >= 2, "the patient ones began");
    assert!(arrival >= 1_000 + (begun * 100), "every turn was taken from the bucket");
    assert!(arrival <= now + 100, "the mark of a queue is gone");
}

/// A lost wake-up is a deadlock, which shuttle reports.
#[test]
fn no_turn_is_lost_by_chance() {
    check_random(every_turn_is_used_once, RUNS);
}

#[test]
fn no_turn_is_lost_by_priority() {
    check_pct(every_turn_is_used_once, RUNS, 3);
}

/// Three callers use and fetch one key's tokens, at times that end some of them: what is used, given back and left is no
/// more than was granted, and fetching never stays blocked.
#[test]
fn interleavings_of_a_lease_use_no_turn_twice() {
    let (start, step) = (1_u64 << 61, 30_000_000);
    let lease_time = Duration::from_millis(50);
    let terms = Terms { ask: Ask::default(), lease: lease_time, burst: 100, part: GCRA };
    check_random(
        move || {
            let lease = Arc::new(Lease::new(Name::new("lease"), None));
            let (_, fetches) = lease.question(start, 1_000, 0, &terms);
            lease.settle(start, fetches, 0, &terms);
            let (granted, used) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
            let callers: Vec<_> = (0..3)
                .map(|_| {
                    let lease = Arc::clone(&lease);
                    let (granted, used) = (Arc::clone(&granted), Arc::clone(&used));
                    thread::spawn(move || {
                        for call in 0..3 {
                            let now = start + call * step;
                            used.fetch_add(1, Ordering::Relaxed);
                            if lease.take(now, One).is_some() {
                                continue;
                            }
                            let (ask, fetches) = lease.question(now, 1, 0, &terms);
                            granted.fetch_add(ask.wanted, Ordering::Relaxed);
                            used.fetch_add(ask.unused, Ordering::Relaxed);
                            lease.settle(now, fetches, ask.wanted - 1, &terms);
                        }
                    })
                })
                .collect();
            for caller in callers {
                caller.join().unwrap();
            }
            let end = start + 10 * step;
            let (left, fetches) = lease.question(end, 1_000, 0, &terms);
            let used = used.load(Ordering::Relaxed) + left.unused;
            assert!(used <= granted.load(Ordering::Relaxed), "{used}");
            assert!(fetches, "no question is under way");
        },
        RUNS,
    );
}

/// Callers and a change of the limit: a number that is read in the middle of it misjudges one call by one turn, and no
/// turn is made up besides.
#[test]
fn interleavings_with_a_change_make_no_turn_up() {
    const HOURLY: RateLimitConfig = RateLimitConfig::new().rate("1/h");
    check_random(
        || {
            let limiter = Arc::new(RateLimiter::new("explored", HOURLY.burst(3)));
            let begun = Arc::new(AtomicU32::new(0));
            let callers: Vec<_> = (0..3)
                .map(|_| {
                    let (limiter, begun) = (Arc::clone(&limiter), Arc::clone(&begun));
                    thread::spawn(move || {
                        for _ in 0..2 {
                            begun.fetch_add(limiter.try_acquire().is_ok().into(), Ordering::SeqCst);
                        }
                    })
                })
                .collect();
            limiter.reconfigure(HOURLY.burst(2)).unwrap();
            limiter.reconfigure(HOURLY.burst(3)).unwrap();
            callers.into_iter().for_each(|caller| caller.join().unwrap());
            let begun = u64::from(begun.load(Ordering::SeqCst));
            // Back at three, one may be free again that the smaller burst had cut off.
            assert!(begun <= 4, "{begun} began");
            assert!(
                begun + limiter.available() >= 2,
                "no turn is lost but the one that was cut off"
            );
            assert_eq!(limiter.totals().rejected, 6 - begun);
        },
        RUNS,
    );
}
