//! A committed list of functions and policies, compared with the program.

#![allow(dead_code, reason = "the functions are there to be listed")]

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use resilience::{
    Bulkhead, CircuitBreaker, Keyed, Rejection, bulkhead, circuit_breaker, fallback, rate_limit,
    registry, resilient, retry, timeout,
};

#[circuit_breaker(name = "manifest: payments", failure_rate = 0.25, window = 100, min_calls = 10)]
static PAYMENTS: CircuitBreaker;

#[circuit_breaker(name = "manifest: hosts", window = "5s", max_keys = 500)]
static HOSTS: Keyed<CircuitBreaker>;

struct Shop {
    pool: Bulkhead,
    limit: Duration,
}

impl Shop {
    #[timeout("30s")]
    #[retry(attempts = 5, budget = 0.2)]
    #[circuit_breaker(PAYMENTS)]
    #[bulkhead(self.pool)]
    #[timeout(name = "manifest: \"quoted\"", after = "1500ms")]
    async fn charge(&self) -> Result<(), Rejection> {
        Ok(())
    }

    #[timeout(after = self.limit)]
    async fn patient(&self) -> Result<(), Rejection> {
        Ok(())
    }
}

#[fallback(per_host(1).await)]
#[rate_limit("100/s", max_wait = "1s")]
async fn search() -> Result<u8, Rejection> {
    Ok(1)
}

#[circuit_breaker(HOSTS, key = host)]
async fn per_host(host: u8) -> Result<u8, Rejection> {
    Ok(host)
}

#[resilient(retry)]
async fn standard() -> Result<(), Rejection> {
    Ok(())
}

#[test]
fn policies_are_as_reviewed() {
    resilience::assert_manifest!("tests/manifest.toml");
}

#[test]
fn every_function_has_a_block() {
    let text = resilience::manifest::text();
    assert_eq!(text.matches("[[function]]").count(), registry().functions().count());
}

fn path(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(file)
}

fn compared(file: &str, text: &str) -> Result<(), String> {
    fs::write(path(file), text).unwrap();
    resilience::manifest::compare(&path(file))
}

#[test]
fn a_difference_is_told_with_its_function_and_the_next_step() {
    let now = resilience::manifest::text();
    let told = compared("changed.toml", &now.replace("attempts = 5, ", "")).unwrap_err();
    for line in [
        "  name = \"manifest::charge\"\n",
        "-     { kind = \"retry\", policy = \"manifest::charge\", budget = 0.2 },\n",
        "+     { kind = \"retry\", policy = \"manifest::charge\", attempts = 5, budget = 0.2 },\n",
        "UPDATE_POLICIES=1",
    ] {
        assert!(told.contains(line), "{line} is missing in\n{told}");
    }
    assert!(!told.contains("manifest::standard"), "others are left out:\n{told}");
}

#[test]
fn a_missing_file_says_what_to_run() {
    // One may be left from a run that wrote it.
    let _ = fs::remove_file(path("missing.toml"));
    let told = resilience::manifest::compare(&path("missing.toml")).unwrap_err();
    assert!(told.contains("missing.toml cannot be read"), "{told}");
    assert!(told.contains("UPDATE_POLICIES=1, which writes it"), "{told}");
}

#[test]
fn line_ends_of_another_system_are_no_difference() {
    let text = resilience::manifest::text().replace('\n', "\r\n");
    assert_eq!(compared("windows.toml", &text), Ok(()));
}

#[test]
fn what_is_in_force_for_now_is_not_listed() {
    let before = resilience::manifest::text();
    let limit = registry().timeout("manifest: \"quoted\"").unwrap();
    limit.reconfigure(limit.config().clone().after(Duration::from_secs(7))).unwrap();
    assert_eq!(resilience::manifest::text(), before);
}
