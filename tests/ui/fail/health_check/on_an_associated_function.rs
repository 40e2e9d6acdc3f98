use resilience::health_check;

struct Pool;

impl Pool {
    #[health_check]
    async fn database() -> Result<(), String> {
        Ok(())
    }
}

fn main() {}
