use resilience::{Rejection, timeout};

struct Store;

#[timeout("1s", only = read)]
impl Store {
    async fn read(&self) -> Result<(), Rejection> {
        Ok(())
    }
}

fn main() {}
