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
        let redis = Self { child: spawn(program, port)?, program, port };
        redis.wait();
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
        self.child = spawn(self.program, self.port).expect("it was there before");
        self.wait();
    }

    fn wait(&self) {
        let up = || TcpStream::connect(self.address()).is_ok();
        for _ in 0..1_000 {
            if up() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("Redis does not listen at {}", self.address());
    }
}

fn spawn(program: &str, port: u16) -> Option<Child> {
    let mut command = Command::new(program);
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1"]);
    command.args(["--save", "", "--appendonly", "no"]).stdout(Stdio::null());
    command.spawn().ok()
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}
