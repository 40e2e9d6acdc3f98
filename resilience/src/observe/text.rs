//! The two text formats: where they agree, and where they don't.

use std::fmt::Write;

use super::collect::Collected;
use super::families::{FAMILIES, Family, Shape, buckets};
use super::sink::{Label, Sink};
use crate::histogram::Histogram;
use crate::registry::Registry;

/// How metrics are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The Prometheus text format, version 0.0.4.
    Prometheus,
    /// `OpenMetrics`, version 1.0.0.
    OpenMetrics,
}

impl Format {
    /// The value of the header `Content-Type`.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }

    /// The metrics of every policy, as they are now.
    #[must_use]
    pub fn text(self, registry: &Registry) -> String {
        self.steps(Collected::at_once(registry)).map(|step| step.text).collect()
    }

    /// The same step by step, each of a few policies.
    pub(crate) fn steps(self, all: Collected) -> Steps {
        Steps { format: self, all, family: 0, place: 0, text: Text::default() }
    }
}

/// So many policies are a step.
const STEP: usize = 16;

/// A page as it is written.
pub(crate) struct Steps {
    format: Format,
    all: Collected,
    /// What comes next: which family, and which of its policies.
    family: usize,
    place: usize,
    text: Text,
}

/// Some lines of a page, and how many policies they are about.
pub(crate) struct Step {
    pub(crate) text: String,
    #[cfg_attr(
        not(feature = "axum"),
        allow(dead_code, reason = "only HTTP answers come in chunks")
    )]
    pub(crate) policies: usize,
}

impl Iterator for Steps {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let family = FAMILIES.get(self.family)?;
        if self.place == 0 {
            self.text.begin(family, self.format);
        }
        let end = self.place + STEP;
        let more = family.write(self.place..end, &self.all, &mut self.text);
        (self.family, self.place) = if more { (self.family, end) } else { (self.family + 1, 0) };
        if self.family == FAMILIES.len() && self.format == Format::OpenMetrics {
            self.text.written.push_str("# EOF\n");
        }
        // The next one is about as long.
        let next = String::with_capacity(self.text.written.len());
        Some(Step { text: std::mem::replace(&mut self.text.written, next), policies: STEP })
    }
}

/// A page in the making.
#[derive(Default)]
struct Text {
    written: String,
    /// Of the family.
    name: &'static str,
    /// The labels of the series, as they are written; there is always one, and samples add theirs.
    shared: String,
}

impl Text {
    fn begin(&mut self, family: &Family, format: Format) {
        self.name = family.name;
        let (name, shape) = match (family.shape, format) {
            // `OpenMetrics` names the family, and only its samples end with `_total`.
            (Shape::Counter, Format::OpenMetrics) => {
                (family.name.trim_end_matches("_total"), "counter")
            }
            (Shape::Counter, Format::Prometheus) => (family.name, "counter"),
            (Shape::Gauge | Shape::Seconds, _) => (family.name, "gauge"),
            (Shape::Histogram, _) => (family.name, "histogram"),
        };
        let help = family.help;
        push(&mut self.written, &["# HELP ", name, " ", help, "\n# TYPE ", name, " ", shape, "\n"]);
        if format == Format::OpenMetrics && name.ends_with("_seconds") {
            push(&mut self.written, &["# UNIT ", name, " seconds\n"]);
        }
    }

    fn sample(&mut self, suffix: &str, own: &[Label], value: u64) {
        self.labelled(suffix, own);
        self.number(value);
        self.written.push('\n');
    }

    fn labelled(&mut self, suffix: &str, own: &[Label]) {
        push(&mut self.written, &[self.name, suffix, "{", &self.shared]);
        for (name, value) in own {
            push(&mut self.written, &[",", name, "=\"", value, "\""]);
        }
        self.written.push_str("} ");
    }

    /// By hand: formatting machinery would be the greater part of a page's cost.
    fn number(&mut self, mut value: u64) {
        let mut digits = [0; 20];
        let mut first = digits.len();
        while value > 0 || first == digits.len() {
            first -= 1;
            digits[first] = b'0' + (value % 10) as u8;
            value /= 10;
        }
        self.written.push_str(str::from_utf8(&digits[first..]).unwrap_or_default());
    }
}

impl Sink for Text {
    fn series(&mut self, shared: &[Label]) {
        self.shared.clear();
        for (name, value) in shared {
            let comma = if self.shared.is_empty() { "" } else { "," };
            push(&mut self.shared, &[comma, name, "=\"", &escaped(value), "\""]);
        }
    }

    fn value(&mut self, own: &[Label], value: u64) {
        self.sample("", own, value);
    }

    fn seconds(&mut self, own: &[Label], seconds: f64) {
        self.labelled("", own);
        // Writing to a string doesn't fail.
        let _ = writeln!(self.written, "{seconds}");
    }

    fn durations(&mut self, durations: &Histogram) {
        for (bound, so_far) in buckets(durations) {
            self.sample("_bucket", &[("le", bound)], so_far);
        }
        self.labelled("_sum", &[]);
        // Writing to a string doesn't fail.
        let _ = writeln!(self.written, "{}", durations.sum().as_secs_f64());
        self.sample("_count", &[], durations.count());
    }
}

fn push(text: &mut String, parts: &[&str]) {
    for part in parts {
        text.push_str(part);
    }
}

/// A label's value: backslash, quote and line feed are written with a backslash.
fn escaped(value: &str) -> std::borrow::Cow<'_, str> {
    if !value.contains(['\\', '"', '\n']) {
        return value.into();
    }
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").into()
}
