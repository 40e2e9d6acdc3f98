use resilience::{Class, Classify};

struct Busy(u64);

impl Classify for Busy {
    fn class(&self) -> Class {
        Class::Transient
    }

    fn retry_after(&self) -> Option<u64> {
        Some(self.0)
    }
}

fn main() {}
