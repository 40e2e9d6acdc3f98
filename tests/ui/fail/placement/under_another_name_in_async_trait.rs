use resilience::{Rejection, retry, timeout as limit};

#[async_trait::async_trait]
trait Fetch {
    async fn fetch(&self) -> Result<u32, Rejection>;
}

struct Client;

#[async_trait::async_trait]
impl Fetch for Client {
    #[retry]
    #[limit("1s")]
    async fn fetch(&self) -> Result<u32, Rejection> {
        Ok(1)
    }
}

fn main() {}
