//! Runs the storefront as a user does, and reads what it prints.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};

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
        let mut child = storefront(args).spawn().unwrap();
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
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let head = format!("{method} {path} HTTP/1.1\r\nhost: shop\r\nconnection: close\r\n\r\n");
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
