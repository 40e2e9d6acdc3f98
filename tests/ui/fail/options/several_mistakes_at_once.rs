use resilience::{circuit_breaker, retry, timeout, Rejection};

#[retry(attempts = 0, delay = "5 parsecs", jitter = some, max_dely = "1s")]
#[circuit_breaker(failure_rate = 50, window = true)]
#[timeout("3")]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

fn main() {}
