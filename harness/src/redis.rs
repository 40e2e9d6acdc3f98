//! A Redis server of our own, if it is installed: on a free port, keeping nothing.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::free_port;

/// Ended when it is dropped.
#[derive(Debug)]
pub struct Redis {
    child: Child,
    program: &'static str,
    port: u16,
}

impl Redis {
    /// `None` where Redis is not installed.
    #[must_use]
    pub fn start() -> Option<Self> {
        Self::start_program("redis-server")
    }

    /// The same for a server that is called otherwise, such as `valkey-server`.
    #[must_use]
    pub fn start_program(program: &'static str) -> Option<Self> {
        let port = free_port();
        let redis = Self { child: spawn(program, port, &[])?, program, port };
        redis.wait();
        Some(redis)
    }

    /// A server that copies `master`, and has done so when this returns.
    ///
    /// # Panics
    /// When it does not get there.
    #[must_use]
    pub fn replica_of(master: &Self) -> Option<Self> {
        let (port, master_port) = (free_port(), master.port.to_string());
        let options = ["--replicaof", "127.0.0.1", &master_port];
        let program = master.program;
        let redis = Self { child: spawn(program, port, &options)?, program, port };
        redis.wait();
        redis.wait_for(|| ask(port, &["info", "replication"]).contains("master_link_status:up"));
        Some(redis)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// The URL by way of `address`: its own, or a proxy's.
    #[must_use]
    pub fn url(address: SocketAddr) -> String {
        format!("redis://{address}")
    }

    /// It may be dead already.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts it after [`kill`](Self::kill), empty. It takes connections when this returns.
    ///
    /// # Panics
    /// When it can't be started again.
    pub fn restart(&mut self) {
        self.child = spawn(self.program, self.port, &[]).expect("it was there before");
        self.wait();
    }

    fn wait(&self) {
        self.wait_for(|| TcpStream::connect(self.address()).is_ok());
    }

    fn wait_for(&self, is_up: impl Fn() -> bool) {
        for _ in 0..1_000 {
            if is_up() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("Redis is not ready at {}", self.address());
    }
}

/// What it answers to a command, or nothing.
pub(super) fn ask(port: u16, command: &[&str]) -> String {
    let mut ask = Command::new("redis-cli");
    let output = ask.args(["-p", &port.to_string()]).args(command).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
}

fn spawn(program: &str, port: u16, options: &[&str]) -> Option<Child> {
    let mut command = Command::new(program);
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1"]);
    command.args(["--save", "", "--appendonly", "no"]);
    // A replica writes down what it is sent.
    command.current_dir(std::env::temp_dir()).args(["--dbfilename", &file_of(port)]);
    // It is filled at once, not when others may have joined it.
    command.args(["--repl-diskless-sync-delay", "0"]);
    // Tests make it sleep.
    command.args(["--enable-debug-command", "local"]);
    command.args(options).stdout(Stdio::null()).spawn().ok()
}

fn file_of(port: u16) -> String {
    format!("redis-{port}.rdb")
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
        // Most have written nothing.
        let _ = std::fs::remove_file(std::env::temp_dir().join(file_of(self.port)));
    }
}
