//! A PostgreSQL server of our own, if it is installed: on a free port, in a folder of its own.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::free_port;

/// The user that the server runs as where we are root: PostgreSQL does not start as root.
const UNPRIVILEGED: &str = "65534";

/// Ended, and its folder removed, when it is dropped.
#[derive(Debug)]
pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    /// `None` where PostgreSQL is not installed.
    ///
    /// # Panics
    /// When it is installed, but does not start.
    #[must_use]
    pub fn start() -> Option<Self> {
        let programs = programs()?;
        let port = free_port();
        let folder = std::env::temp_dir().join(format!("resilience-postgres-{port}"));
        fs::create_dir(&folder).unwrap();
        if is_root() {
            std::os::unix::fs::chown(&folder, UNPRIVILEGED.parse().ok(), UNPRIVILEGED.parse().ok())
                .unwrap();
        }
        let postgres = Self { programs, folder, port };
        postgres.run("initdb", &["--no-sync", "-A", "trust", "-U", "example"]);
        postgres.restart();
        Some(postgres)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// The URL of its database, by way of `address`: its own, or a proxy's.
    #[must_use]
    pub fn url(address: SocketAddr) -> String {
        format!("postgres://example@{address}/postgres")
    }

    /// Starts it, after [`kill`](Self::kill) too. It takes connections when this returns.
    ///
    /// # Panics
    /// When it does not start.
    pub fn restart(&self) {
        let options = format!("-p {} -h 127.0.0.1 -k '' -F", self.port);
        self.run("pg_ctl", &["start", "-w", "-l", "/dev/null", "-o", &options]);
    }

    /// Without any goodbye to clients.
    ///
    /// # Panics
    /// When it does not run.
    pub fn kill(&self) {
        self.run("pg_ctl", &["stop", "-m", "immediate"]);
    }

    /// `STOP` holds it with all its connections, `CONT` lets it go on.
    pub fn signal(&self, signal: &str) {
        let file = fs::read_to_string(self.folder.join("postmaster.pid")).unwrap_or_default();
        let Some(parent) = file.lines().next() else { return };
        let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"));
        let children = children.unwrap_or_default();
        let all = children.split_whitespace().chain([parent]);
        // A child may end meanwhile.
        let _ = Command::new("kill").arg(format!("-{signal}")).args(all).status();
    }

    fn run(&self, program: &str, args: &[&str]) {
        assert!(self.command(program, args).status().unwrap().success(), "{program} {args:?}");
    }

    fn command(&self, program: &str, args: &[&str]) -> Command {
        let program = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command
                .args(["--reuid", UNPRIVILEGED, "--regid", UNPRIVILEGED, "--clear-groups"])
                .arg(program);
            command
        } else {
            Command::new(program)
        };
        command.arg("-D").arg(&self.folder).args(args).current_dir(&self.folder);
        command.stdout(Stdio::null());
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.signal("CONT");
        // It may be down already.
        let _ = self.command("pg_ctl", &["stop", "-m", "immediate"]).stderr(Stdio::null()).status();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Where Debian puts what isn't meant for everybody's `PATH`, or else there.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = versions.map(|version| version.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    debian.chain(std::env::split_paths(&path)).find(|folder| folder.join("initdb").exists())
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}
