//! Where the values of metrics go, whatever the exporter.

use crate::histogram::Histogram;
use crate::name::Name;

/// A name and a value. Both live as long as the program: policies do.
pub(super) type Label = (&'static str, &'static str);

/// Where the values go.
pub(super) trait Sink {
    /// Begins a series or more: the labels that they share.
    fn series(&mut self, shared: &[Label]);
    /// One value, with the labels that it has besides.
    fn value(&mut self, own: &[Label], value: u64);
    /// A duration that is no histogram.
    fn seconds(&mut self, own: &[Label], seconds: f64);
    /// The value of a histogram.
    fn durations(&mut self, durations: &Histogram);
}

pub(super) fn policy(name: Name) -> Label {
    ("policy", name.as_str())
}
