use resilience::{circuit_breaker, retry};

#[circuit_breaker(failure_rate = -0.5)]
async fn negative() -> Result<(), std::io::Error> {
    Ok(())
}

#[circuit_breaker(failure_rate = "101%")]
async fn more_than_all() -> Result<(), std::io::Error> {
    Ok(())
}

#[circuit_breaker(failure_rate = "0.5")]
async fn in_quotes() -> Result<(), std::io::Error> {
    Ok(())
}

#[circuit_breaker(failure_rate = true)]
async fn a_flag() -> Result<(), std::io::Error> {
    Ok(())
}

#[retry(factor = "2")]
async fn a_factor_in_quotes() -> Result<(), std::io::Error> {
    Ok(())
}

fn main() {}
