use resilience::{timeout, Rejection};

trait Client {
    #[timeout]
    async fn charge(&self) -> Result<u64, Rejection>;
}

fn main() {}
