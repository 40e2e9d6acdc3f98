use resilience::{CircuitBreaker, Rejection, circuit_breaker};

struct ApiError;

impl From<Rejection> for ApiError {
    fn from(_: Rejection) -> Self {
        Self
    }
}

#[circuit_breaker]
static SHOP: CircuitBreaker;

async fn charge() -> Result<u32, ApiError> {
    SHOP.classified().call(async { Ok(1) }).await
}

fn main() {}
