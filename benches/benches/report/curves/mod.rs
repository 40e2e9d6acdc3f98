//! What a call costs as something grows.

mod depth;
mod instances;
mod keys;
mod threads;
mod windows;

use crate::harness::{Criterion, Measured};

/// A plot: lines over a row of numbers.
pub(crate) struct Curve {
    pub(crate) file: &'static str,
    pub(crate) title: &'static str,
    /// What the reader should know.
    pub(crate) about: &'static str,
    /// What the numbers count.
    pub(crate) x: &'static str,
    /// What the values are.
    pub(crate) y: &'static str,
    pub(crate) xs: Vec<u32>,
    pub(crate) series: Vec<Series>,
}

pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) values: Vec<f64>,
}

/// What the axes and the page say.
#[derive(Clone, Copy)]
struct Words {
    file: &'static str,
    title: &'static str,
    about: &'static str,
    x: &'static str,
    y: &'static str,
}

const NANOS: &str = "ns per call";

pub(crate) fn all(criterion: &mut Criterion) -> Vec<Curve> {
    let [rejections, successes, work] = threads::curves(criterion);
    vec![
        windows::by_calls(criterion),
        windows::by_time(criterion),
        instances::curve(criterion),
        keys::curve(criterion),
        rejections,
        successes,
        work,
        depth::curve(criterion),
    ]
}

impl Curve {
    /// A group for each of `xs`, with the same cases.
    fn new(words: Words, xs: &[u32], groups: &[Measured]) -> Self {
        let Words { file, title, about, x, y } = words;
        let series = groups[0].cases.iter().enumerate().map(|(place, case)| Series {
            name: case.name.clone(),
            values: groups.iter().map(|group| group.cases[place].nanos).collect(),
        });
        let series = series.collect();
        Self { file, title, about, x, y, xs: xs.to_vec(), series }
    }
}

impl Series {
    pub(crate) fn is_ours(&self) -> bool {
        self.name.starts_with("resilience")
    }
}
