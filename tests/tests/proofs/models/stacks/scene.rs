//! What is played twice: the layers, the calls, and what their bodies do.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use resilience::{Cause, CircuitState, Counts, Rejection, Totals};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::models::breaker::{self, Width};
use crate::models::bulkhead;
use crate::models::sequence::Chance;
use crate::models::turns;

pub const NAMES: [&str; 6] = ["first", "second", "third", "fourth", "fifth", "sixth"];

#[derive(Clone, Debug)]
pub struct Scene {
    /// Outermost first.
    pub layers: Vec<Layer>,
    pub calls: Vec<Call>,
}

/// A policy by its options; times in milliseconds.
#[derive(Clone, Debug)]
pub enum Layer {
    Breaker(breaker::Options),
    Retry(Again),
    Timeout(u64),
    Bulkhead(bulkhead::Options),
    RateLimit(turns::Options),
    Hedge { after: u64, attempts: u32 },
}

#[derive(Clone, Debug)]
pub struct Again {
    pub attempts: u32,
    pub delay: u64,
    pub is_linear: bool,
    pub max_elapsed: Option<u64>,
    /// In percent of a token, and so many tokens.
    pub budget: Option<(u64, u32)>,
}

#[derive(Clone, Debug)]
pub struct Call {
    pub at: u64,
    pub dropped_at: Option<u64>,
    pub bodies: Vec<Body>,
}

#[derive(Clone, Copy, Debug)]
pub struct Body {
    pub takes: u64,
    pub end: End,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum End {
    Ok,
    Err,
    Panic,
}

impl Scene {
    pub fn choose(chance: &mut Chance) -> Self {
        let layers = (0..chance.small(1..=6)).map(|_| Layer::choose(chance)).collect();
        let mut at = 0;
        let calls = (0..chance.small(1..12)).map(|_| {
            at += if chance.once_in(3) { 0 } else { chance.of(1..400) };
            Call::choose(at, chance)
        });
        Self { layers, calls: calls.collect() }
    }
}

impl Layer {
    fn choose(chance: &mut Chance) -> Self {
        match chance.small(..6) {
            0 => Self::Breaker(breaker_options(chance)),
            1 => Self::Retry(Again {
                attempts: chance.small(1..5),
                delay: if chance.once_in(4) { 0 } else { chance.of(1..200) },
                is_linear: chance.once_in(2),
                max_elapsed: chance.once_in(4).then(|| chance.of(1..500)),
                budget: chance.once_in(3).then(|| (chance.of(1..=100), chance.small(1..4))),
            }),
            2 => Self::Timeout(chance.of(1..600)),
            3 => Self::Bulkhead(bulkhead::Options {
                max_wait: chance.maybe(|chance| chance.of(1..300)),
                max_queue: None,
                most: chance.small(1..4),
            }),
            4 => Self::RateLimit(turns::Options {
                interval: chance.of(1..150),
                burst: chance.small(1..4),
                max_wait: chance.maybe(|chance| chance.of(1..400)),
            }),
            _ => Self::Hedge { after: chance.of(1..150), attempts: chance.small(2..4) },
        }
    }
}

/// Without a time window and a period that grows: those depend on more than the sequence. The model of a breaker alone
/// has them.
fn breaker_options(chance: &mut Chance) -> breaker::Options {
    let calls = chance.small(1..8);
    breaker::Options {
        window: Some(Width::Calls(calls)),
        min_calls: Some(chance.small(1..=calls)),
        max_open_for: None,
        open_for: chance.of(1..3),
        ..breaker::Options::choose(chance)
    }
}

impl Call {
    fn choose(at: u64, chance: &mut Chance) -> Self {
        let dropped_at = chance.once_in(5).then(|| at + chance.of(1..400));
        let bodies = (0..64).map(|_| Body {
            takes: if chance.once_in(4) { 0 } else { chance.of(1..400) },
            end: match chance.small(..20) {
                0 => End::Panic,
                1..9 => End::Err,
                _ => End::Ok,
            },
        });
        Self { at, dropped_at, bodies: bodies.collect() }
    }
}

/// One thing that happened, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub at: Duration,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub enum What {
    Begins { call: usize, run: usize, attempt: u32, remaining: Option<Duration> },
    Ends { call: usize, run: usize },
    IsDropped { call: usize, run: usize },
    Retries { policy: String, attempt: u32, delay: Duration },
    Changes { policy: String, from: CircuitState, to: CircuitState, cause: Cause },
    Comes { call: usize, to: Came },
}

