use resilience::{Rejection, retry};

struct Payments;

#[retry(only = [status], only = [refunds])]
impl Payments {
    async fn status(&self, id: u64) -> Result<u64, Rejection> {
        Ok(id)
    }

    async fn refunds(&self, id: u64) -> Result<u64, Rejection> {
        Ok(id)
    }
}

fn main() {}
