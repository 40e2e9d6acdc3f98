use std::num::ParseIntError;

use resilience::{Class, Classify};

impl Classify for ParseIntError {
    fn class(&self) -> Class {
        Class::Permanent
    }
}

fn main() {}
