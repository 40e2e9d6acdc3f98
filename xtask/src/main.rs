//! `cargo x`: one name for every check that this repository makes on itself.

mod bench;
mod bless;
mod check;
mod compile_time;
mod dependencies;
mod docs;
mod instructions;
mod lint;
mod mutants;
mod outage;
mod prove;
mod soak;
mod steps;
mod structure;
mod test;
mod workspace;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo x <command> [arguments]

  check         everything a change must pass: lint, docs, test
  lint          formatting, layers, and clippy over every feature set, warnings are errors
  structure     only the layers: which imports point up, go through the front door or run in circles
  test          all tests; arguments go to `cargo test`
  docs          the documentation, warnings are errors
  bless         rewrite the golden expansions and the compile-error texts from what is built now
  bench         the criterion benches against peer libraries; arguments go to `cargo bench`
  report        the same in turns, and plots, written to docs/benchmarks, in three minutes; --quick to target/benchmarks
  instructions  instructions per guarded call, under valgrind; --check fails above a target
  outage        programs under faults, with what guards them and without: both tables; --check runs only what tells the two apart
  mutants       what the code would be with one small change, under the tests: `cargo x mutants MINUTES SEED PART`
  prove         random sequences against reference models, a million of each: `cargo x prove COUNT SEED MODEL`
  soak          random faults for some minutes (10), then a leak check; `cargo x soak MINUTES SEED`
  compile-time  `cargo check` of 500 annotated functions against 500 instrumented ones; --check fails above 1.5x
  dependencies  crates, build time and bytes that each feature brings into a program; --count only the crates";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next();
    let rest: Vec<String> = arguments.collect();
    match command.as_deref() {
        Some("check") => check::run(),
        Some("lint") => lint::run(),
        Some("structure") => structure::run(),
        Some("test") => test::run(&rest),
        Some("docs") => docs::run(),
        Some("bless") => bless::run(&rest),
        Some("bench") => bench::run(&rest),
        Some("report") => bench::report(&rest),
        Some("instructions") => instructions::run(&rest),
        Some("outage") => outage::run(&rest),
        Some("mutants") => mutants::run(&rest),
        Some("prove") => prove::run(&rest),
        Some("soak") => soak::run(&rest),
        Some("compile-time") => compile_time::run(&rest),
        Some("dependencies") => dependencies::run(&rest),
        Some("help" | "--help" | "-h") => help(),
        other => unknown(other),
    }
}

fn help() -> ExitCode {
    println!("{USAGE}");
    ExitCode::SUCCESS
}

fn unknown(command: Option<&str>) -> ExitCode {
    if let Some(command) = command {
        eprintln!("cargo x: there is no command `{command}`\n");
    }
    eprintln!("{USAGE}");
    ExitCode::from(2)
}
