use resilience::{bulkhead, Rejection};

struct Client {
    slots: u32,
}

impl Client {
    #[bulkhead(max_concurrent = self.slots)]
    async fn charge(&self) -> Result<u32, Rejection> {
        Ok(self.slots)
    }
}

fn main() {}
