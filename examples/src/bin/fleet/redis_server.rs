//! A Redis of this program's own, on a free port, keeping nothing.

use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Ended when it is dropped.
pub struct RedisServer {
    child: Child,
    port: u16,
}

impl RedisServer {
    /// An error where `redis-server` is not installed.
    pub fn start() -> io::Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let server = Self { child: spawn(port)?, port };
        server.wait()?;
        Ok(server)
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts it again after [`kill`](Self::kill), empty.
    pub fn restart(&mut self) -> io::Result<()> {
        self.child = spawn(self.port)?;
        self.wait()
    }

    fn wait(&self) -> io::Result<()> {
        for _ in 0..200 {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        Err(io::Error::other("Redis does not take connections"))
    }
}

fn spawn(port: u16) -> io::Result<Child> {
    let mut command = Command::new("redis-server");
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1"]);
    command.args(["--save", "", "--appendonly", "no"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}
