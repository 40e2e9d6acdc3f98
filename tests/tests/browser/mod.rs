//! Headless Chromium over `WebDriver`: as much of it as a test needs.
#![allow(dead_code, reason = "each test file uses what it needs")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

/// A browser window. It ends with its driver.
pub(crate) struct Browser {
    http: reqwest::Client,
    session: String,
    driver: Child,
}

impl Browser {
    pub(crate) async fn start() -> Self {
        let (driver, port) = driver();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let arguments =
            ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
        let wishes = json!({
            "browserName": "chrome", "goog:chromeOptions": { "args": arguments }, "goog:loggingPrefs": { "browser": "ALL" }
        });
        let mut browser =
            Self { http, session: format!("http://127.0.0.1:{port}/session"), driver };
        let session = browser.post("", json!({ "capabilities": { "alwaysMatch": wishes } })).await;
        browser.session =
            format!("{}/{}", browser.session, session["sessionId"].as_str().expect("a session"));
        browser
    }

    pub(crate) async fn open(&self, url: &str) {
        self.post("/url", json!({ "url": url })).await;
    }

    /// What the script returns, as text.
    pub(crate) async fn run(&self, script: &str) -> String {
        self.execute("/execute/sync", script).await
    }

    /// What the script hands to its argument, a function, sooner or later.
    pub(crate) async fn run_async(&self, script: &str) -> String {
        self.execute("/execute/async", script).await
    }

    async fn execute(&self, how: &str, script: &str) -> String {
        match self.post(how, json!({ "script": script, "args": [] })).await {
            Value::String(text) => text,
            other => other.to_string(),
        }
    }

    pub(crate) async fn resize(&self, width: u32, height: u32) {
        self.post("/window/rect", json!({ "width": width, "height": height })).await;
    }

    /// What the window shows, as PNG.
    pub(crate) async fn picture(&self) -> Vec<u8> {
        let answer = self.http.get(format!("{}/screenshot", self.session)).send().await;
        let answer: Value = answer.expect("the driver answers").json().await.expect("JSON");
        decoded(answer["value"].as_str().expect("a picture"))
    }

    /// Whatever the console shows: errors, and violations of the content security policy.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        let log = self.post("/se/log", json!({ "type": "browser" })).await;
        log.as_array().expect("a log").iter().map(|entry| entry["message"].to_string()).collect()
    }

    pub(crate) async fn close(mut self) {
        self.http.delete(&self.session).send().await.expect("the driver answers");
        self.driver.kill().expect("it runs");
        self.driver.wait().expect("it was started");
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let response = self.http.post(format!("{}{path}", self.session)).json(&body).send().await;
        let mut answer: Value = response.expect("the driver answers").json().await.expect("JSON");
        let value = answer["value"].take();
        assert!(value.get("error").is_none(), "{path}: {value}");
        value
    }
}

/// Base64, as the driver sends pictures.
fn decoded(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit =
        |byte| (0_u32..).zip(DIGITS).find(|(_, digit)| **digit == byte).map(|(value, _)| value);
    let values: Vec<_> = text.bytes().map_while(digit).collect();
    let bytes = values.chunks(4).flat_map(|four| {
        let bits = four.iter().enumerate().fold(0, |bits, (i, value)| bits | value << (18 - 6 * i));
        bits.to_be_bytes().into_iter().skip(1).take(four.len() - 1)
    });
    bytes.collect()
}

impl Drop for Browser {
    /// A test that fails leaves no driver behind. One that was closed is gone already.
    fn drop(&mut self) {
        let _ = self.driver.kill();
    }
}

/// A driver on a port of its own choice, which it prints.
fn driver() -> (Child, u16) {
    let started = Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).spawn();
    let mut driver = started.expect("chromedriver is missing: run scripts/install-test-packages");
    let output = BufReader::new(driver.stdout.take().expect("it is piped"));
    let port = output.lines().map_while(Result::ok).find_map(|line| {
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    (driver, port.expect("it says its port"))
}
