//! Calls in flight that the sequence polls itself: what is woken runs in the order in which it was woken.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use resilience::Rejection;

pub type Boxed<'c, T> = Pin<Box<dyn Future<Output = T> + 'c>>;

/// What a call came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Came<T> {
    To(T),
    Panic,
}

pub struct Calls<'c, T> {
    calls: BTreeMap<u64, Boxed<'c, T>>,
    woken: Arc<Mutex<VecDeque<u64>>>,
}

impl<'c, T> Calls<'c, T> {
    pub fn new() -> Self {
        Self { calls: BTreeMap::new(), woken: Arc::default() }
    }

    /// Takes a call in, without polling it.
    pub fn add(&mut self, number: u64, call: Boxed<'c, T>) {
        self.calls.insert(number, call);
    }

    pub fn wake(&self, number: u64) {
        self.woken.lock().unwrap().push_back(number);
    }

    /// Polls what is woken until nothing is.
    pub fn run(&mut self) -> Vec<(u64, Came<T>)> {
        let mut ended = Vec::new();
        loop {
            let Some(number) = self.woken.lock().unwrap().pop_front() else { return ended };
            let Some(call) = self.calls.get_mut(&number) else { continue };
            let waker = Waker::from(Arc::new(Flag { number, woken: Arc::clone(&self.woken) }));
            let mut context = Context::from_waker(&waker);
            let polled = catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(&mut context)));
            let came = match polled {
                Ok(Poll::Pending) => continue,
                Ok(Poll::Ready(output)) => Came::To(output),
                Err(_) => Came::Panic,
            };
            self.calls.remove(&number);
            ended.push((number, came));
        }
    }

    pub fn drop(&mut self, number: u64) {
        self.calls.remove(&number);
    }
}

struct Flag {
    number: u64,
    woken: Arc<Mutex<VecDeque<u64>>>,
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.woken.lock().unwrap().push_back(self.number);
    }
}

/// The error of a call: the body's own, or why it was rejected.
#[derive(Clone, Debug, PartialEq)]
pub enum Failed {
    Body,
    Rejected(Rejection),
}

impl From<Rejection> for Failed {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

/// How a body is told to end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum End {
    Ok,
    Err,
    Panic,
}

/// A body that waits to be told how to end.
#[derive(Clone, Default)]
pub struct Gate(Rc<State>);

#[derive(Default)]
struct State {
    end: Cell<Option<End>>,
    waker: RefCell<Option<Waker>>,
}

impl Gate {
    pub fn open(&self, end: End) {
        self.0.end.set(Some(end));
        if let Some(waker) = self.0.waker.take() {
            waker.wake();
        }
    }

    pub async fn body(self) -> End {
        let end = poll_fn(|context| {
            let end = self.0.end.get();
            if end.is_none() {
                self.0.waker.replace(Some(context.waker().clone()));
            }
            end.map_or(Poll::Pending, Poll::Ready)
        });
        match end.await {
            End::Panic => std::panic::resume_unwind(Box::new("a body of the test's")),
            end => end,
        }
    }
}
