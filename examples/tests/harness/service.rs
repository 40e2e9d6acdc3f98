//! The user service as a process of its own, and its callers.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Client, Response, StatusCode};
use tokio::task::JoinSet;
use tokio::time::sleep;

/// Nothing here takes that long, on whatever machine.
const NEVER: Duration = Duration::from_secs(30);

/// Ended with the test, however that ends.
pub struct Service {
    child: Child,
    http: Client,
    url: String,
}

impl Service {
    /// With these settings, on a free port.
    pub fn start(settings: &[(&str, String)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_user_service"))
            .args(["--serve", "0"])
            .envs(settings.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.split(' ').nth(1).expect("a URL is printed").trim_end_matches("/users/1");
        let http = Client::builder().no_proxy().build().unwrap();
        Self { child, http, url: url.to_owned() }
    }

    pub fn get(&self, path: &str) -> impl Future<Output = reqwest::Result<Response>> + use<> {
        self.http.get(format!("{}{path}", self.url)).send()
    }

    /// That user, as JSON, and how long it took.
    pub async fn user(&self, id: u32) -> (StatusCode, String, Duration) {
        ask(self.get(&format!("/users/{id}"))).await
    }

    /// All of these users at once.
    pub async fn users(
        &self,
        ids: impl Iterator<Item = u32>,
    ) -> Vec<(StatusCode, String, Duration)> {
        let asked: JoinSet<_> = ids.map(|id| ask(self.get(&format!("/users/{id}")))).collect();
        asked.join_all().await
    }

    /// Asks for one user after the other until an answer holds `text`: how long that took.
    pub async fn until(&self, mut ids: impl Iterator<Item = u32>, text: &str) -> Duration {
        let start = Instant::now();
        loop {
            let (_, body, _) = self.user(ids.next().expect("enough users")).await;
            if body.contains(text) {
                return start.elapsed();
            }
            assert!(start.elapsed() < NEVER, "no `{text}`: {body}");
            sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn ask(
    request: impl Future<Output = reqwest::Result<Response>>,
) -> (StatusCode, String, Duration) {
    let start = Instant::now();
    let response = request.await.expect("the service itself always answers");
    (response.status(), response.text().await.unwrap(), start.elapsed())
}

impl Drop for Service {
    fn drop(&mut self) {
        // Asked to end, it leaves nothing behind; it is given some seconds. It may have ended
        // already.
        let asked = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        for _ in 0..if asked.is_ok() { 100 } else { 0 } {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
