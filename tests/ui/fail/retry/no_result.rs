use resilience::{retry};

#[retry]
async fn charge(id: u64) -> String {
    id.to_string()
}

fn main() {}
