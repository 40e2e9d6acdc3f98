//! The stack put together from the plain models, as one would write it with nothing but a runtime.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use resilience::{CircuitState, Name, Rejection};
use tokio::task::{LocalSet, spawn_local};
use tokio::time::{Sleep, sleep_until};

use crate::models::breaker::{self, Answer, Held};
use crate::models::bulkhead;
use crate::models::calls::Boxed;
use crate::models::turns;

use super::scene::{
    Again, Bodies, Count, Ending, Layer, Line, Log, NAMES, Outcome, Scene, What, came, direct,
};

/// What happened, and what each layer has counted; `None` when two things were due in the same moment, so that either
/// order is right.
pub async fn play(scene: &Scene) -> Option<(Vec<Line>, Vec<Count>)> {
    let log = Log::new();
    let layers = scene.layers.iter().map(State::new).collect();
    let cues = scene.calls.iter().flat_map(|call| [Some(call.at), call.dropped_at]);
    let cues: HashSet<Duration> = cues.flatten().map(Duration::from_millis).collect();
    let world = Rc::new(World {
        log: log.clone(),
        layers,
        cues,
        timers: RefCell::default(),
        is_tied: Cell::new(false),
        is_cut_off: Cell::new(false),
        numbers: Cell::new(0),
    });
    let scene = Rc::new(scene.clone());
    let local = LocalSet::new();
    let begin = |call: usize| {
        let (world, scene) = (Rc::clone(&world), Rc::clone(&scene));
        spawn_local(async move {
            let bodies = Bodies::new(&world.log, call, &scene.calls[call].bodies);
            let mut ending = Ending { log: world.log.clone(), call, came: None };
            let outcome = world.stack(0, Around::default(), &bodies).await;
            ending.came = Some(came(&outcome));
            outcome
        })
    };
    local.run_until(direct(&scene, &log, begin)).await;
    let counts = world.layers.iter().map(|layer| layer.count(log.now())).collect();
    (!world.is_tied.get()).then(|| (log.take(), counts))
}

struct World {
    log: Log,
    layers: Vec<State>,
    cues: HashSet<Duration>,
    timers: RefCell<BTreeMap<Duration, u32>>,
    is_tied: Cell<bool>,
    is_cut_off: Cell<bool>,
    numbers: Cell<u64>,
}

/// A policy, as the model knows it.
enum State {
    Breaker(RefCell<breaker::Model>),
    Retry(Again, RefCell<Tokens>),
    Timeout(u64, Cell<(u64, u64)>),
    Bulkhead(Queue<bulkhead::Model>),
    RateLimit(Queue<turns::Model>),
    Hedge { after: u64, attempts: u32, counts: Cell<(u64, u64)> },
}

struct Tokens {
    /// In percent.
    left: u64,
    retries: u64,
    recovered: u64,
    exhausted: u64,
}

/// A model with those who wait for it.
struct Queue<M> {
    model: RefCell<M>,
    admitted: RefCell<HashSet<u64>>,
    wakers: RefCell<HashMap<u64, Waker>>,
}

impl<M> Queue<M> {
    fn new(model: M) -> Self {
        let (admitted, wakers) = (RefCell::default(), RefCell::default());
        Self { model: RefCell::new(model), admitted, wakers }
    }

    fn admit(&self, numbers: Vec<u64>) {
        for number in numbers {
            self.admitted.borrow_mut().insert(number);
            self.wake(number);
        }
    }

    fn wake(&self, number: u64) {
        if let Some(waker) = self.wakers.borrow_mut().remove(&number) {
            waker.wake();
        }
    }

    fn is_admitted(&self, number: u64, waker: &Waker) -> bool {
        let is_in = self.admitted.borrow_mut().remove(&number);
        if !is_in {
            self.wakers.borrow_mut().insert(number, waker.clone());
        }
        is_in
    }
}

impl Again {
    /// Counts a retry, if there is a token for it.
    fn pays(&self, tokens: &mut Tokens) -> bool {
        let price = if self.budget.is_some() { 100 } else { 0 };
        let is_paid = tokens.left >= price;
        if is_paid {
            tokens.left -= price;
            tokens.retries += 1;
        }
        is_paid
    }
}

