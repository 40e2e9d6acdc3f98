//! A Redis server with a replica and three Sentinels of our own, if Redis is installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::free_port;
use super::redis::{Redis, ask};

const SENTINELS: usize = 3;

/// Ended when it is dropped, with its folder.
#[derive(Debug)]
pub struct RedisSentinel {
    master: Redis,
    /// Becomes the master when that is killed. Held, so that it lives as long.
    _replica: Redis,
    sentinels: Vec<Child>,
    ports: Vec<u16>,
    folder: PathBuf,
}

impl RedisSentinel {
    /// What the Sentinels call the master.
    pub const NAME: &'static str = "fleet";

    /// `None` where Redis is not installed. The replica has what the master has when this returns.
    ///
    /// # Panics
    /// When the Sentinels don't find each other.
    #[must_use]
    pub fn start() -> Option<Self> {
        let master = Redis::start()?;
        let replica = Redis::replica_of(&master)?;
        let folder = std::env::temp_dir().join(format!("sentinel-{}", master.address().port()));
        fs::create_dir_all(&folder).expect("a folder");
        let ports: Vec<_> = std::iter::repeat_with(free_port).take(SENTINELS).collect();
        let sentinels = (ports.iter().map(|port| spawn(*port, &master, &folder)))
            .collect::<Option<Vec<_>>>()?;
        let sentinel = Self { master, _replica: replica, sentinels, ports, folder };
        sentinel.wait();
        Some(sentinel)
    }

    /// Every Sentinel's URL.
    #[must_use]
    pub fn urls(&self) -> Vec<String> {
        self.ports.iter().map(|port| format!("redis://127.0.0.1:{port}")).collect()
    }

    /// The master dies, and the Sentinels are left to find out.
    pub fn kill_master(&mut self) {
        self.master.kill();
    }

    fn wait(&self) {
        let facts = ["num-slaves\n1\n", "num-other-sentinels\n2\n"];
        let knows_all = |port: &u16| {
            let known = ask(*port, &["sentinel", "master", Self::NAME]);
            facts.iter().all(|fact| known.contains(fact))
        };
        for _ in 0..1_000 {
            if self.ports.iter().all(knows_all) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the Sentinels did not find each other");
    }
}

/// A Sentinel writes down what it knows: each has a file of its own.
fn spawn(port: u16, master: &Redis, folder: &Path) -> Option<Child> {
    let name = RedisSentinel::NAME;
    let config = format!(
        "port {port}\nbind 127.0.0.1\ndir {folder}\n\
         sentinel monitor {name} 127.0.0.1 {master} 2\n\
         sentinel down-after-milliseconds {name} 1000\n\
         sentinel failover-timeout {name} 5000\n",
        folder = folder.display(),
        master = master.address().port(),
    );
    let file = folder.join(format!("{port}.conf"));
    fs::write(&file, config).expect("the folder is ours");
    let mut command = Command::new("redis-server");
    command.arg(&file).arg("--sentinel").stdout(Stdio::null()).spawn().ok()
}

impl Drop for RedisSentinel {
    fn drop(&mut self) {
        for sentinel in &mut self.sentinels {
            let _ = sentinel.kill();
            let _ = sentinel.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}
