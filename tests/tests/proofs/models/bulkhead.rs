//! A bulkhead against a model of two lists: those in flight, and those that wait.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use resilience::call::BulkheadPermit;
use resilience::{Bulkhead, BulkheadConfig, Priority, Rejection, RejectionKind, with_priority};
use tokio::time::{Instant, advance};

use crate::models::calls::{Calls, Came, End, Failed, Gate};
use crate::models::sequence::{Chance, prove};

const SHARES: [u32; 4] = [70, 85, 100, 100];

#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub most: u32,
    /// In milliseconds.
    pub max_wait: Option<u64>,
    pub max_queue: Option<u32>,
}

impl Options {
    pub fn choose(chance: &mut Chance) -> Self {
        let max_wait = (!chance.once_in(4)).then(|| chance.of(1..60));
        let max_queue = max_wait.and_then(|_| chance.maybe(|chance| chance.small(1..4)));
        Self { most: chance.small(1..6), max_wait, max_queue }
    }

    pub fn config(self) -> BulkheadConfig {
        let mut config = BulkheadConfig::new().max_concurrent(self.most);
        if let Some(wait) = self.max_wait {
            config = config.max_wait(Duration::from_millis(wait));
        }
        if let Some(queue) = self.max_queue {
            config = config.max_queue(queue);
        }
        config
    }

    /// A call is admitted while those in flight are less than its share of the limit.
    fn limit(self, priority: Priority) -> u32 {
        (self.most * SHARES[priority as usize]).div_ceil(100)
    }
}

#[derive(Debug)]
pub struct Waiter {
    number: u64,
    priority: Priority,
    until: Duration,
}

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Became {
    Begun,
    Waits,
    Full,
}

pub struct Model {
    pub options: Options,
    pub now: Duration,
    pub in_flight: Vec<u64>,
    /// In the order of arrival.
    pub waiting: Vec<Waiter>,
    pub rejected: u64,
    /// Calls whose bodies have begun, and those that waited too long, as it happens.
    pub begun: Vec<u64>,
    timed_out: Vec<u64>,
}

impl Model {
    pub fn new(options: Options) -> Self {
        Self {
            options,
            now: Duration::ZERO,
            in_flight: Vec::new(),
            waiting: Vec::new(),
            rejected: 0,
            begun: Vec::new(),
            timed_out: Vec::new(),
        }
    }

    fn has_room(&self, priority: Priority) -> bool {
        self.in_flight.len() < self.options.limit(priority) as usize
    }

    pub fn arrive(&mut self, number: u64, priority: Priority, may_wait: bool) -> Became {
        let overtakes = self.waiting.iter().all(|waiter| waiter.priority < priority);
        // One that cannot wait takes a free slot only if none waits that it would overtake.
        if overtakes && self.has_room(priority) {
            self.in_flight.push(number);
            self.begun.push(number);
            return Became::Begun;
        }
        let longest = self.options.max_queue.unwrap_or(u32::MAX) as usize;
        match self.options.max_wait {
            Some(wait) if may_wait && self.waiting.len() < longest => {
                let until = self.now + Duration::from_millis(wait);
                self.waiting.push(Waiter { number, priority, until });
                Became::Waits
            }
            _ => {
                self.rejected += 1;
                Became::Full
            }
        }
    }

    /// The most important of those that wait, the first of them: while there is room for it.
    fn serve(&mut self) {
        while let Some(most) = self.waiting.iter().map(|waiter| waiter.priority).max() {
            if !self.has_room(most) {
                return;
            }
            let next = self.waiting.iter().position(|waiter| waiter.priority == most).unwrap();
            let number = self.waiting.remove(next).number;
            self.in_flight.push(number);
            self.begun.push(number);
        }
    }

    pub fn leave(&mut self, number: u64) {
        self.in_flight.retain(|other| *other != number);
        self.waiting.retain(|waiter| waiter.number != number);
        self.serve();
    }

    /// Those whose patience has ended by now. One that leaves may free the way for others.
    fn expire(&mut self) {
        while let Some(late) = self.waiting.iter().position(|waiter| waiter.until <= self.now) {
            self.timed_out.push(self.waiting.remove(late).number);
            self.rejected += 1;
            self.serve();
        }
    }
}

type Outcome = Result<End, Failed>;

struct Pair<'b> {
    bulkhead: &'b Bulkhead,
    model: Model,
    start: Instant,
    calls: Calls<'b, Outcome>,
    gates: Vec<(u64, Gate)>,
    permits: Vec<(u64, BulkheadPermit<'b>)>,
    begun: Rc<RefCell<Vec<u64>>>,
    last: u64,
}

