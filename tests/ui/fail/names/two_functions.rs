use resilience::{Rejection, circuit_breaker};

#[circuit_breaker(name = "payments")]
async fn charge(id: u64) -> Result<u64, Rejection> {
    Ok(id)
}

mod elsewhere {
    #[resilience::circuit_breaker(name = "payments")]
    pub async fn refund(id: u64) -> Result<u64, resilience::Rejection> {
        Ok(id)
    }
}

fn main() {
    drop((charge(1), elsewhere::refund(1)));
}
