//! Runs commands one after the other, and says at the end which of them failed.

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

/// The steps run so far.
#[derive(Default)]
pub(crate) struct Steps(Vec<Step>);

struct Step {
    line: String,
    took: Duration,
    failure: Option<String>,
}

impl Steps {
    /// Runs `command` with its output passed through. A failure is kept for the summary, so that
    /// one run reports everything that is wrong.
    pub(crate) fn run(&mut self, mut command: Command) {
        let line = shown(&command);
        println!("\n--- {line}");
        let started = Instant::now();
        let failure = failure_of(&mut command);
        self.0.push(Step { line, took: started.elapsed(), failure });
    }

    /// Prints what a check of our own found; anything is a failure.
    pub(crate) fn check(&mut self, what: &str, problems: &[String]) {
        println!("\n--- {what}");
        for problem in problems {
            println!("{problem}");
        }
        let failure = (!problems.is_empty()).then(|| format!("{} problems", problems.len()));
        self.0.push(Step { line: what.to_owned(), took: Duration::ZERO, failure });
    }

    /// Prints the summary, and turns it into the process's exit code.
    pub(crate) fn finish(self) -> ExitCode {
        println!("\n=== summary");
        for step in &self.0 {
            println!("{}", step.summary());
        }
        let failed = self.0.iter().filter(|step| step.failure.is_some()).count();
        println!("=== {} of {} steps passed", self.0.len() - failed, self.0.len());
        if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

impl Step {
    fn summary(&self) -> String {
        let took = self.took.as_secs_f64();
        match &self.failure {
            None => format!("ok     {took:6.1} s  {}", self.line),
            Some(why) => format!("FAILED {took:6.1} s  {} ({why})", self.line),
        }
    }
}

fn failure_of(command: &mut Command) -> Option<String> {
    match command.status() {
        Ok(status) if status.success() => None,
        Ok(status) => Some(status.to_string()),
        Err(error) => Some(format!("could not be started: {error}")),
    }
}

/// The command as one would type it: with the variables that it sets, without the path to cargo.
fn shown(command: &Command) -> String {
    let variables = command
        .get_envs()
        .filter_map(|(name, value)| Some((name.display(), value?.display())))
        .map(|(name, value)| format!("{name}='{value}'"));
    let program = std::path::Path::new(command.get_program()).file_stem().unwrap_or_default();
    let words = command.get_args().map(|word| word.display().to_string());
    variables.chain([program.display().to_string()]).chain(words).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_it_would_be_typed() {
        let mut command = Command::new("/usr/bin/cargo");
        command.env("RUSTDOCFLAGS", "-D warnings").env_remove("HOME").args(["doc", "--no-deps"]);
        assert_eq!(shown(&command), "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps");
    }

    #[test]
    fn a_command_that_does_not_exist_is_a_failure_with_its_reason() {
        let why = failure_of(&mut Command::new("/no/such/program")).unwrap();
        assert!(why.starts_with("could not be started: "), "{why}");
    }
}
