use tower::{BoxError, Service, ServiceBuilder, service_fn};

struct Order;

fn serve(_: impl Service<Order>) {}

fn main() {
    serve(
        ServiceBuilder::new()
            .layer(resilience::tower::outbound())
            .service(service_fn(|_: Order| async { Ok::<_, BoxError>(()) })),
    );
}
