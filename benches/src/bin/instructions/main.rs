//! Repeats one guarded call as often as told, for an instruction counter to look at.
//!
//! `instructions list` names the cases; `instructions FORM CASE CALLS` runs one. `cargo x
//! instructions` runs each with N and 2 N calls under callgrind, which counts in `counted` only: the
//! difference holds neither start-up nor set-up.

mod attributes;
mod by_hand;
mod caller;
mod cases;
#[cfg(feature = "fleet")]
mod fleet;

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use caller::repeat;
use cases::{CASES, Case, FLEET};
use resilience_benches::bare;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["list"] => list(),
        [form, case, calls] => return measure(form, case, calls),
        _ => return usage(),
    }
    ExitCode::SUCCESS
}

fn list() {
    for Case { name, target, ceiling, .. } in CASES.iter().chain(&FLEET) {
        println!("{name}\t{target}\t{}", ceiling.unwrap_or(*target));
    }
}

fn measure(form: &str, case: &str, calls: &str) -> ExitCode {
    let (Some(run), Ok(calls)) = (find(form, case), calls.parse()) else {
        return usage();
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.expect("a runtime can be built");
    let _entered = runtime.enter();
    // What happens once, such as getting to know the processor's counter, takes as long as it likes.
    run(1);
    counted(run, calls);
    ExitCode::SUCCESS
}

/// All that is counted: known by its name.
#[inline(never)]
fn counted(run: fn(u64), calls: u64) {
    run(black_box(calls));
}

/// In the run that is not counted: until an adaptive limit samples one call in hundreds, after some of its windows.
fn until_samples_are_rare(calls: u64, run: impl Fn(u64)) {
    let start = Instant::now();
    while calls == 1 && start.elapsed() < Duration::from_secs(2) {
        run(1_000);
    }
}

fn find(form: &str, name: &str) -> Option<fn(u64)> {
    if form == "bare" {
        return Some(|calls| repeat(calls, bare));
    }
    let case = CASES.iter().chain(&FLEET).find(|case| case.name == name)?;
    match form {
        "attributes" => Some(case.attributes),
        "by-hand" => Some(case.by_hand),
        _ => None,
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: instructions list | instructions bare|attributes|by-hand CASE CALLS");
    ExitCode::from(2)
}
