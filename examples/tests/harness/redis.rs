//! A Redis server of the test's own, if it is installed: on a free port, keeping nothing.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Ended with the test.
pub struct Redis {
    child: Child,
    port: u16,
}

impl Redis {
    /// `None` where Redis is not installed.
    pub fn start() -> Option<Self> {
        let port =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let redis = Self { child: spawn(port)?, port };
        redis.wait();
        Some(redis)
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it after [`kill`](Self::kill), empty.
    pub fn restart(&mut self) {
        self.child = spawn(self.port).unwrap();
        self.wait();
    }

    fn wait(&self) {
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn spawn(port: u16) -> Option<Child> {
    let mut command = Command::new("redis-server");
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1"]);
    command.args(["--save", "", "--appendonly", "no"]).stdout(Stdio::null());
    command.spawn().ok()
}

impl Drop for Redis {
    fn drop(&mut self) {
        // It may have been killed already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
