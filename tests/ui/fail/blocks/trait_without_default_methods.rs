use resilience::{Rejection, circuit_breaker};

#[circuit_breaker]
trait Store {
    async fn read(&self) -> Result<(), Rejection>;
}

fn main() {}
