use resilience::{Rejection, retry};

struct Store;

#[retry(only = [raed])]
impl Store {
    async fn read(&self) -> Result<(), Rejection> {
        Ok(())
    }
}

fn main() {}
