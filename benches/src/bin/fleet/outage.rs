//! Fifty replicas whose dependency dies: how many calls fail before the fleet's circuits are open, and how many trials there
//! are in each open period.
//!
//! Replicas have unequal traffic, from five calls a second to one in four seconds: the busy ones find out first.

use std::error::Error;
use std::time::{Duration, Instant};

use resilience::{CircuitBreaker, CircuitBreakerConfig, CircuitState, registry, shared};

use crate::processes;
use crate::server::Server;

const REPLICAS: u32 = 50;
const OPEN_FOR: Duration = Duration::from_secs(10);
/// The first open period and three more.
const TIME: Duration = Duration::from_secs(45);
/// Between two calls of the busiest replica, and of the idlest.
const GAPS: (f64, f64) = (0.2, 4.0);

/// A line with shared opinions, and one without.
pub(crate) fn table() -> Result<(), Box<dyn Error>> {
    println!(
        "{REPLICAS} replicas (processes), a dependency that is dead for {} s; 5 of 5 calls open a circuit for {} s\n",
        TIME.as_secs(),
        OPEN_FOR.as_secs()
    );
    println!(
        "| opinions | calls that failed before the circuits were open | all open after, s | trials | open periods ended | trials per open period |"
    );
    println!("|---|--:|--:|--:|--:|--:|");
    for kind in ["alone", "shared"] {
        let server = Server::start()?;
        let arguments = |number: u32| {
            vec!["outage".to_owned(), kind.to_owned(), number.to_string(), server.url()]
        };
        line(kind, &processes::run((0..REPLICAS).map(arguments))?)?;
    }
    Ok(())
}

fn line(kind: &str, printed: &[String]) -> Result<(), Box<dyn Error>> {
    let (mut first, mut trials, mut all_open) = (0, Vec::new(), 0.0_f64);
    for text in printed {
        let mut words = text.split_whitespace();
        let mut number = || words.next().ok_or("a number is missing");
        first += number()?.parse::<u32>()?;
        all_open = all_open.max(number()?.parse()?);
        trials.extend(words.map(str::parse::<f64>).collect::<Result<Vec<_>, _>>()?);
    }
    trials.sort_unstable_by(f64::total_cmp);
    // Periods of a fleet that acts as one are as long as one replica's; alone, each replica has its own.
    let periods = (TIME.as_secs_f64() - all_open) / OPEN_FOR.as_secs_f64();
    println!(
        "| {kind} | {first} | {all_open:.1} | {} | {periods:.1} | {:.1} |",
        trials.len(),
        trials.len() as f64 / periods
    );
    Ok(())
}

/// One replica: prints how many calls failed before its circuit was open, when that was, and when each trial came.
pub(crate) async fn replica(
    kind: &str,
    number: u32,
    url: &str,
    start: u64,
) -> Result<(), Box<dyn Error>> {
    let client = redis::Client::open(url)?;
    let connection = client.get_multiplexed_async_connection().await?;
    shared::connect(
        shared::Redis::new(connection).namespace("bench").timeout(Duration::from_secs(1)),
    );
    let config = CircuitBreakerConfig::new().min_calls(5).window(WINDOW).open_for(OPEN_FOR);
    let config = if kind == "shared" { config.shared(0.5) } else { config };
    let breaker = registry().insert(CircuitBreaker::new("dependency", config));
    processes::begin(start).await;
    let (failed, opened, trials) = call(breaker, number).await;
    let opened = opened.unwrap_or(TIME).as_secs_f64();
    let trials: Vec<_> = trials.iter().map(|at| format!("{:.2}", at.as_secs_f64())).collect();
    println!("{failed} {opened:.2} {}", trials.join(" "));
    Ok(())
}

/// Longer than five calls of the idlest replica take.
const WINDOW: resilience::Window = resilience::Window::Time(Duration::from_secs(60));

/// Calls until the time is over; the dependency answers nothing but errors.
async fn call(breaker: &CircuitBreaker, number: u32) -> (u32, Option<Duration>, Vec<Duration>) {
    let share = f64::from(number) / f64::from(REPLICAS - 1);
    let gap = Duration::from_secs_f64(GAPS.0 * (GAPS.1 / GAPS.0).powf(share));
    let (begin, mut failed, mut opened, mut trials) = (Instant::now(), 0, None, Vec::new());
    while begin.elapsed() < TIME {
        tokio::time::sleep(gap).await;
        let at = begin.elapsed();
        if let Ok(permit) = breaker.try_acquire() {
            match opened {
                None => failed += 1,
                Some(_) => trials.push(at),
            }
            permit.failure();
        }
        if opened.is_none() && breaker.state() == CircuitState::Open {
            opened = Some(at);
        }
    }
    (failed, opened, trials)
}
