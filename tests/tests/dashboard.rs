//! The page in a real browser, under a prefix: what it shows, how soon, and that nobody complains.
//!
//! `scripts/install-test-packages`, then `cargo test -p resilience-tests --features browser --test dashboard`

mod browser;

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use axum::Router;
use browser::Browser;
use resilience::{Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, registry};
use tokio::net::TcpListener;
use tokio::time::sleep;

const TOKEN: &str = "s3cret";
const OPEN_FOR: Duration = Duration::from_secs(2);
/// How soon the page must show what happened.
const SOON: Duration = Duration::from_secs(1);

const STATE: &str =
    "return document.querySelector('[data-key=\"circuit_breakers/payments\"] .badge')?.textContent";
const NAMES: &str =
    "return [...document.querySelectorAll('#list .name')].map((name) => name.textContent).join()";

/// Serves the routes under `/ops`; the address.
async fn serve() -> String {
    let app = Router::new()
        .nest("/ops", resilience::axum::router().admin(resilience::axum::bearer(TOKEN)).into());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("http://{}/ops/resilience/dashboard", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, app).await });
    url
}

async fn shows(browser: &Browser, script: &str, wanted: &str, within: Duration) {
    let start = Instant::now();
    loop {
        let shown = browser.run(script).await;
        if shown == wanted {
            return;
        }
        assert!(start.elapsed() < within, "it shows {shown}, not `{wanted}`, after {within:?}");
        sleep(Duration::from_millis(20)).await;
    }
}

async fn search(browser: &Browser, text: &str) {
    let script = format!(
        "const field = document.getElementById('search'); field.value = '{text}';
        field.dispatchEvent(new Event('input', {{ bubbles: true }})); return 1"
    );
    browser.run(&script).await;
}

async fn breakers_are_changed_by_hand() {
    let browser = Browser::start().await;
    browser.open(&serve().await).await;
    shows(&browser, STATE, "closed", SOON * 5).await;
    let act = |action: &str, token: &str| {
        format!(
            "const row = document.querySelector('[data-key=\"circuit_breakers/payments\"]');
            row.querySelector('details').open = true;
            row.querySelector('[data-action=\"{action}\"]').click();
            document.getElementById('reason').value = 'drill';
            document.getElementById('token').value = '{token}';
            document.getElementById('act').click(); return 1"
        )
    };
    browser.run(&act("force-open", "guessed")).await;
    let rejected = "return document.getElementById('rejected').textContent";
    shows(&browser, rejected, "you are not authorized to do this", SOON).await;
    assert_eq!(browser.run(STATE).await, "closed");
    browser.run("document.getElementById('cancel').click(); return 1").await;
    browser.run(&act("force-open", TOKEN)).await;
    shows(&browser, STATE, "forced-open", SOON).await;
    let told = "return document.getElementById('events').textContent.includes('force open by admin: drill') ? 'yes' : 'no'";
    shows(&browser, told, "yes", SOON).await;
    browser.run(&act("reset", TOKEN)).await;
    shows(&browser, STATE, "closed", SOON).await;
    browser.close().await;
}

/// What is typed into the form, and pressed.
fn fill(fields: &[(&str, &str)], button: &str) -> String {
    let set = fields.iter().map(|(selector, value)| {
        format!(
            "{{ const field = document.querySelector('{selector}'); field.value = '{value}';
            field.dispatchEvent(new Event('input', {{ bubbles: true }})); }}"
        )
    });
    format!("{} document.getElementById('{button}').click(); return 1", set.collect::<String>())
}

async fn options_are_changed_after_a_dry_run_has_answered() {
    let slots = Bulkhead::new("slots", BulkheadConfig::new().max_concurrent(2));
    let slots = registry().insert(slots);
    let browser = Browser::start().await;
    browser.open(&serve().await).await;
    let row = "document.querySelector('[data-key=\"bulkheads/slots\"]')";
    shows(
        &browser,
        &format!("return {row}?.querySelector('.badge').textContent"),
        "free",
        SOON * 5,
    )
    .await;
    let open = format!(
        "{row}.querySelector('details').open = true; {row}.querySelector('[data-edit]').click(); return 1"
    );
    browser.run(&open).await;
    let most = |value: &'static str| {
        [
            ("#fields [name=max_concurrent]", value),
            ("#key", TOKEN),
            ("#why", "drill"),
            ("#for", "15m"),
        ]
    };
    browser.run(&fill(&most("0"), "try")).await;
    let mistakes = "return document.getElementById('mistakes').textContent.slice(0, 41)";
    shows(&browser, mistakes, "`max_concurrent`: a count is at least 1, ", SOON * 5).await;
    let ready = "return document.getElementById('apply').disabled ? 'no' : 'yes'";
    shows(&browser, ready, "no", SOON * 5).await;
    browser.run(&fill(&most("7"), "try")).await;
    let outcome = "return document.querySelector('#outcome tbody')?.textContent";
    shows(&browser, outcome, "max concurrent27", SOON * 5).await;
    shows(&browser, ready, "yes", SOON * 5).await;
    assert_eq!(slots.config(), &BulkheadConfig::new().max_concurrent(2), "it was a dry run");
    browser.run("document.getElementById('apply').click(); return 1").await;
    let badge = format!("return {row}.querySelector('.changed').textContent");
    shows(&browser, &badge, "1 changed", SOON * 5).await;
    assert_eq!(slots.config(), &BulkheadConfig::new().max_concurrent(7));
    let difference = format!(
        "return {row}.querySelector('.facts dd').textContent.startsWith('2 → 7, from admin by admin (drill), until ') ? 'yes' : 'no'"
    );
    shows(&browser, &difference, "yes", SOON * 5).await;
    browser.run(&open).await;
    browser.run(&fill(&[("#fields [name=mode]", "off")], "try")).await;
    shows(&browser, ready, "yes", SOON * 5).await;
    browser.run("document.getElementById('apply').click(); return 1").await;
    let banner = "return document.getElementById('modes').textContent";
    shows(&browser, banner, "1 policy is off: calls pass unjudged (slots)", SOON * 5).await;
    keep_picture(&browser, "changed").await;
    browser.run(&open).await;
    browser.run(&fill(&[], "undo")).await;
    shows(&browser, ready, "yes", SOON * 5).await;
    keep_picture(&browser, "form").await;
    browser.run("document.getElementById('apply').click(); return 1").await;
    shows(
        &browser,
        "return document.getElementById('modes').hidden ? 'yes' : 'no'",
        "yes",
        SOON * 5,
    )
    .await;
    assert_eq!(slots.config(), &BulkheadConfig::new().max_concurrent(2));
    browser.close().await;
}

