//! One run of a check: code of the user's, under a time limit, whose panics are answers.

use std::fmt::Display;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::clock::{self, Nanos};
use crate::hook::caught;

/// A run, its types erased: checks are rare, a box each is nothing.
pub type Running = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// Boxes one run of a check.
pub fn probe<E: Display>(run: impl Future<Output = Result<(), E>> + Send + 'static) -> Running {
    Box::pin(async { run.await.map_err(|error| error.to_string()) })
}

const PANICKED: &str = "the check panicked";

/// The user's code: made, polled and dropped where a panic is caught. An answer later than `limit` is none: the code
/// has held its thread, so that no timer could end it.
pub(super) struct Shielded<M> {
    make: Option<M>,
    running: Option<Running>,
    started: Nanos,
    limit: Duration,
}

impl<M: FnOnce() -> Running> Shielded<M> {
    pub(super) fn new(limit: Duration, make: M) -> Self {
        Self { make: Some(make), running: None, started: clock::now(), limit }
    }

    fn begin(&mut self) {
        if let Some(make) = self.make.take() {
            self.running = caught(make);
        }
    }

    fn in_time(&self, answer: Result<(), String>) -> Result<(), String> {
        let took = clock::until(clock::now(), self.started);
        if answer.is_ok() && took > self.limit {
            return Err(format!(
                "it held its thread for {took:?}, beyond its limit of {:?}",
                self.limit
            ));
        }
        answer
    }
}

impl<M: FnOnce() -> Running + Unpin> Future for Shielded<M> {
    type Output = Result<(), String>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.begin();
        let polled = match &mut self.running {
            Some(running) => caught(|| running.as_mut().poll(cx)),
            None => None,
        };
        match polled {
            Some(polled) => polled.map(|answer| self.in_time(answer)),
            None => Poll::Ready(Err(PANICKED.to_owned())),
        }
    }
}

impl<M> Drop for Shielded<M> {
    fn drop(&mut self) {
        let (make, running) = (self.make.take(), self.running.take());
        caught(|| drop((make, running)));
    }
}
