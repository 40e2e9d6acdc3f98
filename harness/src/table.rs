//! Figures as a table.

use std::fmt::Write as _;
use std::time::Duration;

use super::{Figures, Scenario};

/// A Markdown table; `None` says that the server of that outage is not installed.
#[must_use]
pub fn table<'a>(rows: impl IntoIterator<Item = &'a (Scenario, Option<Figures>)>) -> String {
    let mut text = String::from(HEAD);
    for (scenario, figures) in rows {
        let row = figures.as_ref().map_or_else(|| NOT_INSTALLED.to_owned(), row);
        // A String takes it.
        let _ = writeln!(text, "| {scenario} | {row}");
    }
    text
}

/// What callers felt, and what the dependency got, in half a line.
#[must_use]
pub fn in_short(figures: &Figures) -> String {
    let load = 100.0 * figures.load;
    format!("in the outage p99 {}, {load:.1} % of the usual calls upstream", shown(figures.p99))
}

const HEAD: &str = "\
| outage | answered | fallback | failed | p50 | p99 | past its deadline | load | retries | recovery | left |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
";

const NOT_INSTALLED: &str = "not installed | | | | | | | | | |";

fn row(figures: &Figures) -> String {
    let share =
        |count: usize| format!("{:.1} %", 100.0 * count as f64 / figures.calls.max(1) as f64);
    let (tasks, memory) = figures.left();
    let cells = [
        share(figures.answered),
        share(figures.fallbacks),
        share(figures.failed),
        shown(figures.p50),
        shown(figures.p99),
        shown(figures.over),
        format!("{:.1} %", 100.0 * figures.load),
        figures.retries.to_string(),
        figures.recovery.map_or_else(|| "never".to_owned(), shown),
        format!("{tasks} tasks, {} MiB", memory / 1024),
    ];
    cells.join(" | ") + " |"
}

fn shown(duration: Duration) -> String {
    match duration.as_millis() {
        0 if duration.is_zero() => "0".to_owned(),
        0 => "< 1 ms".to_owned(),
        millis @ 1..1_000 => format!("{millis} ms"),
        millis => format!("{:.1} s", millis as f64 / 1e3),
    }
}
