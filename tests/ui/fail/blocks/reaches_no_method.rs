use resilience::circuit_breaker;

struct Store;

#[circuit_breaker]
impl Store {
    fn len(&self) -> usize {
        0
    }
}

fn main() {}
