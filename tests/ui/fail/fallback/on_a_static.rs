use resilience::{Fallback, fallback};

#[fallback(Ok(0))]
pub static DEFAULT: Fallback;

fn main() {}
