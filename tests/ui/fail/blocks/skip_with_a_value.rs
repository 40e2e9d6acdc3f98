use resilience::{Rejection, resilient, timeout};

struct Payments;

#[timeout]
impl Payments {
    async fn charge(&self, id: u64) -> Result<u64, Rejection> {
        Ok(id)
    }

    #[resilient(skip = true)]
    async fn refund(&self, id: u64) -> Result<u64, Rejection> {
        Ok(id)
    }
}

fn main() {}
