use axum::http::HeaderMap;
use resilience::{Rejection, wire};

async fn handle(headers: HeaderMap) -> Result<&'static str, Rejection> {
    wire::enter(headers, async { "work" }).await
}

fn main() {}
