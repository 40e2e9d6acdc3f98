use resilience::{Rejection, circuit_breaker, resilient};

struct Store;

#[circuit_breaker]
impl Store {
    #[resilient(skip, timeout("1s"))]
    async fn read(&self) -> Result<(), Rejection> {
        Ok(())
    }

    async fn write(&self) -> Result<(), Rejection> {
        Ok(())
    }
}

fn main() {}
