//! Half-open circuits against a model that keeps every call: slots, trials that report late, and calls inside trials.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestCaseResult};
use tokio::time::advance;

use super::super::*;
use crate::circuit_state::CircuitState;
use crate::rejection::Rejection;

#[derive(Clone, Copy, Debug)]
enum Step {
    Begin,
    End(prop::sample::Index, End),
    /// A call of the same breaker, from inside one that is in flight.
    Nested(prop::sample::Index, End),
    Wait(u64),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Success,
    Failure,
    Ignored,
    Dropped,
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![
        4 => Just(End::Success),
        2 => Just(End::Failure),
        1 => Just(End::Ignored),
        1 => Just(End::Dropped),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => Just(Step::Begin),
        4 => (any::<prop::sample::Index>(), end()).prop_map(|(call, end)| Step::End(call, end)),
        2 => (any::<prop::sample::Index>(), end()).prop_map(|(call, end)| Step::Nested(call, end)),
        4 => (0_u64..120).prop_map(Step::Wait),
    ]
}

/// A call in flight, as the model knows it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Call {
    number: u32,
    generation: u64,
    is_trial: bool,
}

/// What a call is told that asks for admission.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
    Admitted(Call),
    /// It belongs to the trial around it.
    Part,
    Rejected(u64),
}

/// Milliseconds; a circuit that one failure opens.
#[derive(Debug)]
struct Model {
    slots: usize,
    open_for: u64,
    held_for: u64,
    now: u64,
    state: CircuitState,
    open_until: u64,
    generation: u64,
    succeeded: usize,
    /// The trials that hold a slot, and until when.
    holders: Vec<(u32, u64)>,
    calls: u32,
    totals: Totals,
}

impl Model {
    fn new(slots: u32, open_for: u64, held_for: u64) -> Self {
        Self {
            slots: slots as usize,
            open_for,
            held_for,
            now: 0,
            state: CircuitState::Closed,
            open_until: 0,
            generation: 0,
            succeeded: 0,
            holders: Vec::new(),
            calls: 0,
            totals: Totals::default(),
        }
    }

    fn shown(&self) -> CircuitState {
        if self.has_lapsed() { CircuitState::HalfOpen } else { self.state }
    }

    fn has_lapsed(&self) -> bool {
        self.state == CircuitState::Open && self.now >= self.open_until
    }

    fn enter(&mut self, state: CircuitState) {
        self.state = state;
        self.generation += 1;
        self.open_until = self.now + self.open_for;
        self.succeeded = 0;
        self.holders.clear();
    }

    fn ask(&mut self, around: Option<Call>) -> Answer {
        if self.has_lapsed() {
            self.enter(CircuitState::HalfOpen);
        }
        let is_around = |call: Call| call.is_trial && call.generation == self.generation;
        match self.state {
            CircuitState::Closed => Answer::Admitted(self.call(false)),
            CircuitState::HalfOpen if around.is_some_and(is_around) => Answer::Part,
            CircuitState::HalfOpen => self.ask_for_a_slot(),
            _ => self.reject(self.open_until - self.now),
        }
    }

    fn ask_for_a_slot(&mut self) -> Answer {
        // The oldest first: as many as it takes.
        while self.succeeded + self.holders.len() >= self.slots {
            if self.holders.first().is_none_or(|(_, until)| *until > self.now) {
                return self.reject(self.open_for.min(1_000));
            }
            self.holders.remove(0);
        }
        let call = self.call(true);
        self.holders.push((call.number, self.now + self.held_for));
        Answer::Admitted(call)
    }

    fn reject(&mut self, wait: u64) -> Answer {
        self.totals.rejected += 1;
        Answer::Rejected(wait)
    }

    fn call(&mut self, is_trial: bool) -> Call {
        self.calls += 1;
        Call { number: self.calls, generation: self.generation, is_trial }
    }

    fn end(&mut self, call: Call, end: End) {
        let is_current = call.generation == self.generation;
        if is_current {
            self.holders.retain(|(number, _)| *number != call.number);
        }
        let totals = &mut self.totals;
        let counter = match end {
            End::Dropped => &mut totals.cancelled,
            _ if !is_current => &mut totals.stale,
            End::Success => &mut totals.successes,
            End::Failure => &mut totals.failures,
            End::Ignored => &mut totals.ignored,
        };
        *counter += 1;
        totals.requests += 1;
        match end {
            End::Failure if is_current => self.enter(CircuitState::Open),
            End::Success if is_current && self.state == CircuitState::HalfOpen => {
                self.succeeded += 1;
                if self.succeeded >= self.slots {
                    self.enter(CircuitState::Closed);
                }
            }
            _ => {}
        }
    }
}

/// What a body is told to do when it is polled next.
type Orders = Rc<Cell<Option<Order>>>;

#[derive(Clone, Copy, Debug)]
enum Order {
    End(End),
    Nested(End),
}

type Outcome = Result<Result<(), End>, Rejection>;

/// Calls of the breaker itself.
struct Real<'b> {
    breaker: &'b CircuitBreaker,
    /// What a nested call was told.
    told: Rc<Cell<Option<Outcome>>>,
}

