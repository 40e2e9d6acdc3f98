//! A rate limit against a bucket that is filled by hand, and a list of those who wait for their turns.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use resilience::{RateLimitConfig, RateLimiter, Rejection};
use tokio::time::{Instant, advance};

use crate::models::calls::{Calls, Came, End, Failed, Gate};
use crate::models::sequence::{Chance, prove};

/// A turn that is taken so little after it was due counts from when it was due: timers are no finer.
const LATE: u64 = 2;
/// A busy thread leaves queues alone for less than this; after more, places may be lost.
const STALL: u64 = 90;

/// In milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub interval: u64,
    pub burst: u32,
    pub max_wait: Option<u64>,
}

impl Options {
    pub fn choose(chance: &mut Chance) -> Self {
        Self {
            interval: chance.one_of(&[1, 5, 10, 25, 40, 100]),
            burst: chance.small(1..6),
            max_wait: (!chance.once_in(4)).then(|| chance.of(1..400)),
        }
    }

    pub fn config(self) -> RateLimitConfig {
        let rate = RateLimitConfig::new().rate_per(1, millis(self.interval));
        let config = rate.burst(self.burst);
        match self.max_wait {
            Some(wait) => config.max_wait(millis(wait)),
            None => config,
        }
    }
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Became {
    Begun,
    Waits,
    /// When to come back; `None`: never.
    Rejected(Option<u64>),
}

/// The bucket's level is in milliseconds: a token is an interval's worth.
pub struct Model {
    pub options: Options,
    level: u64,
    seen: u64,
    pub now: u64,
    /// Who waits, and for how many tokens.
    pub waiting: VecDeque<(u64, u64)>,
    pub begun: Vec<u64>,
    pub rejected: u64,
    pub waited: u64,
}

impl Model {
    pub fn new(options: Options) -> Self {
        let mut model = Self {
            options,
            level: 0,
            seen: 0,
            now: 0,
            waiting: VecDeque::new(),
            begun: Vec::new(),
            rejected: 0,
            waited: 0,
        };
        model.level = model.capacity();
        model
    }

    fn capacity(&self) -> u64 {
        self.options.interval * u64::from(self.options.burst)
    }

    fn refill(&mut self, until: u64) {
        self.level = (self.level + until - self.seen).min(self.capacity());
        self.seen = until;
    }

    /// `longest` is how long it may wait; `None` for not at all.
    pub fn arrive(&mut self, number: u64, cost: u32, longest: Option<u64>) -> Became {
        self.refill(self.now);
        let interval = self.options.interval;
        if cost > self.options.burst {
            self.rejected += 1;
            return Became::Rejected(None);
        }
        let ahead: u64 = self.waiting.iter().map(|(_, cost)| cost).sum();
        let needed = (ahead + u64::from(cost)) * interval;
        if self.waiting.is_empty() && needed <= self.level {
            self.level -= needed;
            self.begun.push(number);
            return Became::Begun;
        }
        let wait = needed - self.level;
        match longest {
            Some(longest) if wait <= longest => {
                self.waiting.push_back((number, cost.into()));
                Became::Waits
            }
            _ => {
                self.rejected += 1;
                Became::Rejected(Some(wait))
            }
        }
    }

    /// When the turn of the first one comes.
    pub fn next_turn(&mut self) -> Option<u64> {
        let (_, cost) = self.waiting.front()?;
        Some(self.seen + (cost * self.options.interval).saturating_sub(self.level))
    }

    /// Those take their turns whose turns have come.
    pub fn serve(&mut self) {
        while let Some(due) = self.next_turn().filter(|due| *due <= self.now) {
            let (number, cost) = self.waiting[0];
            let needed = cost * self.options.interval;
            self.refill(if self.now - due <= LATE { due } else { self.now });
            self.level -= needed;
            self.waiting.pop_front();
            self.begun.push(number);
            self.waited += 1;
        }
    }

    pub fn leave(&mut self, number: u64) {
        self.waiting.retain(|(other, _)| *other != number);
        self.serve();
    }

    pub fn available(&mut self) -> u64 {
        self.refill(self.now);
        if self.waiting.is_empty() { self.level / self.options.interval } else { 0 }
    }
}

struct Pair<'l> {
    limiter: &'l RateLimiter,
    model: Model,
    start: Instant,
    calls: Calls<'l, Result<End, Failed>>,
    gates: Vec<(u64, Gate)>,
    begun: Rc<RefCell<Vec<u64>>>,
    last: u64,
}

