use resilience::{Rejection, circuit_breaker};

const NAME: &str = "store";

struct Store;

#[circuit_breaker(name = NAME)]
impl Store {
    async fn read(&self) -> Result<(), Rejection> {
        Ok(())
    }
}

fn main() {}
