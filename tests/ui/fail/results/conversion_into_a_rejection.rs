use resilience::{Rejection, timeout};

#[derive(Debug)]
struct ApiError;

impl From<ApiError> for Rejection {
    fn from(_: ApiError) -> Rejection {
        unreachable!()
    }
}

#[timeout("1s")]
async fn charge() -> Result<u32, ApiError> {
    Ok(1)
}

fn main() {}
