fn main() {
    let _ = resilience::tower::inbound().trust(true);
}
