//! The page by function, in a real browser: stages in order, what flows through them, charts, and folded changes.
//!
//! `cargo test -p resilience-tests --features browser --test dashboard_functions`

mod browser;

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use axum::Router;
use browser::Browser;
use resilience::{bulkhead, circuit_breaker, fallback, registry, retry, timeout};
use tokio::net::TcpListener;
use tokio::time::sleep;

/// How soon the page must show what happened.
const SOON: Duration = Duration::from_secs(10);

#[fallback(Ok(0))]
#[retry(name = "quote", attempts = 2, delay = "1ms")]
#[circuit_breaker(name = "quote", min_calls = 1_000_000, latency)]
#[timeout("1s", name = "quote")]
#[bulkhead(name = "quote", max_concurrent = 50)]
async fn quote(fails: bool) -> Result<u32, anyhow::Error> {
    if fails { Err(anyhow::anyhow!("no quote")) } else { Ok(1) }
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
    while browser.run(&format!("return Boolean({script})")).await != "true" {
        let stages = browser.run("return document.getElementById('functions').textContent").await;
        assert!(start.elapsed() < SOON, "{script}: {stages}");
        sleep(Duration::from_millis(50)).await;
    }
}

/// Calls, half of which fail, until the test has ended.
async fn load() {
    for number in 0_u32.. {
        let _ = quote(number.is_multiple_of(2)).await;
        sleep(Duration::from_millis(10)).await;
    }
}

async fn keep_picture(browser: &Browser, name: &str) {
    let Some(folder) = std::env::var_os("PICTURES") else { return };
    for width in [1280, 390] {
        browser.resize(width, 900).await;
        let path = std::path::Path::new(&folder).join(format!("{name}-{width}.png"));
        std::fs::write(path, browser.picture().await).unwrap();
    }
    browser.resize(1280, 900).await;
}

#[tokio::test]
async fn a_function_is_a_row_of_stages() {
    let _load = tokio::spawn(load());
    let browser = Browser::start().await;
    browser.open(&serve().await).await;
    comes_true(
        &browser,
        "document.querySelector('#functions .name')?.textContent.endsWith('::quote')",
    )
    .await;
    let kinds = "return [...document.querySelectorAll('#functions .stages .kind')].map((kind) => kind.textContent).join()";
    assert_eq!(browser.run(kinds).await, "fallback,retry,circuit breaker,timeout,bulkhead");
    let flow = |stage: usize| {
        format!("document.querySelectorAll('#functions .flow')[{stage}].textContent")
    };
    for (stage, what) in
        [(0, "/s in"), (0, "/s answered"), (1, "/s retried"), (2, "/s failed"), (4, "/s in")]
    {
        comes_true(&browser, &format!("{}.includes('{what}')", flow(stage))).await;
    }
    let rate = |stage: usize| format!("parseFloat({})", flow(stage));
    // Half of the calls are tried twice: the breaker sees three for two of the function's.
    let ratio = format!("Math.abs({} / {} - 1.5) < 0.3", rate(2), rate(0));
    comes_true(&browser, &ratio).await;

    let press = "document.querySelectorAll('#functions .stages button')[2].click(); return 1";
    browser.run(press).await;
    comes_true(
        &browser,
        "document.querySelector('.stage-facts').textContent.includes('Since the program started')",
    )
    .await;
    comes_true(&browser, "document.querySelectorAll('[aria-expanded=true]').length === 1").await;
    browser.run("document.querySelector('#functions details').open = true; return 1").await;
    // The server's slots are ten seconds long.
    let drawn = "document.querySelectorAll('#functions .chart .part[data-tone=bad]').length > 0";
    let start = Instant::now();
    while browser.run(&format!("return {drawn}")).await != "true" {
        assert!(start.elapsed() < Duration::from_secs(40), "no chart is drawn");
        sleep(Duration::from_millis(200)).await;
    }
    comes_true(
        &browser,
        "document.querySelector('#functions .charts').textContent.includes('p99 ')",
    )
    .await;
    keep_picture(&browser, "functions").await;
    browser.run(press).await;
    comes_true(&browser, "document.querySelector('.stage-facts').hidden").await;

    let breaker = registry().circuit_breaker("quote").unwrap();
    for _ in 0..3 {
        breaker.force_open();
        breaker.reset();
    }
    comes_true(&browser, "document.querySelectorAll('#events li').length === 1").await;
    let told = "return document.querySelector('#events li').textContent.replace(/^[0-9:]*/, '')";
    assert_eq!(browser.run(told).await, "quoteforced-open ⇄ closed ×6, now closed (reset)");
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
}
