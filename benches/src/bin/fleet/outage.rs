//! Fifty replicas whose dependency dies: how many calls fail before the fleet's circuits are open, and how many trials there
//! are in each open period after that.

use std::error::Error;
use std::time::{Duration, Instant};

use resilience::{CircuitBreaker, CircuitBreakerConfig, CircuitState, Window, registry, shared};

use crate::processes;
use crate::server::Server;

const REPLICAS: u32 = 50;
const OPEN_FOR: Duration = Duration::from_secs(10);
const TIME: Duration = Duration::from_secs(45);
/// Longer than five calls of the idlest replica take.
const WINDOW: Window = Window::Time(Duration::from_secs(60));
/// *Unequal*: between two calls of the busiest replica, and of the idlest, in seconds.
const GAPS: (f64, f64) = (0.2, 4.0);
/// *One after the other*: from a replica's first call to the next one's; then each calls as often as the busiest.
const STAGGER: Duration = Duration::from_millis(300);

/// A line for each traffic, with shared opinions and without.
pub(crate) fn table() -> Result<(), Box<dyn Error>> {
    println!(
        "{REPLICAS} replicas (processes), a dependency that is dead for {} s; 5 failures open a circuit for {} s\n",
        TIME.as_secs(),
        OPEN_FOR.as_secs()
    );
    println!(
        "| traffic | opinions | calls that failed before their circuit was open | all open after, s | trials per open period, from then on |"
    );
    println!("|---|---|--:|--:|--:|");
    for traffic in ["one after the other", "unequal"] {
        for opinions in ["alone", "shared"] {
            let server = Server::start()?;
            let arguments = |number: u32| {
                let words = ["outage", traffic, opinions, &number.to_string(), &server.url()];
                words.map(str::to_owned).to_vec()
            };
            line(traffic, opinions, &processes::run((0..REPLICAS).map(arguments))?)?;
        }
    }
    Ok(())
}

fn line(traffic: &str, opinions: &str, printed: &[String]) -> Result<(), Box<dyn Error>> {
    let (mut failed, mut trials, mut all_open) = (0, Vec::new(), 0.0_f64);
    for text in printed {
        let mut words = text.split_whitespace();
        let mut number = || words.next().ok_or("a number is missing");
        failed += number()?.parse::<u32>()?;
        all_open = all_open.max(number()?.parse()?);
        trials.extend(words.map(str::parse::<f64>).collect::<Result<Vec<_>, _>>()?);
    }
    let periods = (TIME.as_secs_f64() - all_open) / OPEN_FOR.as_secs_f64();
    let trials = trials.iter().filter(|at| **at > all_open).count();
    println!(
        "| {traffic} | {opinions} | {failed} | {all_open:.1} | {:.1} |",
        trials as f64 / periods
    );
    Ok(())
}

/// One replica: prints how many calls failed before its circuit was open, when that was, and when each trial came.
pub(crate) async fn replica(
    (traffic, opinions): (&str, &str),
    number: u32,
    url: &str,
    start: u64,
) -> Result<(), Box<dyn Error>> {
    let client = redis::Client::open(url)?;
    let connection = client.get_multiplexed_async_connection().await?;
    let store = shared::Redis::new(connection).namespace("bench");
    shared::connect(store.timeout(Duration::from_secs(1)));
    let config = CircuitBreakerConfig::new().min_calls(5).window(WINDOW).open_for(OPEN_FOR);
    let config = if opinions == "shared" { config.shared(0.5) } else { config };
    let breaker = registry().insert(CircuitBreaker::new("dependency", config));
    processes::begin(start).await;
    let (failed, opened, trials) = call(breaker, calls_of(traffic, number)).await;
    let opened = opened.unwrap_or(TIME).as_secs_f64();
    let trials: Vec<_> = trials.iter().map(|at| format!("{:.2}", at.as_secs_f64())).collect();
    println!("{failed} {opened:.2} {}", trials.join(" "));
    Ok(())
}

/// When a replica's first call comes, and how long it is to the next.
fn calls_of(traffic: &str, number: u32) -> (Duration, Duration) {
    if traffic == "unequal" {
        let share = f64::from(number) / f64::from(REPLICAS - 1);
        let gap = Duration::from_secs_f64(GAPS.0 * (GAPS.1 / GAPS.0).powf(share));
        (gap, gap)
    } else {
        (STAGGER * number, Duration::from_secs_f64(GAPS.0))
    }
}

/// Calls until the time is over; the dependency answers nothing but errors.
async fn call(
    breaker: &CircuitBreaker,
    (first, gap): (Duration, Duration),
) -> (u32, Option<Duration>, Vec<Duration>) {
    let (begin, mut failed, mut opened, mut trials) = (Instant::now(), 0, None, Vec::new());
    tokio::time::sleep(first).await;
    while begin.elapsed() < TIME {
        let at = begin.elapsed();
        if opened.is_none() && breaker.state() != CircuitState::Closed {
            opened = Some(at);
        }
        if let Ok(permit) = breaker.try_acquire() {
            match opened {
                None => failed += 1,
                Some(_) => trials.push(at),
            }
            permit.failure();
        }
        tokio::time::sleep(gap).await;
    }
    (failed, opened, trials)
}