impl Pair<'_> {
    async fn step(&mut self, chance: &mut Chance) {
        match chance.small(..20) {
            0..6 => self.call(chance),
            6 => self.acquire(chance),
            7..11 if !self.gates.is_empty() => self.end(chance),
            11..13 if !self.gates.is_empty() => self.abandon(chance),
            13 if !self.permits.is_empty() => self.release(chance),
            14 if chance.once_in(4) => self.reconfigure(chance),
            15..19 => self.pass_time(chance).await,
            _ => {}
        }
    }

    fn call(&mut self, chance: &mut Chance) {
        self.last += 1;
        let (number, gate) = (self.last, Gate::default());
        let priority =
            if chance.once_in(2) { Priority::Critical } else { chance.one_of(&Priority::ALL) };
        let (body, begun) = (gate.clone(), Rc::clone(&self.begun));
        let call = self.bulkhead.call(async move {
            begun.borrow_mut().push(number);
            match body.body().await {
                End::Err => Err(Failed::Body),
                end => Ok(end),
            }
        });
        self.calls.add(number, Box::pin(with_priority(priority, call)));
        if chance.once_in(20) {
            chance.tell(format_args!("call {number} is dropped before its first poll"));
            return self.calls.drop(number);
        }
        self.calls.wake(number);
        let became = self.model.arrive(number, priority, true);
        chance.tell(format_args!("call {number}, {priority:?}: {became:?}"));
        if became != Became::Full {
            self.gates.push((number, gate));
        }
        let ended = self.calls.run();
        match became {
            Became::Full => {
                let [(ended, Came::To(Err(Failed::Rejected(rejection))))] = &ended[..] else {
                    panic!("{ended:?}")
                };
                assert_eq!((*ended, rejection.kind()), (number, FULL));
            }
            _ => assert_eq!(ended, []),
        }
    }

    fn acquire(&mut self, chance: &mut Chance) {
        self.last += 1;
        let became = self.model.arrive(self.last, Priority::Critical, false);
        chance.tell(format_args!("permit {}: {became:?}", self.last));
        match (self.bulkhead.try_acquire(), became) {
            (Ok(permit), Became::Begun) => {
                self.begun.borrow_mut().push(self.last);
                self.permits.push((self.last, permit));
            }
            (Err(rejection), Became::Full) => {
                let (policy, limit) = (self.bulkhead.name(), self.model.options.most);
                assert_eq!(rejection, Rejection::BulkheadFull { policy, limit });
            }
            (answer, _) => panic!("{answer:?}"),
        }
    }

    /// A body is told to end; one that hasn't begun would end at once.
    fn end(&mut self, chance: &mut Chance) {
        let place = chance.place(self.gates.len());
        let end = chance.one_of(&[End::Ok, End::Ok, End::Err, End::Panic]);
        let number = self.gates[place].0;
        if !self.model.in_flight.contains(&number) {
            return;
        }
        chance.tell(format_args!("call {number} ends: {end:?}"));
        let (_, gate) = self.gates.remove(place);
        gate.open(end);
        self.model.leave(number);
        let expected = match end {
            End::Ok => Came::To(Ok(End::Ok)),
            End::Err => Came::To(Err(Failed::Body)),
            End::Panic => Came::Panic,
        };
        assert_eq!(self.calls.run(), [(number, expected)]);
    }

    fn abandon(&mut self, chance: &mut Chance) {
        let (number, _) = self.gates.remove(chance.place(self.gates.len()));
        chance.tell(format_args!("call {number} is dropped"));
        self.calls.drop(number);
        self.model.leave(number);
        assert_eq!(self.calls.run(), []);
    }

    fn release(&mut self, chance: &mut Chance) {
        let (number, permit) = self.permits.remove(chance.place(self.permits.len()));
        chance.tell(format_args!("permit {number} is given back"));
        drop(permit);
        self.model.leave(number);
        assert_eq!(self.calls.run(), []);
    }

    fn reconfigure(&mut self, chance: &mut Chance) {
        let options = Options::choose(chance);
        chance.tell(format_args!("{options:?}"));
        self.bulkhead.reconfigure(options.config()).unwrap();
        self.model.options = options;
        self.model.serve();
        assert_eq!(self.calls.run(), []);
    }

    /// From one that has waited for long enough to the next.
    async fn pass_time(&mut self, chance: &mut Chance) {
        let pause = chance.of(1..40);
        chance.tell(format_args!("{pause} ms pass"));
        let end = self.model.now + Duration::from_millis(pause);
        while self.model.now < end {
            let next = self.model.waiting.iter().map(|waiter| waiter.until).min().unwrap_or(end);
            advance(next.min(end).saturating_sub(self.model.now)).await;
            self.model.now = self.start.elapsed();
            self.model.expire();
            let mut ended = Vec::new();
            for (number, came) in self.calls.run() {
                let Came::To(Err(Failed::Rejected(rejection))) = &came else {
                    panic!("{number}: {came:?}")
                };
                assert_eq!(rejection.kind(), FULL);
                self.gates.retain(|(other, _)| *other != number);
                ended.push(number);
            }
            ended.sort_unstable();
            let mut expected = std::mem::take(&mut self.model.timed_out);
            expected.sort_unstable();
            assert_eq!(ended, expected, "who waited too long");
        }
    }

    fn compare(&mut self) {
        let model = &mut self.model;
        assert_eq!(self.begun.take(), std::mem::take(&mut model.begun), "who began, in order");
        assert_eq!(self.bulkhead.in_flight() as usize, model.in_flight.len());
        assert_eq!(self.bulkhead.queued() as usize, model.waiting.len());
        assert_eq!(self.bulkhead.totals().rejected, model.rejected);
    }
}

const FULL: RejectionKind = RejectionKind::BulkheadFull;

#[test]
fn bulkhead() {
    prove("bulkhead", &async |chance| {
        let options = Options::choose(chance);
        chance.tell(format_args!("{options:?}"));
        let bulkhead = Bulkhead::new("proved", options.config());
        let mut pair = Pair {
            bulkhead: &bulkhead,
            model: Model::new(options),
            start: Instant::now(),
            calls: Calls::new(),
            gates: Vec::new(),
            permits: Vec::new(),
            begun: Rc::default(),
            last: 0,
        };
        for _ in 0..chance.small(10..80) {
            pair.step(chance).await;
            pair.compare();
        }
        drop(pair);
        assert_eq!((bulkhead.in_flight(), bulkhead.queued()), (0, 0), "no slot is lost");
        assert!(bulkhead.try_acquire().is_ok());
    });
}
