use resilience::{Rejection, fallback};

struct Client;

impl Client {
    #[fallback(self., |error|)]
    async fn charge(&self, id: u64) -> Result<u64, Rejection> {
        Ok(id)
    }
}

fn main() {
    let _ = Client.charge(1);
}
