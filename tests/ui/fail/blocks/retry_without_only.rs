use resilience::{Rejection, retry};

struct Store;

#[retry(attempts = 5)]
impl Store {
    async fn read(&self) -> Result<(), Rejection> {
        Ok(())
    }
}

fn main() {}
