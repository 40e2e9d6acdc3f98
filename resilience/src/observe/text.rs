//! The two text formats: where they agree, and where they don't.

use std::fmt::{Display, Write};

use super::collect::Collected;
use super::page;
use crate::Registry;

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
        let mut page = Text { written: String::new(), format: self };
        page::write(&mut page, &Collected::from(registry));
        if self == Self::OpenMetrics {
            page.written.push_str("# EOF\n");
        }
        page.written
    }
}

/// A page in the making.
pub(super) struct Text {
    written: String,
    format: Format,
}

/// Names and values; the values escaped already.
pub(super) type Labels<'l> = &'l [(&'static str, &'l str)];

impl Text {
    pub(super) fn counter(&mut self, name: &str, help: &str) {
        // `OpenMetrics` names the family, and only its samples end with `_total`.
        let family = match self.format {
            Format::Prometheus => name,
            Format::OpenMetrics => name.trim_end_matches("_total"),
        };
        self.family(family, "counter", help);
    }

    pub(super) fn gauge(&mut self, name: &str, help: &str) {
        self.family(name, "gauge", help);
    }

    pub(super) fn histogram(&mut self, name: &str, help: &str) {
        self.family(name, "histogram", help);
    }

    fn family(&mut self, name: &str, kind: &str, help: &str) {
        self.push(&["# HELP ", name, " ", help, "\n# TYPE ", name, " ", kind, "\n"]);
        if self.format == Format::OpenMetrics && name.ends_with("_seconds") {
            self.push(&["# UNIT ", name, " seconds\n"]);
        }
    }

    pub(super) fn sample(&mut self, name: &str, labels: Labels<'_>, value: impl Display) {
        self.push(&[name, "{"]);
        for (i, (label, value)) in labels.iter().enumerate() {
            let comma = if i > 0 { "," } else { "" };
            self.push(&[comma, label, "=\"", value, "\""]);
        }
        // Writing to a string doesn't fail.
        let _ = writeln!(self.written, "}} {value}");
    }

    fn push(&mut self, parts: &[&str]) {
        for part in parts {
            self.written.push_str(part);
        }
    }
}

/// A label's value: backslash, quote and line feed are written with a backslash.
pub(super) fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
