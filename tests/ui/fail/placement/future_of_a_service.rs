use std::pin::Pin;
use std::task::{Context, Poll};

use resilience::{Rejection, timeout};
use tower::Service;

struct Charges;

impl Service<u64> for Charges {
    type Response = u64;
    type Error = Rejection;
    type Future = Pin<Box<dyn Future<Output = Result<u64, Rejection>>>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Rejection>> {
        Poll::Ready(Ok(()))
    }

    #[timeout]
    fn call(&mut self, id: u64) -> Self::Future {
        Box::pin(async move { Ok(id) })
    }
}

fn main() {}
