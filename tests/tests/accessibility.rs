//! The dashboard before axe, in every state that breakers have, light and dark, wide and narrow.
//!
//! `scripts/check-observability` fetches axe and runs this.

mod browser;

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use axum::Router;
use browser::Browser;
use resilience::{
    Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, Mode, RateLimitConfig,
    RateLimiter, Rejection, circuit_breaker, registry,
};
use tokio::net::TcpListener;
use tokio::time::sleep;

/// What axe finds, as `impact rule: element`. Evaluated by the driver, which the page's policy doesn't bind.
const AUDIT: &str =
    "const done = arguments[0]; axe.run().then(({ violations }) => done(violations.flatMap(
    ({ impact, id, nodes }) => nodes.map(({ html }) => `${impact} ${id}: ${html}`)).join('\\n')))";

fn something_of_everything() {
    let config = || CircuitBreakerConfig::new().consecutive_failures(1).latency(true);
    let [_, tripped, opened, closed] = ["closed", "open", "forced open", "forced closed"]
        .map(|name| registry().insert(CircuitBreaker::new(name, config())));
    tripped.try_acquire().unwrap().failure();
    opened.force_open();
    closed.force_close();
    registry().insert(Bulkhead::new("slots", BulkheadConfig::new()));
    registry().insert(RateLimiter::new("limit", RateLimitConfig::new().rate("5/s")));
}

#[circuit_breaker(name = "guarded")]
async fn guarded() -> Result<(), Rejection> {
    Ok(())
}

async fn serve() -> String {
    let app = Router::from(resilience::axum::router().admin(resilience::axum::bearer("s3cret")));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/resilience/dashboard", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, app).await });
    url
}

async fn comes_true(browser: &Browser, script: &str) {
    let start = Instant::now();
    while browser.run(script).await != "true" {
        assert!(start.elapsed() < Duration::from_secs(10), "{script}");
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn axe_finds_nothing() {
    let axe = std::env::var("AXE").expect("run it by scripts/check-observability");
    let axe = std::fs::read_to_string(axe).unwrap();
    something_of_everything();
    guarded().await.unwrap();
    registry().bulkhead("slots").unwrap().set_mode(Mode::Observe).unwrap();
    let browser = Browser::start().await;
    browser.open(&serve().await).await;
    comes_true(&browser, "return document.querySelectorAll('#list > li').length == 7").await;
    registry().circuit_breaker("forced closed").unwrap().reset();
    comes_true(&browser, "return document.querySelectorAll('#events > li').length > 0").await;
    browser
        .run("for (const row of document.querySelectorAll('details')) row.open = true; return 1")
        .await;
    browser.run("document.querySelector('.stages button').click(); return 1").await;
    comes_true(&browser, "return !document.getElementById('modes').hidden").await;
    browser.run(&axe).await;
    for (theme, width) in [("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)] {
        browser.resize(width, 900).await;
        browser.run(&format!("document.documentElement.dataset.theme = '{theme}'; return 1")).await;
        assert_eq!(browser.run_async(AUDIT).await, "", "{theme}, {width} pixels wide");
    }
    browser.run("ask('reset', 'forced open'); return 1").await;
    assert_eq!(browser.run_async(AUDIT).await, "", "asking before a breaker is changed");
    let form = "document.getElementById('cancel').click(); edit(byKey.get('circuit_breakers/closed')); return 1";
    browser.run(form).await;
    assert_eq!(browser.run_async(AUDIT).await, "", "the form for options");
    browser.close().await;
}