/// A call in flight.
struct InFlight<'b> {
    call: Call,
    orders: Orders,
    future: Pin<Box<dyn Future<Output = Outcome> + 'b>>,
}

impl<'b> Real<'b> {
    /// Begins a call; its rejection, if it is one.
    async fn begin(
        &self,
        orders: &Orders,
    ) -> Result<Pin<Box<dyn Future<Output = Outcome> + 'b>>, Rejection> {
        let (breaker, told, orders) = (self.breaker, Rc::clone(&self.told), Rc::clone(orders));
        let body = async move {
            loop {
                match std::future::poll_fn(|_| orders.take().map_or(Poll::Pending, Poll::Ready))
                    .await
                {
                    Order::End(end) => return result(end),
                    Order::Nested(end) => told.set(Some(nested(breaker, end).await)),
                }
            }
        };
        let guarded = breaker.ignore_err(|end| *end == End::Ignored).guard_body(body);
        let mut future: Pin<Box<dyn Future<Output = Outcome> + 'b>> = Box::pin(guarded);
        match polled(&mut future).await {
            Poll::Pending => Ok(future),
            Poll::Ready(outcome) => Err(outcome.expect_err("its body has no orders yet")),
        }
    }
}

fn result(end: End) -> Result<(), End> {
    if end == End::Success { Ok(()) } else { Err(end) }
}

async fn nested(breaker: &CircuitBreaker, end: End) -> Outcome {
    let body =
        async move { if end == End::Dropped { std::future::pending().await } else { result(end) } };
    let mut guarded = Box::pin(breaker.ignore_err(|end| *end == End::Ignored).guard_body(body));
    match polled(&mut guarded).await {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => Ok(Err(End::Dropped)),
    }
}

async fn polled<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    std::future::poll_fn(|cx| Poll::Ready(Pin::new(&mut *future).poll(cx))).await
}

/// Plays the steps on both, and compares after each.
async fn compare(breaker: &CircuitBreaker, mut model: Model, steps: Vec<Step>) -> TestCaseResult {
    let real = Real { breaker, told: Rc::default() };
    let mut in_flight: Vec<InFlight<'_>> = Vec::new();
    for step in steps {
        match step {
            Step::Wait(millis) => {
                model.now += millis;
                advance(Duration::from_millis(millis)).await;
            }
            Step::Begin => {
                let orders = Orders::default();
                let (begun, answer) = (real.begin(&orders).await, model.ask(None));
                match (begun, answer) {
                    (Ok(future), Answer::Admitted(call)) => {
                        in_flight.push(InFlight { call, orders, future });
                    }
                    (Err(rejection), Answer::Rejected(wait)) => {
                        prop_assert_eq!(rejection.retry_after(), Some(Duration::from_millis(wait)));
                    }
                    (begun, answer) => {
                        let text = format!("{:?}, not {answer:?}", begun.err());
                        return Err(TestCaseError::fail(text));
                    }
                }
            }
            Step::End(index, end) if !in_flight.is_empty() => {
                let mut ended = in_flight.remove(index.index(in_flight.len()));
                if end != End::Dropped {
                    ended.orders.set(Some(Order::End(end)));
                    prop_assert!(polled(&mut ended.future).await.is_ready());
                }
                drop(ended.future);
                model.end(ended.call, end);
            }
            Step::Nested(index, end) if !in_flight.is_empty() => {
                let index = index.index(in_flight.len());
                let around = &mut in_flight[index];
                around.orders.set(Some(Order::Nested(end)));
                prop_assert!(polled(&mut around.future).await.is_pending());
                let told = real.told.take().expect("a nested call was made");
                match model.ask(Some(around.call)) {
                    Answer::Admitted(call) => {
                        prop_assert_eq!(told, Ok(result(end)));
                        model.end(call, end);
                    }
                    Answer::Part => prop_assert_eq!(told, Ok(result(end))),
                    Answer::Rejected(wait) => {
                        let rejection = told.unwrap_err();
                        prop_assert_eq!(rejection.retry_after(), Some(Duration::from_millis(wait)));
                    }
                }
            }
            Step::End(..) | Step::Nested(..) => {}
        }
        prop_assert_eq!(breaker.state(), model.shown());
        prop_assert_eq!(breaker.generation(), model.generation);
        prop_assert_eq!(breaker.totals(), model.totals);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    #[cfg_attr(miri, ignore = "on one thread, and too long to interpret")]
    fn a_half_open_circuit_does_what_a_list_of_trials_does(
        slots in 1_u32..4,
        open_for in 1_u64..100,
        held_for in 1_u64..100,
        steps in prop::collection::vec(step(), 0..120),
    ) {
        let config = CircuitBreakerConfig::new()
            .consecutive_failures(1)
            .open_for(Duration::from_millis(open_for))
            .half_open_calls(slots)
            .half_open_for(Duration::from_millis(held_for));
        let breaker = CircuitBreaker::new("model", config);
        let model = Model::new(slots, open_for, held_for);
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_time().start_paused(true).build().unwrap();
        runtime.block_on(compare(&breaker, model, steps))?;
    }
}
