use resilience::{Rejection, fallback};

struct ApiError;

impl From<Rejection> for ApiError {
    fn from(_: Rejection) -> Self {
        Self
    }
}

#[fallback(|error: ApiError| Err(error))]
async fn user(id: u32) -> Result<u32, ApiError> {
    Ok(id)
}

fn main() {}
