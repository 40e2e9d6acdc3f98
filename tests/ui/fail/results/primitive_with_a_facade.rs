mod facade {
    pub use resilience;
}

#[facade::resilience::timeout(crate = crate::facade::resilience)]
async fn charge(id: u64) -> u64 {
    id
}

fn main() {}
