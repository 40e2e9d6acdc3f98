//! How a call is timed: every case of a group in each of several rounds, one after the other, so that what befalls the
//! machine befalls all. It has criterion's words, as far as the cases use them.

use std::hint::black_box;
use std::mem;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use resilience_benches::{FAILING, repeat};

pub(crate) use crate::guarded::{Down, bare, through};

/// What runs so many calls, and tells how long they took.
type Run<'a> = Box<dyn FnMut(u64) -> Duration + 'a>;

/// Times groups, and keeps what it finds.
pub(crate) struct Criterion {
    rounds: usize,
    /// How long a case takes in each round.
    length: Duration,
    measured: Vec<Measured>,
}

/// Cases that are compared with each other.
pub(crate) struct Group<'a> {
    name: String,
    cases: Vec<(String, Run<'a>)>,
    criterion: &'a mut Criterion,
}

/// What came of a group.
pub(crate) struct Measured {
    pub(crate) group: String,
    pub(crate) cases: Vec<Case>,
}

pub(crate) struct Case {
    pub(crate) name: String,
    /// Per call: the median of all rounds.
    pub(crate) nanos: f64,
}

impl Criterion {
    pub(crate) fn new(rounds: usize, length: Duration) -> Self {
        Self { rounds, length, measured: Vec::new() }
    }

    pub(crate) fn benchmark_group(&mut self, name: impl Into<String>) -> Group<'_> {
        Group { name: name.into(), cases: Vec::new(), criterion: self }
    }

    /// What was measured since it was last taken.
    pub(crate) fn take(&mut self) -> Vec<Measured> {
        mem::take(&mut self.measured)
    }
}

impl<'a> Group<'a> {
    pub(crate) fn add(&mut self, name: &str, run: impl FnMut(u64) -> Duration + 'a) {
        self.cases.push((name.to_owned(), Box::new(run)));
    }

    pub(crate) fn finish(self) {
        let Self { name: group, mut cases, criterion } = self;
        eprintln!("{group}");
        let length = criterion.length;
        let calls: Vec<_> = cases.iter_mut().map(|(_, run)| calls_in(length, run)).collect();
        let mut samples = vec![Vec::new(); cases.len()];
        for round in 0..criterion.rounds {
            for place in 0..calls.len() {
                let place = (place + round) % calls.len();
                samples[place].push(nanos(calls[place], &mut cases[place].1));
            }
        }
        let names = cases.into_iter().map(|(name, _)| name);
        let cases = names.zip(samples).map(|(name, it)| Case { name, nanos: median(it) }).collect();
        criterion.measured.push(Measured { group, cases });
    }
}

/// How many calls take so long.
fn calls_in(length: Duration, run: &mut Run<'_>) -> u64 {
    let mut calls = 64;
    loop {
        let took = run(calls);
        if took * 4 > length {
            let one = took.as_nanos().max(1) / u128::from(calls) + 1;
            return u64::try_from(length.as_nanos() / one).map_or(u64::MAX, |calls| calls.max(1));
        }
        calls *= 2;
    }
}

fn nanos(calls: u64, run: &mut Run<'_>) -> f64 {
    run(calls).as_nanos() as f64 / calls as f64
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}

/// Times one call after the other, all with an argument that succeeds.
pub(crate) fn bench<'a, F: Future>(
    group: &mut Group<'a>,
    name: &str,
    mut make: impl FnMut(u64) -> F + 'a,
) {
    group.add(name, move |calls| timed(calls, &mut make));
}

/// As [`bench`], with every other call failing.
pub(crate) fn bench_half_failing<'a, F: Future>(
    group: &mut Group<'a>,
    name: &str,
    mut make: impl FnMut(u64) -> F + 'a,
) {
    let mut input = 1;
    bench(group, name, move |_| {
        input ^= FAILING ^ 1;
        make(input)
    });
}

/// As [`bench`], with two threads calling at once: the time per call of each.
pub(crate) fn bench_on_two_threads<'a, F: Future>(
    group: &mut Group<'a>,
    name: &str,
    make: impl Fn(u64) -> F + Sync + 'a,
) {
    bench_on_threads(group, 2, name, make);
}

pub(crate) fn bench_on_threads<'a, F: Future>(
    group: &mut Group<'a>,
    threads: usize,
    name: &str,
    make: impl Fn(u64) -> F + Sync + 'a,
) {
    group.add(name, move |calls| {
        let barrier = Barrier::new(threads);
        let run = || {
            barrier.wait();
            timed(calls, &make)
        };
        thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(run)).collect();
            let own = run();
            let others = others.into_iter().map(|it| it.join().expect("a call does not panic"));
            others.fold(own, Duration::max)
        })
    });
}

/// As [`bench`], for what is no future.
pub(crate) fn bench_plain<'a, T>(
    group: &mut Group<'a>,
    name: &str,
    mut call: impl FnMut() -> T + 'a,
) {
    group.add(name, move |calls| {
        let started = Instant::now();
        for _ in 0..calls {
            black_box(call());
        }
        started.elapsed()
    });
}

fn timed<F: Future>(calls: u64, make: impl FnMut(u64) -> F) -> Duration {
    let started = Instant::now();
    repeat(calls, make);
    started.elapsed()
}
