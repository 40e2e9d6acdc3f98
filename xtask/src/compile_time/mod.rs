//! `cargo x compile-time`: what four attributes per function cost `cargo check`, beside one
//! `#[tracing::instrument]`.

mod scratch;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use scratch::{Kind, Scratch};

const ROUNDS: usize = 5;

/// The most that the attributes may cost, as a multiple of `#[tracing::instrument]`.
const TARGET: f64 = 1.5;

pub(crate) fn run(arguments: &[String]) -> ExitCode {
    let check = arguments == ["--check"];
    if !check && !arguments.is_empty() {
        eprintln!("usage: cargo x compile-time [--check]");
        return ExitCode::from(2);
    }
    match measure() {
        Ok(times) => report(&times, check),
        Err(why) => {
            eprintln!("cargo x compile-time: {why}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<[Vec<Duration>; 3], String> {
    let scratch = Scratch::create().map_err(|error| format!("no scratch crates: {error}"))?;
    for kind in Kind::ALL {
        scratch.check(kind)?;
    }
    let mut times = rounds(&scratch)?;
    for times in &mut times {
        times.sort_unstable();
    }
    Ok(times)
}

// Side by side: each round times all kinds, so that a slow moment of the machine hits all alike.
fn rounds(scratch: &Scratch) -> Result<[Vec<Duration>; 3], String> {
    let mut times = [const { Vec::new() }; 3];
    for round in 1..=ROUNDS {
        print!("round {round} of {ROUNDS}:");
        for (kind, times) in Kind::ALL.into_iter().zip(&mut times) {
            let took = timed(scratch, kind)?;
            print!("  {} {:.2} s", kind.name(), took.as_secs_f64());
            times.push(took);
        }
        println!();
    }
    Ok(times)
}

fn timed(scratch: &Scratch, kind: Kind) -> Result<Duration, String> {
    scratch.touch(kind).map_err(|error| format!("{} is not writable: {error}", kind.name()))?;
    let started = Instant::now();
    scratch.check(kind)?;
    Ok(started.elapsed())
}

/// `times` are sorted, for each kind.
fn report(times: &[Vec<Duration>; 3], check: bool) -> ExitCode {
    println!("\n`cargo check` of {} functions, {ROUNDS} rounds:", scratch::FUNCTIONS);
    println!("{:28} {:>8} {:>8}", "", "fastest", "median");
    for (kind, times) in Kind::ALL.into_iter().zip(times) {
        let [fastest, median] = [0, times.len() / 2].map(|index| times[index].as_secs_f64());
        println!("{:28} {fastest:6.2} s {median:6.2} s", kind.description());
    }
    let (fastest, median) = (ratio(times, 0), ratio(times, ROUNDS / 2));
    println!("\n=== ratio {fastest:.2} fastest, {median:.2} median (target: at most {TARGET:.1})");
    // A busy machine only ever adds time: the fastest rounds tell the two apart best.
    if check && fastest > TARGET { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn ratio([_, instrumented, guarded]: &[Vec<Duration>; 3], index: usize) -> f64 {
    guarded[index].as_secs_f64() / instrumented[index].as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_compares_the_attributes_with_instrument_not_with_nothing() {
        let times = [1, 4, 6].map(|seconds| vec![Duration::from_secs(seconds)]);
        assert!((ratio(&times, 0) - 1.5).abs() < 1e-9);
    }
}