#[derive(Clone, Debug, PartialEq)]
pub enum Came {
    Ok(usize),
    Err(usize),
    Rejected(Rejection),
    Panic,
    Dropped,
}

pub type Outcome = Result<Result<usize, usize>, Rejection>;

/// What a layer has counted in the end.
#[derive(Clone, Debug, PartialEq)]
pub enum Count {
    Breaker(CircuitState, Counts, Totals),
    Retry(u64, u64, u64),
    Timeout(u64, u64),
    Bulkhead(usize, usize, u64),
    RateLimit(u64, u64, u64),
    Hedge(u64, u64),
}

/// What happened, as it happens.
#[derive(Clone)]
pub struct Log {
    start: Instant,
    lines: Rc<RefCell<Vec<Line>>>,
}

impl Log {
    pub fn new() -> Self {
        Self { start: Instant::now(), lines: Rc::default() }
    }

    pub fn now(&self) -> Duration {
        self.start.elapsed()
    }

    pub fn start(&self) -> Instant {
        self.start
    }

    pub fn add(&self, what: What) {
        self.lines.borrow_mut().push(Line { at: self.now(), what });
    }

    pub fn take(&self) -> Vec<Line> {
        self.lines.take()
    }
}

/// One call's bodies, one after the other.
pub struct Bodies<'s> {
    pub log: Log,
    pub call: usize,
    script: &'s [Body],
    runs: Cell<usize>,
}

impl<'s> Bodies<'s> {
    pub fn new(log: &Log, call: usize, script: &'s [Body]) -> Self {
        Self { log: log.clone(), call, script, runs: Cell::new(0) }
    }

    /// The next run; `pause` is what the body waits by.
    pub async fn run(
        &self,
        attempt: u32,
        remaining: Option<Duration>,
        pause: impl AsyncFn(Duration),
    ) -> Result<usize, usize> {
        let run = self.runs.replace(self.runs.get() + 1);
        let body = self.script[run % self.script.len()];
        self.log.add(What::Begins { call: self.call, run, attempt, remaining });
        let mut running = Running { bodies: self, run, has_ended: false };
        if body.takes > 0 {
            pause(Duration::from_millis(body.takes)).await;
        }
        running.has_ended = true;
        self.log.add(What::Ends { call: self.call, run });
        match body.end {
            End::Ok => Ok(run),
            End::Err => Err(run),
            End::Panic => std::panic::resume_unwind(Box::new("a body of the test's")),
        }
    }
}

struct Running<'b> {
    bodies: &'b Bodies<'b>,
    run: usize,
    has_ended: bool,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if !self.has_ended {
            let call = self.bodies.call;
            self.bodies.log.add(What::IsDropped { call, run: self.run });
        }
    }
}

/// Begins and drops the calls when the scene says so, and waits for all of them.
pub async fn direct(scene: &Scene, log: &Log, begin: impl Fn(usize) -> JoinHandle<Outcome>) {
    let mut cues: Vec<(u64, usize, bool)> = Vec::new();
    for (number, call) in scene.calls.iter().enumerate() {
        cues.push((call.at, number, true));
        cues.extend(call.dropped_at.map(|at| (at, number, false)));
    }
    cues.sort_unstable();
    let mut calls: Vec<Option<JoinHandle<Outcome>>> = scene.calls.iter().map(|_| None).collect();
    for (at, number, begins) in cues {
        let pause = Duration::from_millis(at).saturating_sub(log.now());
        if !pause.is_zero() {
            sleep(pause).await;
        }
        if begins {
            calls[number] = Some(begin(number));
        } else if let Some(call) = &calls[number] {
            call.abort();
        }
    }
    for call in calls.into_iter().flatten() {
        let _ = call.await;
    }
}

/// How a call ended, for the log.
pub fn came(outcome: &Outcome) -> Came {
    match outcome {
        Ok(Ok(run)) => Came::Ok(*run),
        Ok(Err(run)) => Came::Err(*run),
        Err(rejection) => Came::Rejected(*rejection),
    }
}

/// Says how a call came to an end, whatever that is.
pub struct Ending {
    pub log: Log,
    pub call: usize,
    pub came: Option<Came>,
}

impl Drop for Ending {
    fn drop(&mut self) {
        let unasked = if std::thread::panicking() { Came::Panic } else { Came::Dropped };
        let to = self.came.take().unwrap_or(unasked);
        self.log.add(What::Comes { call: self.call, to });
    }
}
