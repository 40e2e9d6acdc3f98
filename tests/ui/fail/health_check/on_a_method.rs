use resilience::health_check;

struct Pool;

impl Pool {
    #[health_check]
    async fn database(&self) -> Result<(), String> {
        Ok(())
    }
}

fn main() {}
