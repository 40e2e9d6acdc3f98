//! The same load with the attributes and without, side by side.

use std::time::Duration;

use resilience::CircuitState::{Closed, HalfOpen, Open};

use crate::record::Figures;
use crate::screen::{self, Screen, Tone, millis};
use crate::stage::{Side, Stage};
use crate::timeline::{breaker, retry};

/// Shows the table, and what the policies did.
pub(crate) fn show(screen: Screen, stage: &Stage) {
    let [guarded, bare] = [Column::of(&stage.guarded), Column::of(&stage.bare)];
    let heading = format!("{:44}{:>20}{:>12}", "the same load", "with the attributes", "without");
    screen::line(screen.paint(Tone::Strong, heading));
    for (label, [with, without]) in rows(&guarded, &bare) {
        screen::line(format_args!("{label:44}{with:>20}{without:>12}"));
    }
    screen::line(format_args!("\n{}\n{}", breaker_did(), retry_did()));
}

struct Column {
    figures: Figures,
    most_waiting: u64,
    hits_while_broken: u64,
}

impl Column {
    fn of(side: &Side) -> Self {
        Self {
            figures: side.record.figures(0),
            most_waiting: side.record.most_waiting(),
            hits_while_broken: side.hits.while_broken(),
        }
    }
}

type Rows = Vec<(&'static str, [String; 2])>;

fn rows(guarded: &Column, bare: &Column) -> Rows {
    let row = |label, show: fn(&Column) -> String| (label, [guarded, bare].map(show));
    vec![
        row("requests", |c| c.figures.total().to_string()),
        row("answered", |c| c.figures.answered.to_string()),
        row("failed", |c| c.figures.failed.to_string()),
        row("rejected at once, told when to come back", |c| c.figures.rejected.to_string()),
        row("p50, half waited no longer", |c| unit(c.figures.percentile(50))),
        row("p99, 99 in 100 waited no longer", |c| unit(c.figures.percentile(99))),
        row("worst wait", |c| unit(c.figures.worst())),
        row("waits that led to nothing, in sum", |c| seconds(c.figures.in_vain)),
        row("waiting at the same time, at most", |c| c.most_waiting.to_string()),
        row("requests that hit the broken provider", |c| c.hits_while_broken.to_string()),
    ]
}

fn unit(wait: Option<Duration>) -> String {
    format!("{} ms", millis(wait))
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

fn breaker_did() -> String {
    let breaker = breaker();
    let [opened, failed_trials, closed] = [(Closed, Open), (HalfOpen, Open), (HalfOpen, Closed)]
        .map(|(from, to)| breaker.transitions(from, to));
    let now = breaker.state();
    format!("breaker: opened {opened}x, {failed_trials} trials failed, closed {closed}x; now {now}")
}

fn retry_did() -> String {
    let totals = retry().totals();
    format!("retry:   {} retries, {} calls saved by them", totals.retries, totals.recovered)
}
