fn main() {
    let http = resilience::reqwest::Client::new();
    let _ = http.get("http://users/").timeout(2.5);
}
