use resilience::{Rejection, hedge};

struct Cart(u64);

impl Cart {
    #[hedge]
    async fn add(&mut self, id: u64) -> Result<u64, Rejection> {
        self.0 += id;
        Ok(self.0)
    }
}

fn main() {}
