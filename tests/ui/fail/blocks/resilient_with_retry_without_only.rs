use resilience::{Rejection, resilient};

struct Store;

#[resilient(retry(attempts = 5), timeout("1s"))]
impl Store {
    async fn read(&self) -> Result<(), Rejection> {
        Ok(())
    }
}

fn main() {}
