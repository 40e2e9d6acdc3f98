//! A cluster of three Redis servers of our own, if Redis is installed.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const NODES: usize = 3;

/// Ended when it is dropped, with its folder.
#[derive(Debug)]
pub struct RedisCluster {
    nodes: Vec<Child>,
    addresses: Vec<String>,
    folder: PathBuf,
}

impl RedisCluster {
    /// `None` where Redis is not installed.
    ///
    /// # Panics
    /// When the servers don't become a cluster.
    #[must_use]
    pub fn start() -> Option<Self> {
        let ports: Vec<_> = std::iter::repeat_with(free_port_of_a_node).take(NODES).collect();
        let folder = std::env::temp_dir().join(format!("redis-cluster-{}", ports[0]));
        let mut cluster = Self { nodes: Vec::new(), addresses: Vec::new(), folder };
        for port in ports {
            let folder = cluster.folder.join(port.to_string());
            fs::create_dir_all(&folder).expect("a folder");
            cluster.nodes.push(spawn(port, &folder)?);
            cluster.addresses.push(format!("127.0.0.1:{port}"));
        }
        cluster.join();
        Some(cluster)
    }

    /// Every node's URL.
    #[must_use]
    pub fn urls(&self) -> Vec<String> {
        self.addresses.iter().map(|address| format!("redis://{address}")).collect()
    }

    fn join(&self) {
        for _ in 0..500 {
            let mut create = Command::new("redis-cli");
            create.args(["--cluster", "create"]).args(&self.addresses).arg("--cluster-yes");
            let output = create.output().expect("redis-cli is installed with Redis");
            if output.status.success() && self.is_ready() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the servers did not become a cluster");
    }

    fn is_ready(&self) -> bool {
        (0..500).any(|_| {
            std::thread::sleep(Duration::from_millis(20));
            self.addresses.iter().all(|address| {
                let port = address.rsplit(':').next().unwrap_or_default();
                let mut info = Command::new("redis-cli");
                let output = info.args(["-p", port, "cluster", "info"]).output();
                output.is_ok_and(|output| {
                    String::from_utf8_lossy(&output.stdout).contains("cluster_state:ok")
                })
            })
        })
    }
}

/// A node takes the port 10,000 above, too.
fn free_port_of_a_node() -> u16 {
    loop {
        let port = super::free_port();
        let bus = port.checked_add(10_000);
        if bus.is_some_and(|bus| TcpListener::bind((Ipv4Addr::LOCALHOST, bus)).is_ok()) {
            return port;
        }
    }
}

fn spawn(port: u16, folder: &Path) -> Option<Child> {
    let mut command = Command::new("redis-server");
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1"]);
    command.args(["--cluster-enabled", "yes", "--save", "", "--appendonly", "no"]);
    command.current_dir(folder).stdout(Stdio::null()).spawn().ok()
}

impl Drop for RedisCluster {
    fn drop(&mut self) {
        for node in &mut self.nodes {
            let _ = node.kill();
            let _ = node.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}
