use resilience::{CircuitBreaker, circuit_breaker};

#[circuit_breaker(name = "payments", shared(0.5))]
static PAYMENTS: CircuitBreaker;

#[circuit_breaker(name = "orders", shared())]
static ORDERS: CircuitBreaker;

#[circuit_breaker(name = "stock", shared(quorum: 0.5))]
static STOCK: CircuitBreaker;

#[circuit_breaker(name = "mail", shared(quorum))]
static MAIL: CircuitBreaker;

#[circuit_breaker(name = "search", shared(quorum = ))]
static SEARCH: CircuitBreaker;

#[circuit_breaker(name = "prices", shared(quorum = 0.5, open = 1))]
static PRICES: CircuitBreaker;

fn main() {}
