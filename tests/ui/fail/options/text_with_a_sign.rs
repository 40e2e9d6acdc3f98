use resilience::{circuit_breaker, rate_limit, timeout};

#[timeout(-"5s")]
async fn duration() -> Result<(), std::io::Error> {
    Ok(())
}

#[rate_limit(-"100/s")]
async fn rate() -> Result<(), std::io::Error> {
    Ok(())
}

#[circuit_breaker(failure_rate = -"20%")]
async fn ratio() -> Result<(), std::io::Error> {
    Ok(())
}

fn main() {}
