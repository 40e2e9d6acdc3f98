use resilience::{Rejection, timeout};

struct Payments;

#[timeout(except = [chrage])]
impl Payments {
    async fn charge(&self, id: u64) -> Result<u64, Rejection> {
        Ok(id)
    }

    async fn refund(&self, id: u64) -> Result<u64, Rejection> {
        Ok(id)
    }
}

fn main() {}