/// Wide and narrow, into the folder that `PICTURES` names; for people to look at.
async fn keep_picture(browser: &Browser, name: &str) {
    let Some(folder) = std::env::var_os("PICTURES") else { return };
    for width in [1280, 390] {
        browser.resize(width, 900).await;
        let path = std::path::Path::new(&folder).join(format!("{name}-{width}.png"));
        std::fs::write(path, browser.picture().await).unwrap();
    }
}

async fn what_was_before_the_page_is_drawn() {
    let browser = Browser::start().await;
    browser.open(&serve().await).await;
    shows(&browser, STATE, "closed", SOON * 5).await;
    let recall = "recall({ slot_ms: 10000, policies: { 'circuit_breakers/search': [[20, 9, 4], [2, 5, 1]] } });
        read(); return 1";
    browser.run(recall).await;
    let spark = "return document.querySelector('[data-key=\"circuit_breakers/search\"] .spark').getAttribute('aria-label').replace(/.*: /, '')";
    shows(&browser, spark, "14 calls, 5 of them bad", SOON * 5).await;
    browser.close().await;
}

/// After the other tests, whose pages it would fill.
async fn ten_thousand_policies_are_a_page_at_a_time() {
    for number in 0..10_000 {
        let name = format!("tenant-{number:05}").leak();
        registry().insert(CircuitBreaker::new(name, CircuitBreakerConfig::new()));
    }
    let browser = Browser::start().await;
    browser.open(&serve().await).await;
    let rows = "return document.querySelectorAll('#list > li').length";
    shows(&browser, rows, "200", SOON * 20).await;
    browser.run("document.getElementById('more').click(); return 1").await;
    shows(&browser, rows, "400", SOON).await;
    search(&browser, "nant-07777").await;
    shows(&browser, NAMES, "tenant-07777", SOON).await;
    let breaker = registry().circuit_breaker("tenant-07777").unwrap();
    breaker.force_open();
    let state = "return document.querySelector('#list .badge')?.textContent";
    shows(&browser, state, "forced-open", SOON).await;
    search(&browser, "").await;
    let first = "return document.querySelector('#list .name')?.textContent";
    shows(&browser, first, "tenant-07777", SOON * 5).await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
}

#[tokio::test]
async fn the_page_keeps_up_with_a_breaker() {
    let config = CircuitBreakerConfig::new().consecutive_failures(1).open_for(OPEN_FOR);
    let breaker = registry().insert(CircuitBreaker::new("payments", config));
    registry().insert(CircuitBreaker::new("search", CircuitBreakerConfig::new()));
    let browser = Browser::start().await;
    browser.open(&serve().await).await;
    shows(&browser, "return document.getElementById('link').textContent", "live", SOON * 10).await;
    shows(&browser, STATE, "closed", SOON * 5).await;

    breaker.try_acquire().unwrap().failure();
    shows(&browser, STATE, "open", SOON).await;
    shows(&browser, NAMES, "payments,search", SOON).await;
    sleep(OPEN_FOR).await;
    let trial = breaker.try_acquire().unwrap();
    shows(&browser, STATE, "half-open", SOON).await;
    trial.success();
    shows(&browser, STATE, "closed", SOON).await;

    let events = "return document.querySelectorAll('#events li').length";
    shows(&browser, events, "3", SOON).await;
    search(&browser, "sear").await;
    shows(&browser, NAMES, "search", SOON).await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.close().await;
    breakers_are_changed_by_hand().await;
    options_are_changed_after_a_dry_run_has_answered().await;
    what_was_before_the_page_is_drawn().await;
    ten_thousand_policies_are_a_page_at_a_time().await;
}