impl State {
    fn new(layer: &Layer) -> Self {
        match layer {
            Layer::Breaker(options) => {
                Self::Breaker(RefCell::new(breaker::Model::new(options.clone(), false)))
            }
            Layer::Retry(options) => {
                let left = options.budget.map_or(0, |(_, burst)| u64::from(burst) * 100);
                let tokens = Tokens { left, retries: 0, recovered: 0, exhausted: 0 };
                Self::Retry(options.clone(), RefCell::new(tokens))
            }
            Layer::Timeout(after) => Self::Timeout(*after, Cell::default()),
            Layer::Bulkhead(options) => Self::Bulkhead(Queue::new(bulkhead::Model::new(*options))),
            Layer::RateLimit(options) => Self::RateLimit(Queue::new(turns::Model::new(*options))),
            Layer::Hedge { after, attempts } => {
                Self::Hedge { after: *after, attempts: *attempts, counts: Cell::default() }
            }
        }
    }

    fn count(&self, now: Duration) -> Count {
        match self {
            Self::Breaker(model) => {
                let mut model = model.borrow_mut();
                model.now = now;
                Count::Breaker(model.visible(), model.counts(), model.totals)
            }
            Self::Retry(_, tokens) => {
                let Tokens { retries, recovered, exhausted, .. } = *tokens.borrow();
                Count::Retry(retries, recovered, exhausted)
            }
            Self::Timeout(_, counts) => Count::Timeout(counts.get().0, counts.get().1),
            Self::Bulkhead(queue) => {
                let model = queue.model.borrow();
                let [running, waiting] = [model.in_flight.len(), model.waiting.len()];
                Count::Bulkhead(running, waiting, model.rejected)
            }
            Self::RateLimit(queue) => {
                let mut model = queue.model.borrow_mut();
                model.now = millis(now);
                Count::RateLimit(model.available(), model.rejected, model.waited)
            }
            Self::Hedge { counts, .. } => Count::Hedge(counts.get().0, counts.get().1),
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap()
}

/// When the body of a call began, for one breaker around it.
type Begun = Rc<Cell<Option<Duration>>>;

/// What a layer finds around it.
#[derive(Clone)]
struct Around {
    deadline: Option<Duration>,
    attempt: u32,
    begun: Vec<Begun>,
}

impl Default for Around {
    fn default() -> Self {
        Self { deadline: None, attempt: 1, begun: Vec::new() }
    }
}

/// A timer, known to the world while it runs.
struct Pause<'w> {
    world: &'w World,
    until: Duration,
    sleep: Pin<Box<Sleep>>,
}

impl Drop for Pause<'_> {
    fn drop(&mut self) {
        let mut timers = self.world.timers.borrow_mut();
        if let Some(count) = timers.get_mut(&self.until) {
            *count -= 1;
            if *count == 0 {
                timers.remove(&self.until);
            }
        }
    }
}

impl World {
    fn now(&self) -> Duration {
        self.log.now()
    }

    fn number(&self) -> u64 {
        self.numbers.set(self.numbers.get() + 1);
        self.numbers.get()
    }

