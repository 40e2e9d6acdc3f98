use resilience::{Rejection, timeout};

impl From<Rejection> for std::fmt::Error {
    fn from(_: Rejection) -> Self {
        Self
    }
}

#[timeout]
async fn charge(id: u64) -> Result<u64, std::fmt::Error> {
    Ok(id)
}

fn main() {}
