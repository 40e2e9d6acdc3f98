use resilience::{CircuitBreaker, circuit_breaker};
use tower::{BoxError, Service, ServiceBuilder, service_fn};

#[derive(Clone)]
struct Order;

struct Receipt;

#[circuit_breaker]
static SHOP: CircuitBreaker;

fn serve(_: impl Service<Order>) {}

fn main() {
    serve(
        ServiceBuilder::new()
            .layer(SHOP.layer().classified())
            .service(service_fn(|_: Order| async { Ok::<_, BoxError>(Receipt) })),
    );
}
