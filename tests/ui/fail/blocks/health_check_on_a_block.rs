use resilience::health_check;

struct Store;

#[health_check(name = "store")]
impl Store {
    async fn read() -> Result<(), String> {
        Ok(())
    }
}

fn main() {}
