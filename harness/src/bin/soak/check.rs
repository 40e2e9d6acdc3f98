//! Runs the programs, and looks at what they hold before and after.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use fastrand::Rng;
use resilience_harness::{App, Call, Gauges, Limits, Outcome, Place, Programs, World};

use crate::weather::befalls;

const SOAKED: [(App, Place); 5] = [
    (App::Users, Place::Upstream),
    (App::Users, Place::Database),
    (App::Users, Place::Cache),
    (App::Orders, Place::Upstream),
    (App::Limited, Place::Upstream),
];
/// As many as the limited API keeps.
const KEYS: u64 = 10_000;

#[tokio::main]
pub(crate) async fn run(folder: &str, minutes: u64, seed: u64) -> ExitCode {
    let programs = Programs::within(Path::new(folder));
    println!("{minutes} minutes, seed {seed} (`cargo x soak {minutes} {seed}` repeats the faults)");
    let mut rng = Rng::with_seed(seed);
    let mut running = Vec::new();
    for (app, place) in SOAKED {
        let Some(world) = World::start(&programs, app, place).await.expect("free ports") else {
            println!("{app:?}, {place:?}: not installed");
            continue;
        };
        running.push(tokio::spawn(soak(world, (app, place), rng.fork(), minutes)));
    }
    let mut good = !running.is_empty();
    for soaked in running {
        good &= soaked.await.expect("nothing panics there");
    }
    println!("\n=== {}", if good { "nothing is left behind" } else { "something is left behind" });
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Whether all is as it was. The start is when every kind of fault has been met: what is made once
/// is no leak.
async fn soak(mut world: World, what: (App, Place), mut rng: Rng, minutes: u64) -> bool {
    let all = Duration::from_secs(60 * minutes);
    let mut calls = befalls(&mut world, what, &mut rng, Instant::now() + all / 4, 0).await;
    let before = world.rest(None).await;
    let count = calls.len() as u64;
    calls.extend(befalls(&mut world, what, &mut rng, Instant::now() + all * 3 / 4, count).await);
    let after = world.rest(Some(before)).await;
    let wrong = wrong(&before, &after, world.lost(&calls), world.upstream.done_twice());
    println!(
        "{what:?}: {} calls, {} failed\n  {before:?}\n  {after:?}",
        calls.len(),
        failed(&calls)
    );
    for wrong in &wrong {
        println!("  WRONG: {wrong}");
    }
    wrong.is_empty()
}

fn failed(calls: &[Call]) -> usize {
    calls.iter().filter(|call| call.outcome == Outcome::Failed).count()
}

fn wrong(before: &Gauges, after: &Gauges, lost: usize, twice: usize) -> Vec<String> {
    let more = |what: &str, before: u64, after: u64, most: u64| {
        (after > before + most).then(|| format!("{} {what} more", after - before))
    };
    let none = |what: &str, count: u64| (count > 0).then(|| format!("{count} {what}"));
    let checks = [
        more("tasks", before.tasks, after.tasks, Limits::BASE.tasks),
        more("KiB", before.memory, after.memory, Limits::BASE.memory),
        more("keys than there may be", KEYS, after.keys, 0),
        none("permits held", after.permits),
        none("waiters left", after.waiters),
        none("orders lost", lost as u64),
        none("orders done twice", twice as u64),
    ];
    checks.into_iter().flatten().collect()
}
