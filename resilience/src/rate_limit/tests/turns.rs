//! The line of callers by itself: who is told, and when.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::task::{Wake, Waker};

use crate::queue::Ticket;
use crate::rate_limit::bucket::Bucket;
use crate::rate_limit::gcra::Gcra;
use crate::rate_limit::turns::{Joined, Place, TurnQueue};

/// A turn each 1,000 s, so that grace is short beside it.
const TURN: u64 = 1_000_000_000_000;
const START: u64 = 10 * TURN;

/// Counts how often it was told.
#[derive(Default)]
struct Told(AtomicU32);

impl Wake for Told {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// A bucket whose only turn is taken at the start, and its line.
#[derive(Default)]
struct Turns {
    word: AtomicU64,
    line: TurnQueue,
}

impl Turns {
    fn used_up() -> Self {
        let turns = Self::default();
        turns.word.store(START + TURN, Relaxed);
        turns
    }

    fn bucket(&self) -> Bucket<'_> {
        Bucket { word: &self.word, gcra: Gcra::new(TURN, 1) }
    }

    fn join(&self, told: &Arc<Told>) -> (Ticket, u64) {
        let joined = self.line.join(self.bucket(), 1, (START, u64::MAX), waker(told));
        let Joined::Waiting(ticket, due) = joined else { panic!("{joined:?}") };
        (ticket, due)
    }

    fn press(&self, now: u64) {
        self.line.press(self.bucket(), now);
    }
}

fn waker(told: &Arc<Told>) -> Waker {
    Waker::from(Arc::clone(told))
}

#[test]
fn a_turn_is_told_by_the_time_that_it_comes() {
    let (turns, told) = (Turns::used_up(), Arc::new(Told::default()));
    assert_eq!(turns.join(&told).1, START + TURN);
    assert_eq!(turns.join(&told).1, START + 2 * TURN);
}

#[test]
fn the_first_is_told_once_and_not_before_its_time() {
    let (turns, first, second) = (Turns::used_up(), Arc::default(), Arc::default());
    turns.join(&first);
    turns.join(&second);
    let told = || (first.0.load(Relaxed), second.0.load(Relaxed));
    turns.press(START + TURN - 1);
    assert_eq!(told(), (0, 0));
    turns.press(START + TURN);
    turns.press(START + TURN);
    turns.press(START + TURN + TurnQueue::grace() - 1);
    assert_eq!(told(), (1, 0));
}

#[test]
fn a_call_that_has_moved_is_told_where_it_is() {
    let (turns, here, there) = (Turns::used_up(), Arc::default(), Arc::default());
    let (ticket, due) = turns.join(&here);
    assert_eq!(turns.line.look(turns.bucket(), ticket, START, waker(&there)), Place::First(due));
    turns.press(due);
    assert_eq!((here.0.load(Relaxed), there.0.load(Relaxed)), (0, 1));
}

#[test]
fn one_that_does_not_come_in_time_is_passed_over() {
    let (turns, first, second) = (Turns::used_up(), Arc::default(), Arc::default());
    let (ticket, due) = turns.join(&first);
    turns.join(&second);
    let grace = TurnQueue::grace();
    for later in [0, grace / 2, grace - 1] {
        turns.press(due + later);
    }
    assert_eq!(turns.line.ahead(), 2);
    turns.press(due + grace);
    assert_eq!((turns.line.ahead(), second.0.load(Relaxed)), (1, 1));
    assert_eq!(turns.line.look(turns.bucket(), ticket, due, waker(&first)), Place::Lost);
}
