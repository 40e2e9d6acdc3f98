//! Crates that hold the same functions and differ in their attributes alone.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::{fs, io};

use crate::workspace::{self, cargo};

pub(super) const FUNCTIONS: usize = 500;

/// Which attributes a crate's functions carry.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Plain,
    Instrumented,
    Guarded,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Plain, Self::Instrumented, Self::Guarded];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Instrumented => "instrumented",
            Self::Guarded => "guarded",
        }
    }

    pub(super) fn description(self) -> &'static str {
        match self {
            Self::Plain => "without attributes",
            Self::Instrumented => "#[tracing::instrument]",
            Self::Guarded => "four attributes each",
        }
    }

    fn attributes(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Instrumented => "#[tracing::instrument]\n",
            Self::Guarded => "#[retry]\n#[circuit_breaker]\n#[timeout(\"1s\")]\n#[bulkhead]\n",
        }
    }

    fn imports(self) -> &'static str {
        match self {
            Self::Guarded => "use resilience::{bulkhead, circuit_breaker, retry, timeout};\n",
            Self::Plain | Self::Instrumented => "",
        }
    }

    fn source(self) -> String {
        let mut source = format!("{}\n{SHARED}", self.imports());
        for number in 0..FUNCTIONS {
            let attributes = self.attributes();
            let _ = write!(source, "\n{attributes}{}", function(number));
        }
        source
    }
}

// All three crates hold this, so that only the attributes differ.
const SHARED: &str = "\
#[derive(Debug)]
pub struct Failure;

impl From<resilience::Rejection> for Failure {
    fn from(_: resilience::Rejection) -> Self {
        Failure
    }
}

async fn look_up(id: u64) -> Result<u64, Failure> {
    id.checked_add(1).ok_or(Failure)
}
";

fn function(number: usize) -> String {
    format!(
        "pub async fn call_{number}(id: u64, name: &str) -> Result<u64, Failure> {{\n    \
         let found = look_up(id).await?;\n    \
         if name.is_empty() {{\n        return Err(Failure);\n    }}\n    \
         Ok(found + {number})\n}}\n"
    )
}

/// A workspace of its own below the target directory.
pub(super) struct Scratch(PathBuf);

impl Scratch {
    pub(super) fn create() -> io::Result<Self> {
        let scratch = Self(workspace::target().join("compile-time"));
        fs::create_dir_all(&scratch.0)?;
        fs::write(scratch.0.join("Cargo.toml"), MANIFEST)?;
        // The same versions as everywhere else; the lock file is missing only before a first build.
        let _ = fs::copy(workspace::root().join("Cargo.lock"), scratch.0.join("Cargo.lock"));
        for kind in Kind::ALL {
            fs::create_dir_all(scratch.0.join(kind.name()).join("src"))?;
            fs::write(scratch.0.join(kind.name()).join("Cargo.toml"), manifest(kind))?;
            scratch.touch(kind)?;
        }
        Ok(scratch)
    }

    /// Makes cargo see the crate's source as changed.
    pub(super) fn touch(&self, kind: Kind) -> io::Result<()> {
        fs::write(self.0.join(kind.name()).join("src/lib.rs"), kind.source())
    }

    pub(super) fn check(&self, kind: Kind) -> Result<(), String> {
        let output = self.command(kind).output().map_err(|error| error.to_string())?;
        if output.status.success() {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&output.stderr);
        let start: Vec<&str> = text.lines().take(40).collect();
        Err(format!("the {} crate does not pass `cargo check`:\n{}", kind.name(), start.join("\n")))
    }

    // Without incremental compilation: with it, an unchanged text is not compiled again.
    fn command(&self, kind: Kind) -> Command {
        let mut check = cargo("check --quiet --package");
        check.arg(kind.name()).current_dir(&self.0);
        check.env("CARGO_INCREMENTAL", "0").env("CARGO_TARGET_DIR", self.0.join("target"));
        check
    }
}

const MANIFEST: &str = "\
[workspace]
resolver = \"3\"
members = [\"plain\", \"instrumented\", \"guarded\"]
";

fn manifest(kind: Kind) -> String {
    let runtime = workspace::root().join("resilience");
    format!(
        "[package]\nname = \"{}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\n\
         resilience = {{ path = '{}' }}\n\
         tracing = {{ version = \"0.1\", features = [\"attributes\"] }}\n",
        kind.name(),
        runtime.display()
    )
}
