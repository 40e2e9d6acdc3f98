fn main() {
    let _ = resilience::tower::inbound().at_most(30);
}
