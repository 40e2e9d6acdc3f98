//! What attributes take and what overrides take are the same options.

use std::fs;
use std::path::PathBuf;

use resilience::{
    Bulkhead, CircuitBreaker, Hedge, RateLimiter, Retry, Timeout, bulkhead, circuit_breaker,
    health_check, hedge, overrides, rate_limit, retry, timeout,
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
const KINDS: [&str; 7] =
    ["circuit_breaker", "retry", "timeout", "bulkhead", "rate_limit", "hedge", "health_check"];

/// `(option, whether it is code)`, out of the table in the attribute's own file.
fn options(kind: &str) -> Vec<(String, bool)> {
    let path =
        format!("{}/../resilience-macros/src/policies/{kind}.rs", env!("CARGO_MANIFEST_DIR"));
    let source = fs::read_to_string(path).unwrap();
    let table = source.split("\noptions! {\n").nth(1).unwrap().split("\n}").next().unwrap();
    let rows = table.lines().filter_map(|row| {
        let (applied, rest) = row.trim().split_once(' ')?;
        let (name, rest) = rest.split_once(": ")?;
        // Whether replicas share a limit decides what it is made of.
        let is_code =
            !matches!(applied, "set" | "late") || rest.starts_with("Callable") || name == "shared";
        Some((name.to_owned(), is_code))
    });
    rows.collect()
}

/// What is said about the option with a value that none has.
fn told(kind: &str, option: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{kind}-{option}.toml"));
    fs::write(&path, format!("[{kind}.\"probe\"]\n{option} = 1979-05-27\n")).unwrap();
    let told = overrides::file(&path).check().unwrap_err().to_string();
    fs::remove_file(path).unwrap();
    told
}

#[test]
fn each_option_of_an_attribute_can_be_overridden_or_is_known_to_be_code() {
    let mut seen = 0;
    for kind in KINDS {
        for (option, is_code) in options(kind) {
            let told = told(kind, &option);
            seen += 1;
            if is_code {
                assert!(told.contains("is code; it can only be changed there"), "{kind}: {told}");
            } else {
                let at_value = format!(":2:{}: `{option}`: ", option.len() + 4);
                assert!(told.contains(&at_value), "{kind}: `{option}` is not known: {told}");
            }
        }
    }
    assert!(seen > 45, "the tables were read: {seen}");
}
