//! One line per second, while it happens.

use std::time::Duration;

use resilience::{CircuitBreaker, CircuitState, Retry, registry};
use tokio::time::sleep_until;

use crate::record::{Figures, Record};
use crate::screen::{self, Screen, Tone, millis};
use crate::script::Phase;
use crate::stage::Stage;

/// Shows the stage for as many seconds.
pub(crate) async fn show(screen: Screen, stage: &Stage, seconds: u32) {
    headings(screen);
    let mut shown = Shown::default();
    for second in 1..=seconds {
        let end = Duration::from_secs(second.into());
        sleep_until(stage.script.began() + end).await;
        let phase = stage.script.at(end.saturating_sub(Duration::from_millis(500)));
        screen::line(shown.next_line(screen, stage, second, phase));
    }
}

/// The breaker around payments, from the registry.
pub(crate) fn breaker() -> &'static CircuitBreaker {
    registry().circuit_breaker("payments").expect("client.rs declares it")
}

/// The retry around payments, from the registry.
pub(crate) fn retry() -> &'static Retry {
    registry().retry("payments").expect("client.rs declares it")
}

fn headings(screen: Screen) {
    let above = format!("{:14}{:-^53}   {:-^29}", "", " with the attributes ", " without ");
    let guarded = format!(
        "{:>5}{:>7}{:>8}{:>8}{:>7}{:>7}  {:9}",
        "ok", "failed", "rejected", "retried", "p50", "p99", "breaker"
    );
    let bare = format!("{:>4}{:>7}{:>8}{:>5}{:>6}", "ok", "failed", "waiting", "p50", "p99");
    screen::line(screen.paint(Tone::Faint, above));
    screen::line(screen.paint(Tone::Strong, format_args!("  s  payments {guarded}  {bare}")));
}

/// How much of the record has been shown.
#[derive(Default)]
struct Shown {
    guarded: usize,
    bare: usize,
    retries: u64,
}

impl Shown {
    fn next_line(&mut self, screen: Screen, stage: &Stage, second: u32, phase: Phase) -> String {
        let guarded = self.guarded_half(screen, stage);
        let bare = self.bare_half(screen, stage);
        format!("{second:>3}  {}  {guarded}  {bare}", provider(screen, phase))
    }

    fn guarded_half(&mut self, screen: Screen, stage: &Stage) -> String {
        let news = news(&stage.guarded.record, &mut self.guarded);
        let total = retry().totals().retries;
        let retried = total - std::mem::replace(&mut self.retries, total);
        [
            screen.count(news.answered, 4, Tone::Good),
            screen.count(news.failed, 7, Tone::Bad),
            screen.count(news.rejected, 8, Tone::Careful),
            screen.count(retried, 8, Tone::Plain),
            waits(&news, 7),
            state(screen, breaker().state()),
        ]
        .concat()
    }

    fn bare_half(&mut self, screen: Screen, stage: &Stage) -> String {
        let news = news(&stage.bare.record, &mut self.bare);
        [
            screen.count(news.answered, 4, Tone::Good),
            screen.count(news.failed, 7, Tone::Bad),
            screen.count(stage.bare.record.waiting(), 8, Tone::Careful),
            waits(&news, 6),
        ]
        .concat()
    }
}

/// What the record has gained.
fn news(record: &Record, shown: &mut usize) -> Figures {
    let figures = record.figures(*shown);
    *shown += figures.total();
    figures
}

fn provider(screen: Screen, phase: Phase) -> String {
    let tone = if phase == Phase::Healthy { Tone::Good } else { Tone::Bad };
    screen.paint(tone, format_args!("{phase:8}"))
}

fn state(screen: Screen, state: CircuitState) -> String {
    let tone = match state {
        CircuitState::Closed | CircuitState::ForcedClosed => Tone::Good,
        CircuitState::HalfOpen => Tone::Careful,
        CircuitState::Open | CircuitState::ForcedOpen => Tone::Bad,
    };
    screen.paint(tone, format_args!("  {state:9}"))
}

fn waits(figures: &Figures, width: usize) -> String {
    let [p50, p99] = [50, 99].map(|percent| millis(figures.percentile(percent)));
    format!("{p50:>width$}{p99:>width$}")
}
