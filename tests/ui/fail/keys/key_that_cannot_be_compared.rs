use resilience::{Rejection, circuit_breaker};

#[circuit_breaker(key = price)]
async fn charge(price: f64) -> Result<f64, Rejection> {
    Ok(price)
}

fn main() {}
