//! Runs the storefront as a user does, and reads what it prints.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::json;

fn storefront(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_storefront"));
    command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The two columns of the summary's row.
fn row(text: &str, label: &str) -> [u32; 2] {
    let figures = text.lines().find_map(|line| line.strip_prefix(label));
    let figures = figures.unwrap_or_else(|| panic!("no row `{label}` in\n{text}"));
    let numbers: Vec<_> =
        figures.split_whitespace().map(|number| number.parse().unwrap()).collect();
    numbers.try_into().unwrap()
}

/// How often the breaker did that: `… opened 1x, …`
fn times(text: &str, what: &str) -> u32 {
    let line = text.lines().find_map(|line| line.strip_prefix("breaker:")).unwrap();
    let mut words = line.split([' ', ';', ',']).skip_while(|word| *word != what);
    words.nth(1).and_then(|count| count.strip_suffix('x')).unwrap().parse().unwrap()
}

#[test]
fn the_demo_shows_an_outage_and_the_recovery() {
    let output = storefront(&["--seconds", "8", "--rate", "10"]).output().unwrap();
    let text = printed(&output);
    assert!(output.status.success(), "{text}");
    assert!(!text.contains('\x1b'), "colour in a pipe: {text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "too wide: {text}");

    assert!(times(&text, "opened") >= 1, "{text}");
    assert!(times(&text, "closed") >= 1, "{text}");
    let [with, without] = row(&text, "requests that hit the broken provider");
    assert!(0 < with && with < without, "{text}");
    let [rejected, never_rejected] = row(&text, "rejected at once, told when to come back");
    assert!(rejected > 0 && never_rejected == 0, "{text}");
    let [failed, failed_unprotected] = row(&text, "failed");
    assert!(failed < failed_unprotected, "{text}");
    let [sent, sent_unprotected] = row(&text, "requests");
    assert_eq!(sent, sent_unprotected);
}

#[test]
fn a_mistake_on_the_command_line_is_explained() {
    let output = storefront(&["--sreve"]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(told.contains("unknown argument `--sreve`") && told.contains("Usage:"), "{told}");
    assert!(output.stdout.is_empty());
}

#[test]
fn help_is_no_error() {
    let output = storefront(&["--help"]).output().unwrap();
    assert!(output.status.success());
    assert!(printed(&output).contains("--seconds N"));
}

/// A storefront that serves; ended with the test, however that ends.
struct Serving {
    child: Child,
    lines: Vec<String>,
    address: String,
}

impl Serving {
    fn start(args: &[&str]) -> Self {
        Self::run(&mut storefront(args))
    }

    fn run(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut lines = Vec::new();
        for line in stdout.lines().map(Result::unwrap) {
            let last = line.contains("Ctrl-C");
            lines.push(line);
            if last {
                break;
            }
        }
        let text = lines.join("\n");
        let (_, rest) = text.split_once("http://").expect("a URL is printed");
        let address = rest.split('/').next().unwrap().to_owned();
        Self { child, lines, address }
    }

    fn request(&self, method: &str, path: &str) -> String {
        self.send(method, path, "", "")
    }

    /// With further header lines, and a body.
    fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: shop\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn serving_answers_at_the_printed_urls() {
    let shop = Serving::start(&["--serve", "--port", "0"]);
    let found = |path| shop.request("GET", path);
    assert!(found("/").contains("POST /checkout/{order}"));
    assert!(found("/health").contains(r#""payments":{"state":"closed""#));
    assert!(found("/resilience").contains(r#""circuit_breakers":[{"name":"payments""#));
    let paid = shop.request("POST", "/checkout/1");
    assert!(paid.starts_with("HTTP/1.1 200") && paid.contains("thank you: paid "), "{paid}");
}

#[test]
fn a_taken_port_is_no_error() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let shop = Serving::start(&["--serve", "--port", &port]);
    assert!(shop.lines[0].starts_with(&format!("port {port} can't be had")), "{:?}", shop.lines);
    assert!(shop.request("GET", "/health").starts_with("HTTP/1.1 200"));
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_it_cleanly() {
    let mut shop = Serving::start(&["--serve", "--port", "0"]);
    let interrupt = Command::new("kill").args(["-INT", &shop.child.id().to_string()]).status();
    assert!(interrupt.unwrap().success());
    assert!(shop.child.wait().unwrap().success());
}

/// An operator at a shop that serves: what is done and answered is printed, for people who look on (`--nocapture`).
struct Operator {
    shop: Serving,
    file: PathBuf,
}

impl Operator {
    fn begin() -> Self {
        let file = std::env::temp_dir().join(format!("storefront-{}.toml", std::process::id()));
        std::fs::write(&file, "").unwrap();
        let mut command = storefront(&["--serve", "--port", "0"]);
        command.env("RESILIENCE_OVERRIDES_FILE", &file).env("ADMIN_TOKEN", "s3cret");
        Self { shop: Serving::run(&mut command), file }
    }

    fn patch(&self, path: &str, body: &str) -> serde_json::Value {
        println!("$ curl -X PATCH … -d '{body}' '…/resilience/config/{path}'");
        let headers = "authorization: Bearer s3cret\r\nx-forwarded-user: ada\r\n";
        let response =
            self.shop.send("PATCH", &format!("/resilience/config/{path}"), headers, body);
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        println!("{}\n{body}", head.lines().next().unwrap());
        serde_json::from_str(body).unwrap()
    }

    fn write(&self, text: &str) {
        println!("$ cat > resilience.toml <<END\n{text}END");
        std::fs::write(&self.file, text).unwrap();
    }

    /// Waits until that option of that policy has the value, and says where it comes from.
    fn sees(&self, kind: &str, option: &str, value: &serde_json::Value) -> String {
        for _ in 0..500 {
            let path = format!("/resilience/config?kind={kind}&name=payments");
            let headers = "authorization: Bearer s3cret\r\n";
            let response = self.shop.send("GET", &path, headers, "");
            let one = &body(&response)[0];
            let shown = if option == "mode" { &one["mode"] } else { &one["effective"][option] };
            if shown == value {
                let source = one["sources"][option].as_str().unwrap_or("attribute").to_owned();
                println!("  {kind} payments: {option} is {value}, from {source}");
                return source;
            }
            // The shop is a process of its own, with a clock of its own: it can only be asked again.
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("{kind} payments: {option} did not become {value}");
    }

    /// How ten shoppers fare who come at once: statuses.
    fn ten_shoppers(&self) -> Vec<u16> {
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let shopper = || {
                let answer = self.shop.request("POST", "/checkout/1");
                answer.split(' ').nth(1).unwrap().parse().unwrap()
            };
            let shoppers: Vec<_> = (0..10).map(|_| scope.spawn(shopper)).collect();
            shoppers.into_iter().map(|shopper| shopper.join().unwrap()).collect()
        });
        println!("$ ten shoppers at once: {statuses:?}");
        statuses
    }

    fn metric(&self, series: &str) -> f64 {
        let page = self.shop.request("GET", "/metrics");
        let value = page.lines().find_map(|line| line.strip_prefix(series)).unwrap_or(" 0");
        println!("  {series}{value}");
        value.trim().parse().unwrap()
    }
}

fn body(response: &str) -> serde_json::Value {
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    // A streamed answer comes in chunks.
    let is_chunked = head.contains("chunked");
    let lines: Vec<_> = body.split("\r\n").skip(usize::from(is_chunked)).collect();
    let text: String =
        if is_chunked { lines.into_iter().step_by(2).collect() } else { body.into() };
    serde_json::from_str(&text).unwrap()
}

impl Drop for Operator {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.file);
    }
}

#[test]
fn an_outage_is_handled_while_the_shop_runs() {
    let ada = Operator::begin();
    println!("# the threshold is lowered, after a dry run, for a quarter of an hour");
    let dry =
        ada.patch("circuit_breaker/payments?for=15m&dry_run=true", r#"{"failure_rate": "20%"}"#);
    assert_eq!((&dry["dry_run"], &dry["new"]["failure_rate"]), (&json!(true), &json!(0.2)));
    let mistake = ada.patch("circuit_breaker/payments", r#"{"failure_rat": "20%"}"#);
    assert!(mistake["detail"].as_str().unwrap().contains("did you mean `failure_rate`?"));
    ada.patch("circuit_breaker/payments?for=15m&reason=outage", r#"{"failure_rate": "20%"}"#);
    assert_eq!(ada.sees("circuit_breaker", "failure_rate", &json!(0.2)), "admin");

    println!("# the retry is switched off in the file");
    ada.write("[retry.\"payments\"]\nmode = \"off\"\n");
    assert!(ada.sees("retry", "mode", &json!("off")).ends_with(".toml:2:8"));
    let retries = "resilience_retries_total{policy=\"payments\"}";
    let before = ada.metric(retries);
    ada.ten_shoppers();
    assert_eq!(ada.metric(retries).to_bits(), before.to_bits());

    println!("# a limit is observed before it is enforced");
    ada.patch("bulkhead/payments?for=3s", r#"{"max_concurrent": 1, "mode": "observe"}"#);
    let would =
        "resilience_calls_total{kind=\"bulkhead\",policy=\"payments\",outcome=\"would_reject\"}";
    ada.ten_shoppers();
    assert!(ada.metric(would) > 0.0);
    ada.patch("bulkhead/payments?for=3s", r#"{"mode": "enforce"}"#);
    assert!(ada.ten_shoppers().contains(&503));

    println!("# it is undone by its expiry");
    let source = ada.sees("bulkhead", "max_concurrent", &json!(20));
    assert!(source.starts_with("attribute "), "{source}");
    ada.write("");
    ada.sees("retry", "mode", &json!("enforce"));
}
