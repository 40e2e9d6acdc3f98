//! A policy of each kind whose options a file can change, and the options as the attributes' own tables name them.

use std::fs;

use resilience::{
    Bulkhead, CircuitBreaker, Hedge, RateLimiter, Retry, Timeout, bulkhead, circuit_breaker,
    health_check, hedge, rate_limit, retry, timeout,
};

#[circuit_breaker(name = "probe")]
static BREAKER: CircuitBreaker;
#[retry(name = "probe")]
static RETRY: Retry;
#[timeout(name = "probe")]
static TIMEOUT: Timeout;
#[bulkhead(name = "probe")]
static BULKHEAD: Bulkhead;
#[rate_limit("10/s", name = "probe")]
static LIMIT: RateLimiter;
#[hedge(name = "probe")]
static HEDGE: Hedge;

#[health_check(name = "probe")]
async fn probe() -> Result<(), std::io::Error> {
    Ok(())
}

/// The attributes, by their words.
pub const KINDS: [&str; 7] =
    ["circuit_breaker", "retry", "timeout", "bulkhead", "rate_limit", "hedge", "health_check"];

/// A row of the table in the attribute's own file.
pub struct Row {
    /// `set` and `late` options become part of an instance.
    pub is_set: bool,
    pub option: String,
    /// As the table names it.
    pub kind: String,
}

pub fn rows(attribute: &str) -> Vec<Row> {
    let path =
        format!("{}/../resilience-macros/src/policies/{attribute}.rs", env!("CARGO_MANIFEST_DIR"));
    let source = fs::read_to_string(path).unwrap();
    let table = source.split("\noptions! {\n").nth(1).unwrap().split("\n}").next().unwrap();
    table.lines().filter_map(row).collect()
}

fn row(line: &str) -> Option<Row> {
    let (applied, rest) = line.trim().split_once(' ')?;
    let (option, kind) = rest.split_once(": ")?;
    let is_set = matches!(applied, "set" | "late");
    let kind = kind.split(" = ").next()?;
    Some(Row { is_set, option: option.to_owned(), kind: kind.to_owned() })
}
