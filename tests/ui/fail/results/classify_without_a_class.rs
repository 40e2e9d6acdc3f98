use std::time::Duration;

use resilience::Classify;

struct Busy(Duration);

impl Classify for Busy {
    fn retry_after(&self) -> Option<Duration> {
        Some(self.0)
    }
}

fn main() {}
