use resilience::timeout;

enum ApiError {
    Busy,
}

#[timeout("1s", rejection = ApiError::Busy)]
async fn charge() -> Result<u32, ApiError> {
    Ok(1)
}

fn main() {}
