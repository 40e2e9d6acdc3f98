#[derive(Clone)]
struct Pool;

impl Pool {
    async fn ping(&self) -> Result<(), String> {
        Ok(())
    }
}

fn main() {
    let pool = Pool;
    let check = move || async move { pool.ping().await };
    let _: axum::Router = resilience::axum::router().check("database", check).into();
}
