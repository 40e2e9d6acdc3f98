async fn ping() -> Result<(), String> {
    Ok(())
}

fn main() {
    let routes = resilience::axum::router().check("database", ping());
    let _: axum::Router = routes.into();
}
