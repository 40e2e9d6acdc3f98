//! The programs of tests, built once, and what one of them says of a mutant.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io, thread};

use serde_json::Value;

/// A program of tests; `package` is the directory that it runs in.
#[derive(Clone)]
pub(super) struct Program {
    pub(super) name: String,
    path: PathBuf,
    package: PathBuf,
    libraries: String,
}

/// How much longer than without a mutant tests may take on a busy machine, before it is said that they never end.
const PATIENCE: (u32, Duration) = (4, Duration::from_secs(10));
const MOST_PATIENCE: Duration = Duration::from_secs(90);

/// How long to wait for tests that take `time` without a mutant.
pub(super) fn limit(time: Duration) -> Duration {
    (PATIENCE.0 * time + PATIENCE.1).min(MOST_PATIENCE)
}

/// What a mutant did to a run of tests.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Passed,
    Failed,
    TimedOut,
}

/// The programs that `build` made.
pub(super) fn built(build: Command) -> io::Result<Vec<Program>> {
    let libraries = libraries()?;
    Ok(messages(build)?.iter().filter_map(|message| program(message, &libraries)).collect())
}

/// What cargo says of all that `build` made, or had made already.
pub(super) fn messages(mut build: Command) -> io::Result<Vec<Value>> {
    let output = build.output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let messages = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(messages.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}

fn libraries() -> io::Result<String> {
    let mut rustc = Command::new("rustc");
    rustc.args(["--print", "target-libdir"]);
    Ok(String::from_utf8_lossy(&rustc.output()?.stdout).trim().to_owned())
}

fn program(message: &Value, libraries: &str) -> Option<Program> {
    let path = PathBuf::from(message["executable"].as_str()?);
    let manifest = Path::new(message["manifest_path"].as_str()?);
    let name = message["target"]["name"].as_str()?.to_owned();
    Some(Program {
        name,
        path,
        package: manifest.parent()?.to_owned(),
        libraries: libraries.to_owned(),
    })
}

impl Program {
    /// The names of its tests.
    pub(super) fn tests(&self) -> io::Result<Vec<String>> {
        let ignored = self.listed(&["--ignored"])?;
        let mut tests = self.listed(&[])?;
        tests.retain(|test| !ignored.contains(test));
        Ok(tests)
    }

    fn listed(&self, which: &[&str]) -> io::Result<Vec<String>> {
        let output = self.command().args(["--list", "--format", "terse"]).args(which).output()?;
        let listed = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(listed
            .lines()
            .filter_map(|line| line.strip_suffix(": test"))
            .map(str::to_owned)
            .collect())
    }

    /// Runs the tests of these names with one variable set; ends with the first that fails. What they say goes to `log`.
    pub(super) fn run(
        &self,
        tests: &[&str],
        (key, value): (&str, &str),
        limit: Duration,
        log: &Path,
    ) -> io::Result<Outcome> {
        let child = self
            .command()
            .arg("--exact")
            .args(tests)
            .env(key, value)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .stdout(fs::File::create(log)?)
            .spawn()?;
        watch(child, log, limit)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command
            .env("RUST_BACKTRACE", "0")
            // Several programs run at once. With one thread, tests would share it.
            .env("RUST_TEST_THREADS", "2")
            // A few random cases of each property tell most changes.
            .env("PROPTEST_CASES", "40")
            .env("RESILIENCE_PROOF_SEQUENCES", "300")
            // The tests of the macros need the compiler's own libraries.
            .env("LD_LIBRARY_PATH", &self.libraries)
            .current_dir(&self.package);
        command
    }
}

/// Whether a program succeeds. It is ended when `log` tells of a test that failed, or time is up.
pub(super) fn watch(mut child: Child, log: &Path, limit: Duration) -> io::Result<Outcome> {
    let started = Instant::now();
    loop {
        let ended = child.try_wait()?;
        let outcome = match ended {
            Some(status) if status.success() => Outcome::Passed,
            Some(_) => Outcome::Failed,
            None if fs::read_to_string(log).is_ok_and(|text| text.contains(" ... FAILED")) => {
                Outcome::Failed
            }
            None if started.elapsed() > limit => Outcome::TimedOut,
            None => {
                thread::sleep(Duration::from_millis(5));
                continue;
            }
        };
        if ended.is_none() {
            child.kill()?;
            child.wait()?;
        }
        return Ok(outcome);
    }
}
