use resilience::{Rejection, resilient};

struct Payments;

#[resilient(skip)]
impl Payments {
    async fn charge(&self, id: u64) -> Result<u64, Rejection> {
        Ok(id)
    }
}

fn main() {}
