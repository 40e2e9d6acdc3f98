use resilience::{Class, Classify};

enum ApiError {
    Down,
}

impl Classify for ApiError {
    fn class(self) -> Class {
        match self {
            Self::Down => Class::Transient,
        }
    }
}

fn main() {}
