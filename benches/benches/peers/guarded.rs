//! The call that peers guard, with peers' manners.

use std::hint::black_box;
use std::task::{Context, Poll, Waker};

use resilience_benches::FAILING;
use tower::Service;

/// The error of the calls that peers guard: as small as an error can be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Down;

/// What peers guard: [`resilience_benches::bare`] with their error.
pub(crate) async fn bare(input: u64) -> Result<u64, Down> {
    if black_box(input) == FAILING { Err(Down) } else { Ok(input) }
}

/// One call of a tower service, readiness included, as its contract asks.
pub(crate) fn through<S: Service<u64>>(service: &mut S, input: u64) -> S::Future {
    match service.poll_ready(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(())) => service.call(input),
        _ => panic!("a measured service must be ready at once"),
    }
}
