use resilience::{timeout};

struct ApiError(u64);

#[timeout]
async fn charge(id: u64) -> Result<u64, ApiError> {
    Err(ApiError(id))
}

fn main() {}
