//! `cargo x instructions`: what a guarded call costs above the bare one, counted by callgrind.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::workspace::{cargo, target};

/// Enough that a bucket's turn or a page fault vanishes in the quotient.
const CALLS: u64 = 20_000;

const NOTE: &str = "\
Instructions per call above the bare call; targets apply to the attributes.
valgrind has no vdso: each precise clock read counts about 93 too few, each coarse one about 51.
The processor's counter, which rate limits read, counts in full.";

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let check = arguments == ["--check"];
    if !check && !arguments.is_empty() {
        eprintln!("usage: cargo x instructions [--check]");
        return ExitCode::from(2);
    }
    match measure() {
        Ok(figures) => report(&figures, check),
        Err(why) => {
            eprintln!("cargo x instructions: {why}");
            ExitCode::FAILURE
        }
    }
}

struct Figure {
    case: String,
    target: f64,
    /// Not below the target: what it may cost until that is reached.
    ceiling: f64,
    attributes: f64,
    by_hand: f64,
}

impl Figure {
    fn missed(&self) -> bool {
        self.is_above(self.target)
    }

    fn over(&self) -> bool {
        self.is_above(self.ceiling)
    }

    // Rounded: what is left of start-up after the subtraction is a few hundredths.
    fn is_above(&self, limit: f64) -> bool {
        self.attributes.round() > limit
    }
}

fn measure() -> Result<Vec<Figure>, String> {
    let mut figures = measure_with("", &[])?;
    // What it brings costs a little everywhere: the others are measured without.
    figures.extend(measure_with(" --features fleet", &figures)?);
    Ok(figures)
}

/// The cases of a program with these features, but for those that are known.
fn measure_with(features: &str, known: &[Figure]) -> Result<Vec<Figure>, String> {
    let program = build(features)?;
    let bare = per_call(&program, "bare", "-")?;
    println!("the bare call itself: {bare:.1} instructions");
    let list = output(Command::new(&program).arg("list"))?.stdout;
    let is_known =
        |line: &str| known.iter().any(|figure| line.split('\t').next() == Some(&figure.case));
    let new = list.lines().filter(|line| !is_known(line));
    new.map(|line| figure(&program, line, bare)).collect()
}

fn build(features: &str) -> Result<PathBuf, String> {
    let build = "build --release --package resilience-benches --bin instructions";
    let mut build = cargo(&format!("{build}{features}"));
    match build.status() {
        Ok(status) if status.success() => Ok(target().join("release/instructions")),
        Ok(_) => Err("the measured program does not build".into()),
        Err(error) => Err(format!("cargo could not be started: {error}")),
    }
}

fn figure(program: &PathBuf, line: &str, bare: f64) -> Result<Figure, String> {
    let mut columns = line.split('\t');
    let case = columns.next().unwrap_or_default();
    let mut limit = || columns.next().and_then(|text| text.parse().ok());
    let (Some(target), Some(ceiling)) = (limit(), limit()) else {
        return Err("the list of cases is not one".into());
    };
    let attributes = per_call(program, "attributes", case)? - bare;
    let by_hand = per_call(program, "by-hand", case)? - bare;
    Ok(Figure { case: case.into(), target, ceiling, attributes, by_hand })
}

fn per_call(program: &PathBuf, form: &str, case: &str) -> Result<f64, String> {
    let once = total(program, form, case, CALLS)?;
    let twice = total(program, form, case, 2 * CALLS)?;
    Ok((twice as f64 - once as f64) / CALLS as f64)
}

fn total(program: &PathBuf, form: &str, case: &str, calls: u64) -> Result<u64, String> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    valgrind.arg("--toggle-collect=instructions::counted");
    valgrind.arg(program).args([form, case, &calls.to_string()]);
    let log = output(&mut valgrind)?.stderr;
    collected(&log).ok_or_else(|| format!("callgrind printed no total:\n{log}"))
}

fn collected(log: &str) -> Option<u64> {
    let line = log.lines().find_map(|line| line.split_once("Collected :"))?.1;
    line.trim().parse().ok()
}

struct Output {
    stdout: String,
    stderr: String,
}

fn output(command: &mut Command) -> Result<Output, String> {
    let name = command.get_program().display().to_string();
    let output = command.output().map_err(|error| {
        format!("{name} could not be started ({error}); scripts/install-test-packages installs it")
    })?;
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() {
        Ok(Output { stdout: String::from_utf8_lossy(&output.stdout).into_owned(), stderr })
    } else {
        Err(format!("{name} failed ({}):\n{stderr}", output.status))
    }
}

fn report(figures: &[Figure], check: bool) -> ExitCode {
    println!("\n{:<34} {:>7} {:>10} {:>8}", "", "target", "attributes", "by hand");
    for figure in figures {
        let Figure { case, target, attributes, by_hand, .. } = figure;
        let verdict = match (figure.over(), figure.missed()) {
            (true, _) => "  OVER",
            (false, true) => "  target missed",
            (false, false) => "",
        };
        println!("{case:<34} {target:>7} {attributes:>10.1} {by_hand:>8.1}{verdict}");
    }
    println!("\n{NOTE}");
    let over = figures.iter().filter(|figure| figure.over()).count();
    let missed = figures.iter().filter(|figure| figure.missed()).count();
    println!("\n=== {} of {} cases within their target", figures.len() - missed, figures.len());
    if check && over > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_read_from_callgrinds_last_lines() {
        let log = "==7== Events    : Ir\n==7== Collected : 3203731\n==7== \n";
        assert_eq!(collected(log), Some(3_203_731));
    }

    #[test]
    fn a_figure_is_over_its_target_only_by_a_whole_instruction() {
        let figure = |attributes| {
            let (case, target, ceiling, by_hand) = (String::new(), 30.0, 40.0, 0.0);
            Figure { case, target, ceiling, attributes, by_hand }
        };
        assert!(!figure(30.4).missed());
        assert!(figure(30.6).missed() && !figure(30.6).over());
        assert!(figure(40.6).over());
    }
}
