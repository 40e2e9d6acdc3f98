use resilience::Classify;

struct Busy;

impl Classify for Busy {
    fn class(&self) -> bool {
        true
    }
}

fn main() {}