impl Pair<'_> {
    async fn step(&mut self, chance: &mut Chance) {
        match chance.small(..20) {
            0..9 => self.call(chance),
            9 => self.acquire(chance),
            10..13 if !self.gates.is_empty() => self.leave(chance),
            13 if self.model.waiting.is_empty() => self.change(chance),
            _ => self.pass_time(chance).await,
        }
    }

    /// Costs that a burst holds, mostly.
    fn cost(&self, chance: &mut Chance) -> u32 {
        if chance.once_in(2) { 1 } else { chance.small(1..=self.model.options.burst + 1) }
    }

    fn call(&mut self, chance: &mut Chance) {
        self.last += 1;
        let (number, cost, gate) = (self.last, self.cost(chance), Gate::default());
        let (body, begun) = (gate.clone(), Rc::clone(&self.begun));
        let limited = self.limiter.cost(cost);
        self.calls.add(
            number,
            Box::pin(limited.call(async move {
                begun.borrow_mut().push(number);
                Ok(body.body().await)
            })),
        );
        if chance.once_in(20) {
            chance.tell(format_args!("call {number} is dropped before its first poll"));
            return self.calls.drop(number);
        }
        self.calls.wake(number);
        let became = self.model.arrive(number, cost, self.model.options.max_wait);
        chance.tell(format_args!("call {number} of {cost}: {became:?}"));
        let ended = self.calls.run();
        if let Became::Rejected(wait) = became {
            let [(ended, Came::To(Err(Failed::Rejected(rejection))))] = &ended[..] else {
                panic!("{ended:?}")
            };
            assert_eq!((*ended, rejection), (number, &self.rejection(wait)));
        } else {
            self.gates.push((number, gate));
            assert_eq!(ended, []);
        }
    }

    fn rejection(&self, wait: Option<u64>) -> Rejection {
        let (policy, retry_after) = (self.limiter.name(), wait.map(millis));
        Rejection::RateLimited { policy, retry_after }
    }

    fn acquire(&mut self, chance: &mut Chance) {
        self.last += 1;
        let cost = self.cost(chance);
        let became = self.model.arrive(self.last, cost, None);
        chance.tell(format_args!("turn {} of {cost}: {became:?}", self.last));
        match (self.limiter.cost(cost).try_acquire(), became) {
            (Ok(()), Became::Begun) => self.begun.borrow_mut().push(self.last),
            (Err(rejection), Became::Rejected(wait)) => {
                assert_eq!(rejection, self.rejection(wait));
            }
            (answer, _) => panic!("{answer:?}"),
        }
    }

    /// A call is dropped, or ends if its body runs.
    fn leave(&mut self, chance: &mut Chance) {
        let (number, gate) = self.gates.remove(chance.place(self.gates.len()));
        let waits = self.model.waiting.iter().any(|(other, _)| *other == number);
        if waits || chance.once_in(2) {
            chance.tell(format_args!("call {number} is dropped"));
            self.calls.drop(number);
            self.model.leave(number);
            assert_eq!(self.calls.run(), []);
        } else {
            let end = chance.one_of(&[End::Ok, End::Panic]);
            chance.tell(format_args!("call {number} ends: {end:?}"));
            gate.open(end);
            let came = if end == End::Ok { Came::To(Ok(End::Ok)) } else { Came::Panic };
            assert_eq!(self.calls.run(), [(number, came)]);
        }
    }

    /// Used turns stay used, up to the new burst; a reset gives all back.
    fn change(&mut self, chance: &mut Chance) {
        let model = &mut self.model;
        model.refill(model.now);
        if chance.once_in(3) {
            chance.tell(format_args!("reset"));
            self.limiter.reset();
            (model.level, model.rejected, model.waited) = (model.capacity(), 0, 0);
            return;
        }
        let used = model.capacity() - model.level;
        let slower = chance.of(1..4);
        let interval =
            model.options.interval * if model.options.interval > 100 { 1 } else { slower };
        let options = Options { interval, ..Options::choose(chance) };
        chance.tell(format_args!("{options:?}"));
        self.limiter.reconfigure(options.config()).unwrap();
        let used = used * (interval / model.options.interval);
        model.options = options;
        model.level = model.capacity().saturating_sub(used);
    }

    /// From turn to turn, or all at once, as a busy thread sees it.
    async fn pass_time(&mut self, chance: &mut Chance) {
        let (pause, is_stall) = (chance.of(1..STALL), chance.once_in(4));
        chance.tell(format_args!("{pause} ms pass, all at once: {is_stall}"));
        let end = self.model.now + pause;
        while self.model.now < end {
            let next = self.model.next_turn().filter(|_| !is_stall).unwrap_or(end);
            advance(millis(next.min(end) - self.model.now)).await;
            self.model.now = u64::try_from(self.start.elapsed().as_millis()).unwrap();
            self.model.serve();
            assert_eq!(self.calls.run(), []);
            self.compare_order();
        }
    }

    fn compare_order(&mut self) {
        let expected = std::mem::take(&mut self.model.begun);
        assert_eq!(self.begun.take(), expected, "who began, in order");
    }

    fn compare(&mut self) {
        self.compare_order();
        assert_eq!(self.limiter.available(), self.model.available());
        let totals = self.limiter.totals();
        assert_eq!((totals.rejected, totals.waited), (self.model.rejected, self.model.waited));
    }
}

#[test]
fn turns() {
    prove("turns", &async |chance| {
        let options = Options::choose(chance);
        chance.tell(format_args!("{options:?}"));
        let limiter = RateLimiter::new("proved", options.config());
        let model = Model::new(options);
        let mut pair = Pair {
            limiter: &limiter,
            model,
            start: Instant::now(),
            calls: Calls::new(),
            gates: Vec::new(),
            begun: Rc::default(),
            last: 0,
        };
        for _ in 0..chance.small(10..80) {
            pair.step(chance).await;
            pair.compare();
        }
        let Pair { model, calls, .. } = pair;
        drop(calls);
        // Those who waited have left: what is there is there for a new one.
        let is_there = model.level >= model.options.interval;
        assert_eq!(limiter.try_acquire().is_ok(), is_there, "no turn is lost");
    });
}
