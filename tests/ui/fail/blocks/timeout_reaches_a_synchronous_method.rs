use resilience::{Rejection, timeout};

struct Store;

#[timeout("1s")]
impl Store {
    fn read(&self) -> Result<(), Rejection> {
        Ok(())
    }

    async fn write(&self) -> Result<(), Rejection> {
        Ok(())
    }
}

fn main() {}
