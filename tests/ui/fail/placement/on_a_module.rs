use resilience::timeout;

#[timeout("1s")]
mod shop {
    pub async fn charge() -> std::io::Result<()> {
        Ok(())
    }
}

fn main() {}
