use resilience::{retry};

#[retry]
async fn charge(id: u64) -> ! {
    panic!("{id}")
}

fn main() {}
