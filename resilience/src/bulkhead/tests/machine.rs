//! The machine's exact sequences.

use super::super::adaptive::{Bounds, Machine, Sample};

const BOUNDS: Bounds = Bounds {
    initial: 20.0,
    min: 1.0,
    max: 200.0,
    tolerance: 1.5,
    max_latency: None,
    window: 100_000_000,
    min_samples: 50,
};
const MS: f64 = 1e6;

fn window(latency_ms: f64, peak: u32) -> Sample {
    Sample { calls: 50, sum: 50.0 * latency_ms * MS, drops: 0, peak }
}

/// After ten windows of 10 ms with five calls in flight.
fn warm() -> Machine {
    let mut machine = Machine::new(20.0);
    (0..10).for_each(|_| machine.update(window(10.0, 5), &BOUNDS));
    assert_eq!((machine.limit, machine.base), (20.0, 10.0 * MS));
    machine
}

fn warm_at(limit: f64) -> Machine {
    let mut machine = warm();
    machine.limit = limit;
    machine
}

/// The limit after each window.
fn limits(mut machine: Machine, windows: impl IntoIterator<Item = Sample>) -> Vec<f64> {
    let mut after = |sample| {
        machine.update(sample, &BOUNDS);
        machine.limit
    };
    windows.into_iter().map(&mut after).collect()
}

#[track_caller]
fn assert_close(limits: &[f64], expected: &[f64], within: f64) {
    let is_close = |(a, b): (&f64, &f64)| (a - b).abs() <= within;
    let same = limits.len() == expected.len() && limits.iter().zip(expected).all(is_close);
    assert!(same, "{limits:?} instead of {expected:?}");
}

#[test]
fn a_saturated_limit_grows_while_calls_stay_short() {
    let limits = limits(warm(), [window(10.0, 200); 6]);
    assert_close(&limits, &[22.236, 24.594, 27.073, 29.675, 32.399, 35.245], 0.001);
}

#[test]
fn it_shrinks_once_the_mean_is_beyond_the_tolerance() {
    let limits = limits(warm(), [window(16.0, 200); 4]);
    assert_close(&limits, &[22.236, 24.594, 24.191, 23.223], 0.001);
}

#[test]
fn an_experiment_finds_that_the_queue_is_not_ours() {
    let limits = limits(warm(), [window(30.0, 200); 6]);
    assert_close(&limits, &[16.0, 12.8, 10.24, 8.192, 20.0, 22.236], 0.001);
}

#[test]
fn without_saturation_it_keeps_a_headroom_of_three_times_the_load() {
    let limits = limits(warm(), [window(10.0, 10); 5]);
    assert_close(&limits, &[22.236, 24.594, 27.073, 29.675, 30.0], 0.001);
}

#[test]
fn a_limit_that_is_not_needed_comes_down_slowly() {
    let machine = warm_at(60.0);
    let limits = limits(machine, [window(10.0, 2); 5]);
    assert_close(&limits, &[58.8, 57.624, 56.472, 55.342, 54.235], 0.001);
}

#[test]
fn dropped_calls_shrink_it_at_once() {
    let sample = Sample { calls: 40, sum: 400.0 * MS, drops: 10, peak: 20 };
    assert_close(&limits(warm(), [sample; 3]), &[16.0, 12.8, 10.24], 0.001);
}

#[test]
fn a_window_of_dropped_calls_alone_shrinks_it_to_the_minimum_and_no_further() {
    let sample = Sample { calls: 0, sum: 0.0, drops: 50, peak: 20 };
    let limits = limits(warm(), [sample; 30]);
    assert_close(&limits[29..], &[1.0], 0.0);
}

/// Windows whose latency depends on the limit, all of it in use.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "limits are small")]
fn chain(mut machine: Machine, windows: usize, latency_ms: fn(f64) -> f64) -> (Vec<f64>, Machine) {
    let mut step = |_| {
        let limit = machine.limit;
        machine.update(window(latency_ms(limit), limit as u32), &BOUNDS);
        machine.limit
    };
    let limits = (0..windows).map(&mut step).collect();
    (limits, machine)
}

#[test]
fn a_queue_of_ours_settles_at_the_tolerance() {
    let machine = warm_at(60.0);
    let (limits, machine) = chain(machine, 14, |limit| (limit / 2.0).max(10.0));
    let expected =
        [48.0, 38.4, 30.7, 25.6, 25.0, 27.5, 30.1, 32.8, 31.9, 30.5, 29.6, 29.3, 32.0, 31.1];
    assert_close(&limits, &expected, 0.06);
    assert_eq!((machine.base, machine.resets), (10.0 * MS, 0), "the base does not drift");
}