    fn timer(&self, until: Duration) -> Pause<'_> {
        let mut timers = self.timers.borrow_mut();
        let count = timers.entry(until).or_default();
        *count += 1;
        if *count > 1 || self.cues.contains(&until) {
            self.is_tied.set(true);
        }
        let sleep = Box::pin(sleep_until(self.log.start() + until));
        Pause { world: self, until, sleep }
    }

    async fn pause(&self, pause: Duration) {
        let mut timer = self.timer(self.now() + pause);
        timer.sleep.as_mut().await;
    }

    fn stack<'w>(
        &'w self,
        at: usize,
        around: Around,
        bodies: &'w Bodies<'w>,
    ) -> Boxed<'w, Outcome> {
        match self.layers.get(at) {
            None => Box::pin(self.body(around, bodies)),
            Some(State::Breaker(model)) => Box::pin(self.breaker(model, at, around, bodies)),
            Some(State::Retry(again, tokens)) => {
                Box::pin(self.retry(again, tokens, at, around, bodies))
            }
            Some(State::Timeout(after, counts)) => {
                Box::pin(self.timeout(Duration::from_millis(*after), counts, at, around, bodies))
            }
            Some(State::Bulkhead(queue)) => Box::pin(self.bulkhead(queue, at, around, bodies)),
            Some(State::RateLimit(queue)) => Box::pin(self.rate_limit(queue, at, around, bodies)),
            Some(State::Hedge { after, attempts, counts }) => {
                let after = Duration::from_millis(*after);
                Box::pin(self.hedge(after, *attempts, counts, at, around, bodies))
            }
        }
    }

    async fn body(&self, around: Around, bodies: &Bodies<'_>) -> Outcome {
        for begun in &around.begun {
            begun.set(begun.get().or(Some(self.now())));
        }
        let remaining = around.deadline.map(|deadline| deadline.saturating_sub(self.now()));
        Ok(bodies.run(around.attempt, remaining, async |pause| self.pause(pause).await).await)
    }

    async fn timeout(
        &self,
        after: Duration,
        counts: &Cell<(u64, u64)>,
        at: usize,
        mut around: Around,
        bodies: &Bodies<'_>,
    ) -> Outcome {
        let (policy, now) = (Name::from(NAMES[at]), self.now());
        let (timed_out, late) = counts.get();
        if around.deadline.is_some_and(|deadline| now >= deadline) {
            counts.set((timed_out, late + 1));
            return Err(Rejection::DeadlineExceeded { policy });
        }
        let end = now + after;
        around.deadline = Some(around.deadline.map_or(end, |deadline| deadline.min(end)));
        let mut inner = Some(self.stack(at + 1, around, bodies));
        let mut timer = None;
        let outcome = poll_fn(|context| {
            if let Poll::Ready(outcome) = inner.as_mut().unwrap().as_mut().poll(context) {
                return Poll::Ready(Some(outcome));
            }
            let timer = timer.get_or_insert_with(|| self.timer(end));
            timer.sleep.as_mut().poll(context).map(|()| None)
        });
        if let Some(outcome) = outcome.await {
            return outcome;
        }
        // Whatever it holds further in knows why.
        let before = self.is_cut_off.replace(true);
        drop(inner);
        self.is_cut_off.set(before);
        let (timed_out, late) = counts.get();
        counts.set((timed_out + 1, late));
        Err(Rejection::TimedOut { policy, after })
    }

    async fn retry(
        &self,
        again: &Again,
        tokens: &RefCell<Tokens>,
        at: usize,
        around: Around,
        bodies: &Bodies<'_>,
    ) -> Outcome {
        if let Some((percent, burst)) = again.budget {
            let left = &mut tokens.borrow_mut().left;
            *left = (*left + percent).min(u64::from(burst) * 100);
        }
        let elapsed = again.max_elapsed.map(|limit| self.now() + Duration::from_millis(limit));
        let end = [elapsed, around.deadline].into_iter().flatten().min();
        for attempt in 1.. {
            let outcome = self.stack(at + 1, Around { attempt, ..around.clone() }, bodies).await;
            let has_failed = matches!(outcome, Ok(Err(_)) | Err(Rejection::TimedOut { .. }));
            if !has_failed {
                let has_recovered = attempt > 1 && outcome.is_ok();
                tokens.borrow_mut().recovered += u64::from(has_recovered);
                return outcome;
            }
            let factor = if again.is_linear { attempt } else { 1 };
            let delay = Duration::from_millis(again.delay) * factor;
            let is_in_time = end.is_none_or(|end| self.now() + delay < end);
            if attempt >= again.attempts || !is_in_time || !again.pays(&mut tokens.borrow_mut()) {
                tokens.borrow_mut().exhausted += 1;
                return outcome;
            }
            self.log.add(What::Retries { policy: NAMES[at].to_owned(), attempt, delay });
            if !delay.is_zero() {
                self.pause(delay).await;
            }
        }
        unreachable!("attempts end");
    }

    async fn bulkhead(
        &self,
        queue: &Queue<bulkhead::Model>,
        at: usize,
        around: Around,
        bodies: &Bodies<'_>,
    ) -> Outcome {
        use bulkhead::Became;
        let (policy, number) = (Name::from(NAMES[at]), self.number());
        let (became, options) = {
            let mut model = queue.model.borrow_mut();
            let became = model.arrive(number, resilience::Priority::Critical, true);
            model.begun.clear();
            (became, model.options)
        };
        let full = Err(Rejection::BulkheadFull { policy, limit: options.most });
        if became == Became::Full {
            return full;
        }
        // From here on it has a slot or a place in the queue, and gives it up in the end.
        let slot = Slot { queue, number };
        if became == Became::Waits {
            let end = self.now() + Duration::from_millis(options.max_wait.unwrap());
            let mut timer = self.timer(end);
            let has_slot = poll_fn(|context| {
                if queue.is_admitted(number, context.waker()) {
                    return Poll::Ready(true);
                }
                timer.sleep.as_mut().poll(context).map(|()| false)
            });
            if !has_slot.await {
                queue.model.borrow_mut().rejected += 1;
                return full;
            }
            if around.deadline.is_some_and(|deadline| self.now() >= deadline) {
                queue.model.borrow_mut().rejected += 1;
                return Err(Rejection::DeadlineExceeded { policy });
            }
        }
        let outcome = self.stack(at + 1, around, bodies).await;
        drop(slot);
        outcome
    }

    async fn rate_limit(
        &self,
        queue: &Queue<turns::Model>,
        at: usize,
        around: Around,
        bodies: &Bodies<'_>,
    ) -> Outcome {
        use turns::Became;
        let (policy, number, now) = (Name::from(NAMES[at]), self.number(), self.now());
        let became = {
            let mut model = queue.model.borrow_mut();
            model.now = millis(now);
            let left = around.deadline.map(|deadline| millis(deadline.saturating_sub(now)));
            let patience = left.map_or(u64::MAX, |left| left.saturating_sub(1));
            let longest = model.options.max_wait.map(|wait| wait.min(patience));
            let became = model.arrive(number, 1, longest);
            model.begun.clear();
            became
        };
        match became {
            Became::Rejected(wait) => {
                let retry_after = wait.map(Duration::from_millis);
                return Err(Rejection::RateLimited { policy, retry_after });
            }
            Became::Waits => self.turn(queue, number).await,
            Became::Begun => {}
        }
        self.stack(at + 1, around, bodies).await
    }

    /// The first in line looks when its turn comes; those behind are woken when they are the first.
    async fn turn(&self, queue: &Queue<turns::Model>, number: u64) {
        let place = Place { queue, number };
        let mut timer: Option<Pause<'_>> = None;
        poll_fn(|context| {
            loop {
                let first = queue.serve(self.now());
                if queue.is_admitted(number, context.waker()) {
                    return Poll::Ready(());
                }
                let Some(due) = first.filter(|(first, _)| *first == number).map(|(_, due)| due)
                else {
                    return Poll::Pending;
                };
                if timer.as_ref().is_none_or(|timer| timer.until != due) {
                    timer = Some(self.timer(due));
                }
                if timer.as_mut().unwrap().sleep.as_mut().poll(context).is_pending() {
                    return Poll::Pending;
                }
            }
        })
        .await;
        drop(place);
    }

    async fn hedge(
        &self,
        after: Duration,
        attempts: u32,
        counts: &Cell<(u64, u64)>,
        at: usize,
        around: Around,
        bodies: &Bodies<'_>,
    ) -> Outcome {
        let start = || self.stack(at + 1, around.clone(), bodies);
        let mut running: Vec<(u32, Boxed<'_, Outcome>)> = vec![(1, start())];
        let (mut started, mut timer) = (1, None::<Pause<'_>>);
        let may_start = |started: u32| {
            let is_late = around.deadline.is_some_and(|deadline| self.now() >= deadline);
            started < attempts && !is_late
        };
        poll_fn(|context| {
            loop {
                let mut ended = None;
                while let Some((place, outcome)) = (0..running.len()).find_map(|place| {
                    let polled = running[place].1.as_mut().poll(context);
                    if let Poll::Ready(outcome) = polled { Some((place, outcome)) } else { None }
                }) {
                    let (number, gone) = running.remove(place);
                    drop(gone);
                    if let Ok(Ok(_)) = outcome {
                        running.clear();
                        let (hedged, won) = counts.get();
                        counts.set((hedged, won + u64::from(number > 1)));
                        return Poll::Ready(outcome);
                    }
                    ended = Some(outcome);
                }
                let has_failed =
                    matches!(ended, Some(Ok(Err(_)) | Err(Rejection::TimedOut { .. })));
                let mut starts = has_failed && may_start(started);
                if !starts {
                    if let Some(outcome) = ended.take_if(|_| running.is_empty()) {
                        return Poll::Ready(outcome);
                    }
                    if started < attempts {
                        let timer = timer.get_or_insert_with(|| self.timer(self.now() + after));
                        let is_due = timer.sleep.as_mut().poll(context).is_ready();
                        starts = is_due && may_start(started);
                    }
                }
                if !starts {
                    return Poll::Pending;
                }
                started += 1;
                timer = None;
                let (hedged, won) = counts.get();
                counts.set((hedged + 1, won));
                running.push((started, start()));
            }
        })
        .await
    }

    async fn breaker(
        &self,
        model: &RefCell<breaker::Model>,
        at: usize,
        mut around: Around,
        bodies: &Bodies<'_>,
    ) -> Outcome {
        let policy = Name::from(NAMES[at]);
        let held = match self.with(model, at, breaker::Model::ask) {
            Answer::Open(retry_after) => {
                return Err(Rejection::CircuitOpen { policy, retry_after });
            }
            Answer::Pass(held) => held,
        };
        let begun = Begun::default();
        around.begun.push(Rc::clone(&begun));
        let mut permit = Permit { world: self, model, at, begun, held: Some(held) };
        let mut inner = pin!(self.stack(at + 1, around, bodies));
        let outcome = poll_fn(|context| {
            let polled = catch_unwind(AssertUnwindSafe(|| inner.as_mut().poll(context)));
            polled.unwrap_or_else(|panic| {
                permit.end(breaker::End::Failure);
                resume_unwind(panic)
            })
        })
        .await;
        let has_begun = permit.begun.get().is_some();
        permit.end(match &outcome {
            Ok(Ok(_)) => breaker::End::Success,
            Ok(Err(_)) => breaker::End::Failure,
            Err(Rejection::TimedOut { .. }) if has_begun => breaker::End::Failure,
            Err(_) => breaker::End::Ignored,
        });
        outcome
    }

    /// Does something with a breaker's model, and tells how its state changed.
    fn with<T>(
        &self,
        model: &RefCell<breaker::Model>,
        at: usize,
        act: impl FnOnce(&mut breaker::Model) -> T,
    ) -> T {
        let mut model = model.borrow_mut();
        model.now = self.now();
        let answer = act(&mut model);
        if model.state == CircuitState::Open {
            model.open_until = model.opened_at + Duration::from_secs(model.options.open_for);
        }
        for change in std::mem::take(&mut model.changes) {
            let breaker::Change { from, to, cause, .. } = change;
            self.log.add(What::Changes { policy: NAMES[at].to_owned(), from, to, cause });
        }
        answer
    }
}

/// A call that a breaker has admitted.
struct Permit<'w> {
    world: &'w World,
    model: &'w RefCell<breaker::Model>,
    at: usize,
    begun: Begun,
    held: Option<Held>,
}

