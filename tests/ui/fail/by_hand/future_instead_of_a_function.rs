use resilience::{Rejection, Retry, retry};

#[retry]
static AGAIN: Retry;

async fn fetch() -> Result<u32, Rejection> {
    Ok(1)
}

async fn run() -> Result<u32, Rejection> {
    AGAIN.call(fetch()).await
}

fn main() {}
