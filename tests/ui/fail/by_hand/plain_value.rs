use resilience::{Rejection, Timeout, timeout};

#[timeout("1s")]
static LIMIT: Timeout;

async fn answer() -> Result<u32, Rejection> {
    LIMIT.call(async { 42 }).await
}

fn main() {}
