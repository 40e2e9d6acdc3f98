struct Pool;

impl Pool {
    async fn ping(&self) -> Result<(), String> {
        Ok(())
    }
}

fn main() {
    let pool = Pool;
    let routes = resilience::axum::router().check("database", || async { pool.ping().await });
    let _: axum::Router = routes.into();
}
