use resilience::{Keyed, Retry, retry};

#[retry]
pub static HOSTS: Keyed<Retry>;

fn main() {}
