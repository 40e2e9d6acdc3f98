//! `cargo run --release -p resilience-benches --bin adaptive`: the adaptive limit and those of other libraries over the
//! same scenarios, as a Markdown table. A simulation: a dependency with so many workers and a queue, callers that give up
//! after a second. `--check` holds the adaptive limit to its thresholds; `--seeds N` takes other seeds than 1 to 5.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "limits and numbers of calls are small, and not negative"
)]

mod anchors;
mod model;
mod ours;
mod scenarios;

use std::process::ExitCode;

use self::anchors::ANCHORS;
use self::model::{Limiter, Result, run};
use self::ours::Ours;
use self::scenarios::{SCENARIOS, Scenario};

/// A limiter by name, made anew for each run.
type Contender = (&'static str, fn(u64) -> Box<dyn Limiter>);

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().collect();
    let is_check = arguments.iter().any(|argument| argument == "--check");
    let seeds = arguments.iter().position(|argument| argument == "--seeds");
    let seeds = seeds.and_then(|place| arguments.get(place + 1)?.parse().ok()).unwrap_or(5);
    println!(
        "Seeds 1 to {seeds}: mean (worst) of what was answered, of the possible; rejected; median.\n"
    );
    let mut contenders: Vec<Contender> = vec![("ours", |_| Box::new(Ours::new()))];
    if !is_check {
        contenders.extend(ANCHORS);
    }
    head(&contenders);
    let mut failures = Vec::new();
    for scenario in SCENARIOS {
        print!("| {} |", scenario.name);
        for (name, make) in &contenders {
            let results: Vec<_> =
                (1..=seeds).map(|seed| run(&mut *make(seed), scenario, seed)).collect();
            cell(&results);
            if *name == "ours" {
                failures.extend(missed(scenario, &results));
            }
        }
        println!();
    }
    for failure in &failures {
        eprintln!("{failure}");
    }
    if is_check && !failures.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn head(contenders: &[Contender]) {
    let names: Vec<_> = contenders.iter().map(|(name, _)| *name).collect();
    println!("| scenario | {} |\n|---|{}", names.join(" | "), "---|".repeat(names.len()));
}

fn cell(results: &[Result]) {
    let (done, worst) = (mean(results, |it| it.done), worst(results));
    let (rejected, median) = (mean(results, |it| it.rejected), mean(results, |it| it.median_ms));
    print!(" {done:.1} ({worst:.1}) %; {rejected:.1} %; {median:.0} ms |");
}

fn mean(results: &[Result], of: fn(&Result) -> f64) -> f64 {
    results.iter().map(of).sum::<f64>() / results.len() as f64
}

fn worst(results: &[Result]) -> f64 {
    results.iter().map(|it| it.done).fold(f64::INFINITY, f64::min)
}

/// Which thresholds of the scenario are missed.
fn missed(scenario: &Scenario, results: &[Result]) -> Vec<String> {
    let found = [
        ("mean done", mean(results, |it| it.done), scenario.least_mean, true),
        ("worst done", worst(results), scenario.least_worst, true),
        ("rejected", mean(results, |it| it.rejected), scenario.most_rejected, false),
        ("median", mean(results, |it| it.median_ms), scenario.most_median_ms, false),
    ];
    let is_missed = |value: f64, limit: f64, is_least: bool| {
        if is_least { value < limit } else { value > limit }
    };
    let missed =
        found.into_iter().filter(|(_, value, limit, least)| is_missed(*value, *limit, *least));
    missed
        .map(|(what, value, limit, _)| {
            format!("{}: {what} {value:.1} instead of {limit:.1}", scenario.name)
        })
        .collect()
}
