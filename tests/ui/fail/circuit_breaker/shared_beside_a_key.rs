use resilience::{Rejection, circuit_breaker};

#[circuit_breaker(name = "hosts", key = host, shared)]
async fn ping(host: &str) -> Result<usize, Rejection> {
    Ok(host.len())
}

fn main() {}
