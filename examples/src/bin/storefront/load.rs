//! Shoppers: they arrive at a constant rate, whatever becomes of those before them.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Response, StatusCode};
use tokio::task::JoinSet;
use tokio::time::{Instant, interval_at};

use crate::record::{Outcome, Record};
use crate::script::Script;
use crate::server;

/// When a shopper gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(1);

/// Sends `rate` shoppers per second to `url` as long as the script goes, and waits for the last.
pub(crate) async fn run(
    url: String,
    rate: u32,
    script: Script,
    record: Arc<Record>,
) -> reqwest::Result<()> {
    let http = server::http()?;
    let mut arrivals = interval_at(script.began(), Duration::from_secs(1) / rate);
    let mut shoppers = JoinSet::new();
    for order in 0..script.length().as_secs() * u64::from(rate) {
        let arrival = arrivals.tick().await;
        shoppers.spawn(shopper(
            http.clone(),
            format!("{url}/{order}"),
            arrival,
            Arc::clone(&record),
        ));
    }
    shoppers.join_all().await;
    Ok(())
}

/// The wait counts from the arrival that was planned: a late start is part of it.
async fn shopper(http: Client, url: String, arrival: Instant, record: Arc<Record>) {
    record.arrived();
    let response = http.post(url).timeout(PATIENCE).send().await;
    record.left(outcome(response), arrival.elapsed());
}

fn outcome(response: reqwest::Result<Response>) -> Outcome {
    match response.map(|response| response.status()) {
        Ok(status) if status.is_success() => Outcome::Answered,
        Ok(StatusCode::SERVICE_UNAVAILABLE) => Outcome::Rejected,
        Ok(_) | Err(_) => Outcome::Failed,
    }
}
