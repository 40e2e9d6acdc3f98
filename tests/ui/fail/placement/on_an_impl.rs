use resilience::{retry};

struct Client;

#[retry]
impl Client {
    async fn charge(&self) {}
}

fn main() {}