#[test]
fn a_dependency_that_has_become_slower_gets_its_limit_back() {
    let machine = warm_at(60.0);
    let (limits, machine) = chain(machine, 7, |_| 50.0);
    assert_close(&limits, &[48.0, 38.4, 30.7, 24.6, 60.0, 63.9, 67.9], 0.06);
    assert_eq!(machine.resets, 1);
    assert!((48.0 * MS..50.0 * MS).contains(&machine.base));
}

#[test]
fn windows_of_dropped_calls_end_an_experiment() {
    let mut machine = warm();
    machine.update(window(30.0, 200), &BOUNDS);
    let dropped = Sample { calls: 0, sum: 0.0, drops: 50, peak: 20 };
    (0..3).for_each(|_| machine.update(dropped, &BOUNDS));
    // Beyond half of 20 by drops: what calls take here says nothing of what they took there.
    let limits = limits(machine, [window(25.0, 200)]);
    assert_close(&limits, &[6.554], 0.001);
}

#[test]
fn calls_beyond_max_latency_are_never_healthy() {
    let bounds = Bounds { max_latency: Some(20.0 * MS), ..BOUNDS };
    let mut machine = warm();
    (0..40).for_each(|_| machine.update(window(50.0, 200), &bounds));
    assert_eq!((machine.limit, machine.resets), (1.0, 0), "no experiment excuses them");
}

#[test]
fn the_first_windows_do_not_shrink_it() {
    let mut machine = Machine::new(20.0);
    for latency in 1..10 {
        machine.update(window(f64::from(latency * latency), 200), &BOUNDS);
    }
    assert!(machine.limit > 40.0, "{}", machine.limit);
}

#[test]
fn limits_are_whole_calls() {
    assert_eq!(warm_at(12.8).in_force(), 12);
}

#[test]
fn the_first_windows_are_the_base_even_when_all_of_the_limit_is_in_use() {
    let mut machine = Machine::new(20.0);
    for latency in [10.0, 20.0, 30.0] {
        machine.update(window(latency, 200), &BOUNDS);
    }
    assert_eq!((machine.base, machine.short), (20.0 * MS, 22.5 * MS));
}

#[test]
fn once_warm_the_base_follows_shorter_calls_and_idle_ones() {
    let mut machine = warm();
    let bases = [window(20.0, 200), window(5.0, 200), window(20.5, 1)].map(|window| {
        machine.update(window, &BOUNDS);
        machine.base / MS
    });
    // A saturated window never raises it; an idle one is one of eleven.
    assert_close(&bases, &[10.0, 9.5, 10.5], 1e-9);
}

/// A slow window, then ones like `between`, then `slow` ones from `limit` on: the limit, and how often the base was set anew.
fn interrupted(mut machine: Machine, between: Sample, limit: f64, slow: usize) -> (f64, u32) {
    let slow_window = window(50.0, 200);
    machine.update(slow_window, &BOUNDS);
    (0..6).for_each(|_| machine.update(between, &BOUNDS));
    (machine.limit, machine.short) = (limit, 50.0 * MS);
    (0..slow).for_each(|_| machine.update(slow_window, &BOUNDS));
    (machine.limit, machine.resets)
}

#[test]
fn an_experiment_that_was_not_needed_is_forgotten() {
    // Less than half of 60, where the first experiment began: the second one begins here.
    assert_eq!(interrupted(warm_at(60.0), window(10.0, 200), 25.0, 1), (20.0, 0));
    assert_eq!(interrupted(warm_at(60.0), window(10.0, 1), 25.0, 1), (20.0, 0));
}

#[test]
fn only_windows_at_the_minimum_that_follow_each_other_are_an_experiment() {
    for between in [window(10.0, 200), window(10.0, 0)] {
        assert_eq!(interrupted(warm_at(1.0), between, 1.0, 4), (1.0, 0));
        assert_eq!(interrupted(warm_at(1.0), between, 1.0, 5), (1.0, 1));
    }
}

#[test]
fn an_experiment_compares_with_the_longest_latency_of_its_beginning() {
    let mut machine = warm_at(60.0);
    for latency in [30.0, 60.0, 35.0, 35.0, 35.0] {
        machine.update(window(latency, 200), &BOUNDS);
    }
    assert!(machine.limit < 30.0, "{}", machine.limit);
    assert_eq!(machine.resets, 0, "35 ms are much less than 60 ms: the queue was ours");
}

#[test]
fn a_tenth_of_dropped_calls_is_no_overload() {
    let dropping = |drops| Sample { calls: 50 - drops, drops, ..window(10.0, 200) };
    assert_close(&limits(warm(), [dropping(5)]), &limits(warm(), [window(10.0, 200)]), 0.001);
    assert!(limits(warm(), [dropping(6)])[0] < 20.0);
}
