use resilience::{Rejection, hedge};

#[hedge]
async fn add(cart: &mut u64) -> Result<u64, Rejection> {
    *cart += 1;
    Ok(*cart)
}

fn main() {}