impl Permit<'_> {
    fn end(&mut self, end: breaker::End) {
        let Some(mut held) = self.held.take() else { return };
        // A call begins with its body.
        held.since = self.begun.get().unwrap_or(self.world.now());
        self.world.with(self.model, self.at, |model| model.end(held, end));
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let is_blamed = self.world.is_cut_off.get() && self.begun.get().is_some();
        self.end(if is_blamed { breaker::End::Failure } else { breaker::End::Dropped });
    }
}

/// A slot of a bulkhead, or a place in its queue.
struct Slot<'q> {
    queue: &'q Queue<bulkhead::Model>,
    number: u64,
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let begun = {
            let mut model = self.queue.model.borrow_mut();
            model.leave(self.number);
            std::mem::take(&mut model.begun)
        };
        self.queue.admit(begun);
    }
}

impl Queue<turns::Model> {
    /// Lets those begin whose turns have come; the first of the others, and when its turn comes.
    fn serve(&self, now: Duration) -> Option<(u64, Duration)> {
        let (begun, next) = {
            let mut model = self.model.borrow_mut();
            model.now = millis(now);
            model.serve();
            let due = model.next_turn().map(Duration::from_millis);
            let first = model.waiting.front().map(|(number, _)| *number);
            (std::mem::take(&mut model.begun), first.zip(due))
        };
        if !begun.is_empty() {
            self.admit(begun);
            if let Some((first, _)) = next {
                self.wake(first);
            }
        }
        next
    }
}

/// A place in the queue of a rate limit.
struct Place<'q> {
    queue: &'q Queue<turns::Model>,
    number: u64,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let next = {
            let mut model = self.queue.model.borrow_mut();
            let before = model.waiting.len();
            model.waiting.retain(|(number, _)| *number != self.number);
            let has_left = model.waiting.len() < before;
            model.waiting.front().map(|(number, _)| *number).filter(|_| has_left)
        };
        if let Some(next) = next {
            self.queue.wake(next);
        }
    }
}
