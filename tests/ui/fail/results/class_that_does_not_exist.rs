use resilience::{Class, Classify};

struct Busy;

impl Classify for Busy {
    fn class(&self) -> Class {
        Class::Retryable
    }
}

fn main() {}
