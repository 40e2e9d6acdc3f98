use resilience::{Rejection, timeout};

struct Store;

#[timeout("1s", only = [read], except = [write])]
impl Store {
    async fn read(&self) -> Result<(), Rejection> {
        Ok(())
    }

    async fn write(&self) -> Result<(), Rejection> {
        Ok(())
    }
}

fn main() {}
