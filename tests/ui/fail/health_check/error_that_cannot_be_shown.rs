use resilience::health_check;

struct Down;

#[health_check]
async fn database() -> Result<(), Down> {
    Err(Down)
}

fn main() {}
