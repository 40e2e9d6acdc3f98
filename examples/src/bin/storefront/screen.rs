//! The terminal: plain lines, coloured on a terminal.

use std::env;
use std::fmt::Display;
use std::io::{IsTerminal, Write, stdout};
use std::time::Duration;

/// What a text means, hence its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Good,
    Bad,
    Careful,
    Faint,
    Strong,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    coloured: bool,
}

impl Screen {
    /// Standard output: in colour on a terminal, unless `NO_COLOR` is set.
    pub(crate) fn new() -> Self {
        let unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { coloured: stdout().is_terminal() && !unwanted }
    }

    pub(crate) fn paint(self, tone: Tone, text: impl Display) -> String {
        match tone.code() {
            Some(code) if self.coloured => format!("\x1b[{code}m{text}\x1b[0m"),
            _ => text.to_string(),
        }
    }

    /// A number in a column; zero is not worth a look.
    pub(crate) fn count(self, number: u64, width: usize, tone: Tone) -> String {
        let tone = if number == 0 { Tone::Faint } else { tone };
        self.paint(tone, format_args!("{number:>width$}"))
    }
}

impl Tone {
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Good => Some("32"),
            Self::Bad => Some("31"),
            Self::Careful => Some("33"),
            Self::Faint => Some("2"),
            Self::Strong => Some("1"),
        }
    }
}

/// Writes a line. A reader who has gone is no reason to fail.
pub(crate) fn line(text: impl Display) {
    let _ = writeln!(stdout(), "{text}");
}

/// Milliseconds, with a decimal where it matters.
pub(crate) fn millis(wait: Option<Duration>) -> String {
    match wait.map(|wait| wait.as_secs_f64() * 1000.0) {
        Some(millis) if millis < 9.95 => format!("{millis:.1}"),
        Some(millis) => format!("{millis:.0}"),
        None => "-".into(),
    }
}
