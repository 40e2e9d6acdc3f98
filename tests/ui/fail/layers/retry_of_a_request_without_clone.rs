use resilience::{Retry, retry};
use tower::{BoxError, Service, ServiceBuilder, service_fn};

struct Order;

#[retry]
static AGAIN: Retry;

fn serve(_: impl Service<Order>) {}

fn main() {
    serve(
        ServiceBuilder::new()
            .layer(AGAIN.layer())
            .service(service_fn(|_: Order| async { Ok::<_, BoxError>(()) })),
    );
}
