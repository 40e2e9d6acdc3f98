//! The page: tables and plots in Markdown.

use std::fmt::Write as _;

use crate::curves::{Curve, Series};
use crate::harness::{Case, Measured};
use crate::machine;
use crate::plot::grouped;

const HEAD: &str = "\
# Benchmarks

Drawn by `cargo x report`: every figure is from one run. Do not edit.
";

pub(crate) fn page(groups: &[Measured], curves: &[Curve], rounds: usize, length: u64) -> String {
    let mut page = HEAD.to_owned();
    let (processor, threads) = (machine::processor(), machine::threads());
    let _ = write!(
        page,
        "\nNanoseconds per call, the bare call included: medians of {rounds} rounds of {length} ms, in each of which all\n\
         cases of a group are timed one after the other. Every future is ready when first polled and polled by hand.\n\
         Machine: {processor}; threads that run at once: {threads}.\n\n## Beside peers\n\n{PEERS}"
    );
    for group in groups {
        rows(&mut page, group);
    }
    for curve in curves {
        plotted(&mut page, curve);
    }
    page
}

const PEERS: &str = "\
The best peer is the quickest of the others in its group, whatever its window; a ratio below 1 means that ours is
quicker. *Two threads*: what a call takes while both call. tower leaves a retry's policy to its user; the one measured
tries again at once, and neither pauses nor counts.

| case | ours, ns | ÷ bare call | best peer | its ns | ours ÷ peer |
|---|--:|--:|---|--:|--:|
";

/// A row for each case of ours.
fn rows(page: &mut String, group: &Measured) {
    let bare = group.cases.iter().find(|case| case.name == "bare");
    let peers = group.cases.iter().filter(|case| case.name != "bare" && !is_ours(case));
    let best = peers.min_by(|one, other| one.nanos.total_cmp(&other.nanos));
    for case in group.cases.iter().filter(|case| is_ours(case)) {
        let variant = case.name.strip_prefix("resilience, ").map(|it| format!(": {it}"));
        let over_bare = bare.map_or("–".to_owned(), |bare| ratio(case, bare));
        let _ = write!(page, "| {}{} ", group.group, variant.unwrap_or_default());
        let _ = write!(page, "| {:.1} | {over_bare} |", case.nanos);
        let _ = match best {
            Some(best) => {
                let ratio = ratio(case, best);
                writeln!(page, " {} | {:.1} | {ratio} |", best.name, best.nanos)
            }
            None => writeln!(page, " – | – | – |"),
        };
    }
}

fn is_ours(case: &Case) -> bool {
    case.name.starts_with("resilience")
}

fn ratio(case: &Case, other: &Case) -> String {
    format!("{:.2}", case.nanos / other.nanos)
}

/// A plot, and its figures.
fn plotted(page: &mut String, curve: &Curve) {
    let _ = write!(
        page,
        "\n## {}\n\n{}\n\n![{}]({})\n",
        curve.title, curve.about, curve.title, curve.file
    );
    let xs: Vec<_> = curve.xs.iter().map(|x| grouped(*x)).collect();
    let _ = writeln!(page, "\n| {}; {} | {} |", curve.y, curve.x, xs.join(" | "));
    let _ = writeln!(page, "|---|{}", "--:|".repeat(xs.len()));
    for Series { name, values } in &curve.series {
        let values: Vec<_> = values.iter().map(|value| format!("{value:.1}")).collect();
        let _ = writeln!(page, "| {name} | {} |", values.join(" | "));
    }
}
