use std::pin::Pin;

use resilience::{Rejection, retry};

type Reply<T> = Pin<Box<dyn Future<Output = Result<T, Rejection>>>>;

#[retry]
fn charge(id: u64) -> Reply<u64> {
    Box::pin(async move { Ok(id) })
}

fn main() {}
