use resilience::{Rejection, hedge};

struct Payments;

#[hedge]
impl Payments {
    async fn status(&self, id: u64) -> Result<u64, Rejection> {
        Ok(id)
    }
}

fn main() {}
