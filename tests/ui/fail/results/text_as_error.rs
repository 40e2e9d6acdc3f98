use resilience::circuit_breaker;

#[circuit_breaker]
async fn charge(amount: u32) -> Result<u32, &'static str> {
    if amount == 0 { Err("nothing to charge") } else { Ok(amount) }
}

fn main() {}
