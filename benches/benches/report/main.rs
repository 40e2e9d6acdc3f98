//! The benchmarks as one page: a table of every case beside its peers, and plots, all from one run.
//!
//! `cargo x report` writes `docs/benchmarks`; `--quick` takes a few seconds, says little, and writes `target/benchmarks`.

#[path = "../peers/breaker.rs"]
mod breaker;
#[path = "../peers/bulkhead.rs"]
mod bulkhead;
mod curves;
#[path = "../peers/guarded.rs"]
mod guarded;
mod harness;
mod machine;
mod page;
mod plot;
#[path = "../peers/rate_limit.rs"]
mod rate_limit;
#[path = "../peers/retry.rs"]
mod retry;
#[path = "../peers/six.rs"]
mod six;
#[path = "../peers/stack.rs"]
mod stack;
#[path = "../peers/timeout.rs"]
mod timeout;

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

use crate::harness::{Criterion, Measured};

fn main() {
    let is_quick = env::args().any(|argument| argument == "--quick");
    let (rounds, length) = if is_quick { (3, 2) } else { (9, 50) };
    let mut criterion = Criterion::new(rounds, Duration::from_millis(length));
    // Timers need a runtime to register with, also those that are never waited for.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.expect("a runtime can be built");
    let _entered = runtime.enter();
    let groups = groups(&mut criterion);
    let curves = curves::all(&mut criterion);

    let folder = folder(is_quick);
    fs::create_dir_all(&folder).expect("the folder can be made");
    for curve in &curves {
        plot::draw(curve, &folder.join(curve.file)).expect("the plot can be drawn");
    }
    let page = page::page(&groups, &curves, rounds, length);
    fs::write(folder.join("README.md"), page).expect("the page can be written");
    println!("{}", folder.join("README.md").display());
}

fn folder(is_quick: bool) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("it lies in the workspace");
    let folder = if is_quick { "target/benchmarks" } else { "docs/benchmarks" };
    root.join(folder)
}

/// The cases of `cargo x bench`.
fn groups(criterion: &mut Criterion) -> Vec<Measured> {
    breaker::success(criterion);
    breaker::half_fail(criterion);
    breaker::open_refusal(criterion);
    breaker::success_on_two_threads(criterion);
    retry::first_attempt_succeeds(criterion);
    timeout::ready_future(criterion);
    bulkhead::free_place(criterion);
    rate_limit::allow(criterion);
    rate_limit::reject(criterion);
    rate_limit::allow_on_two_threads(criterion);
    stack::all_succeed(criterion);
    six::all_succeed(criterion);
    criterion.take()
}
