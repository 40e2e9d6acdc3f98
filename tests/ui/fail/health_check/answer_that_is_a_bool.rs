fn main() {
    let routes = resilience::axum::router().check("database", || async { true });
    let _: axum::Router = routes.into();
}
