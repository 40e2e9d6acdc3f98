use resilience::{retry};

#[retry]
extern "C" fn charge(id: u64) -> u64 {
    id
}

fn main() {}
