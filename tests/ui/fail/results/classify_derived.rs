use resilience::Classify;

#[derive(Classify)]
enum ApiError {
    Down,
}

fn main() {}
