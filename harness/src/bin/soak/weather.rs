//! What befalls a program: faults that come and go by chance, callers who stay and callers who leave.

use std::time::{Duration, Instant};

use fastrand::Rng;
use resilience_harness::{App, Call, Callers, Fault, Load, Place, Trouble, World};
use tokio::time::{sleep, timeout};

/// Calls a second, of callers who wait for the answer.
const RATE: u32 = 100;
/// So often comes one who doesn't.
const IMPATIENT: Duration = Duration::from_millis(25);
/// The numbers of their orders.
const THEIRS: u64 = 1_000_000_000;

/// Until then: all calls of those who waited.
pub(crate) async fn befalls(
    world: &mut World,
    (app, place): (App, Place),
    rng: &mut Rng,
    end: Instant,
    from: u64,
) -> Vec<Call> {
    let callers = world.service.callers();
    let first = if app == App::Orders { THEIRS + from } else { 1 };
    let load = Load::start_at(&callers, RATE, from, numbers(app));
    let leaving = tokio::spawn(leave(callers, first, rng.fork(), end));
    while Instant::now() < end {
        pause(rng, 1_500, end).await;
        let trouble = any(app, place, rng);
        world.begin(trouble);
        pause(rng, 3_000, end).await;
        world.end(trouble);
    }
    leaving.await.expect("nothing panics there");
    load.stop().await
}

fn numbers(app: App) -> fn(u64) -> u64 {
    match app {
        App::Users => |count| count % 1_000 + 1,
        App::Orders | App::Pictures => |count| count,
        // More callers than there are keys.
        App::Limited => |count| count * 7_919 % 20_000,
    }
}

/// At most so many milliseconds, and not beyond the end.
async fn pause(rng: &mut Rng, most: u64, end: Instant) {
    let pause = Duration::from_millis(rng.u64(100..most));
    sleep(pause.min(end.saturating_duration_since(Instant::now()))).await;
}

/// Callers who hang up, often in the middle of something.
async fn leave(callers: Callers, first: u64, mut rng: Rng, end: Instant) {
    for count in 1.. {
        if Instant::now() >= end {
            break;
        }
        let patience = Duration::from_micros(rng.u64(..60_000));
        let callers = callers.clone();
        let call = async move { timeout(patience, callers.call(first + count)).await };
        tokio::spawn(call);
        sleep(IMPATIENT).await;
    }
}

fn any(app: App, place: Place, rng: &mut Rng) -> Trouble {
    let late = Duration::from_millis(rng.u64(20..1_500));
    let drip = Duration::from_millis(rng.u64(5..80));
    let mut all = vec![
        Trouble::Proxy(Fault::Delay(late)),
        Trouble::Proxy(Fault::Throttle(drip)),
        Trouble::Proxy(Fault::Cut),
        Trouble::Proxy(Fault::Reset),
        Trouble::Proxy(Fault::BlackHole),
    ];
    match (app, place) {
        (App::Limited, _) => all.truncate(1),
        (_, Place::Upstream) => all.extend([Trouble::Errors(30), Trouble::Errors(100)]),
        (_, Place::Database) => all.extend([Trouble::Kill, Trouble::Pause]),
        (_, Place::Cache) => all.push(Trouble::Kill),
    }
    all[rng.usize(..all.len())]
}
