//! The windows and the state machine against a model that keeps every call and counts anew each time.

use std::time::Duration;

use proptest::prelude::*;

use super::super::machine::Machine;
use super::super::report::{CallReport, Effect, End};
use super::super::tally::Counters;
use super::*;

const SECOND: u64 = 1_000_000_000;

#[derive(Clone, Copy, Debug)]
struct Call {
    at: u64,
    report: CallReport,
}

fn window() -> impl Strategy<Value = Window> {
    prop_oneof![
        (1..200_u32).prop_map(Window::Calls),
        (1..20_u64).prop_map(|seconds| Window::Time(Duration::from_secs(seconds))),
    ]
}

fn calls() -> impl Strategy<Value = Vec<(u64, CallReport)>> {
    let end = prop_oneof![
        3 => Just(End::Success),
        2 => Just(End::Failure),
        1 => Just(End::Ignored),
        1 => Just(End::Abandoned),
    ];
    let report = (end, any::<bool>())
        .prop_map(|(end, slow)| CallReport { end, slow: slow || end == End::Abandoned });
    prop::collection::vec((0..3 * SECOND, report), 1..400)
}

/// The calls still in the window, the slow way.
fn remembered(all: &[Call], window: Window, now: u64) -> Vec<Call> {
    match window {
        Window::Calls(calls) => {
            let judged: Vec<_> =
                all.iter().filter(|call| call.report.end != End::Ignored).copied().collect();
            judged[judged.len().saturating_sub(calls as usize)..].to_vec()
        }
        Window::Time(span) => {
            let width = u64::try_from(span.as_nanos()).unwrap() / 10;
            let oldest = (now / width).saturating_sub(9);
            all.iter().filter(|call| call.at / width >= oldest).copied().collect()
        }
    }
}

fn count(calls: &[Call], which: impl Fn(&CallReport) -> bool) -> u64 {
    calls.iter().filter(|call| which(&call.report)).count() as u64
}

proptest! {
    #[test]
    #[cfg_attr(miri, ignore = "on one thread, and too long to interpret")]
    fn windows_count_what_is_in_them(window in window(), script in calls(), quietly in any::<bool>()) {
        let config = CircuitBreakerConfig::new().window(window);
        let config = if quietly { config.min_calls(u32::MAX) } else { config.trip_when(|_| false) };
        let (mut machine, mut reading) = (Machine::new(&config, 100 * SECOND), Counters::default());
        let (mut all, mut now) = (Vec::new(), 100 * SECOND);
        for (pause, report) in script {
            now += pause;
            machine.advance(reading, now);
            reading = after(reading, report);
            let (effect, was_quiet) = take_in(&mut machine, &config, report, reading, now);
            prop_assert!(effect == Effect::Stay || !quietly);
            prop_assert!(!was_quiet || quietly);
            all.push(Call { at: now, report });

            // Calls between two readings are counted, too.
            if all.len() % 3 != 0 {
                continue;
            }
            let (seen, model) = (machine.counts(reading, now), remembered(&all, window, now));
            prop_assert_eq!(seen.failures, count(&model, |r| r.end == End::Failure));
            prop_assert_eq!(seen.successes, count(&model, |r| succeeded(*r)));
            if let Window::Time(_) = window {
                prop_assert_eq!(seen.requests, model.len() as u64);
                prop_assert_eq!(seen.slow, count(&model, |r| r.slow));
            } else {
                prop_assert_eq!(seen.requests, all.len() as u64);
                prop_assert_eq!(seen.slow, count(&model, |r| r.slow && r.end != End::Ignored));
            }
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "on one thread, and too long to interpret")]
    fn rows_count_since_the_other_kind(script in calls()) {
        let config = CircuitBreakerConfig::new().consecutive_failures(u32::MAX);
        let (mut machine, mut reading) = (Machine::new(&config, 0), Counters::default());
        let (mut successes, mut failures) = (0, 0);
        for (_, report) in script {
            reading = after(reading, report);
            take_in(&mut machine, &config, report, reading, 0);
            match report.end {
                End::Success => (successes, failures) = (successes + 1, 0),
                End::Failure => (successes, failures) = (0, failures + 1),
                End::Ignored | End::Abandoned => {}
            }
            let counts = machine.counts(reading, 0);
            prop_assert_eq!((counts.consecutive_successes, counts.consecutive_failures), (successes, failures));
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "on one thread, and too long to interpret")]
    fn trips_exactly_when_the_model_would(window in window(), rate in 0.05..1.0_f64, script in calls()) {
        let config = CircuitBreakerConfig::new().window(window).failure_rate(rate).min_calls(1);
        let (mut machine, mut reading) = (Machine::new(&config, 0), Counters::default());
        let (mut all, mut now) = (Vec::new(), 0);
        for (pause, report) in script {
            now += pause;
            machine.advance(reading, now);
            reading = after(reading, report);
            let (effect, _) = take_in(&mut machine, &config, report, reading, now);
            all.push(Call { at: now, report });

            let model = remembered(&all, window, now);
            let failures = count(&model, |r| r.end == End::Failure);
            let calls = failures + count(&model, |r| succeeded(*r));
            let judged = report.end == End::Failure || (report.end != End::Ignored && report.slow);
            let over = judged && failures > 0 && failures as f64 / calls as f64 >= rate;
            prop_assert_eq!(effect == Effect::Stay, !over || report.end == End::Ignored);
            if over { break; }
        }
    }
}

/// Which of these calls are quiet failures, `q`; other failures are loud, `L`.
fn heard(
    machine: &mut Machine,
    config: &CircuitBreakerConfig,
    reading: &mut Counters,
    calls: &str,
) -> String {
    let mut hear = |call| {
        let end = if call == 'F' { End::Failure } else { End::Success };
        let report = CallReport { end, slow: false };
        *reading = after(*reading, report);
        if call == 'S' {
            return 'S';
        }
        let (effect, is_quiet) = take_in(machine, config, report, *reading, 0);
        assert_eq!(effect, Effect::Stay);
        if is_quiet { 'q' } else { 'L' }
    };
    calls.chars().map(&mut hear).collect()
}

#[test]
fn a_failure_is_quiet_that_is_known_to_be_below_every_threshold() {
    let rate = || CircuitBreakerConfig::new().failure_rate(0.5).min_calls(10);
    let row = CircuitBreakerConfig::new().consecutive_failures(3);
    let few = ("FFFFFSSSSSSSSFF", "LqqqLSSSSSSSSLL");
    let many = ("FSSSSSSSSSSSSSSFFFFF", "LSSSSSSSSSSSSSSqqqLq");
    for (config, (calls, expected)) in [
        (rate().window(Window::Calls(100)), few),
        (rate().window(Window::Calls(100)), many),
        (rate().window(Window::Time(Duration::from_secs(10))), few),
        (rate().window(Window::Time(Duration::from_secs(10))), many),
        (row, ("FFSFFSF", "LqSqqSq")),
    ] {
        let (mut machine, mut reading) = (Machine::new(&config, 0), Counters::default());
        assert_eq!(heard(&mut machine, &config, &mut reading, calls), expected, "{config:?}");
        machine.derive(&config);
        assert_eq!(
            heard(&mut machine, &config, &mut reading, "SF"),
            "SL",
            "the options may have changed"
        );
    }
}

#[test]
fn a_failure_is_not_quiet_where_calls_have_left_the_window_since_the_last_look() {
    let config =
        CircuitBreakerConfig::new().failure_rate(0.5).window(Window::Time(Duration::from_secs(10)));
    let (mut machine, mut reading) = (Machine::new(&config, 0), Counters::default());
    assert_eq!(heard(&mut machine, &config, &mut reading, "SSSSSSSSFF"), "SSSSSSSSLq");
    machine.advance(reading, 5 * SECOND);
    assert_eq!(heard(&mut machine, &config, &mut reading, "F"), "q", "all are in it yet");
    machine.advance(reading, 10 * SECOND);
    assert_eq!(heard(&mut machine, &config, &mut reading, "F"), "L");
}

#[test]
fn a_success_opens_no_circuit_though_with_it_there_are_enough_calls_to_judge() {
    let config = CircuitBreakerConfig::new().failure_rate(0.5).min_calls(5);
    let (mut machine, mut reading) = (Machine::new(&config, 0), Counters::default());
    assert_eq!(heard(&mut machine, &config, &mut reading, "FFFF"), "LqLL");
    let success = CallReport { end: End::Success, slow: false };
    reading = after(reading, success);
    assert_eq!(machine.record(&config, success, reading, 0), Effect::Stay);
    let failure = CallReport { end: End::Failure, slow: false };
    reading = after(reading, failure);
    let opens = machine.record(&config, failure, reading, 0);
    assert!(matches!(opens, Effect::Change(CircuitState::Open, _)), "{opens:?}");
}

/// As the breaker does it: whether that was quiet, too.
fn take_in(
    machine: &mut Machine,
    config: &CircuitBreakerConfig,
    report: CallReport,
    reading: Counters,
    now: u64,
) -> (Effect, bool) {
    let may_be_quiet = report == CallReport { end: End::Failure, slow: false };
    if may_be_quiet && machine.fail_quietly(reading.successes, reading.failures) {
        return (Effect::Stay, true);
    }
    (machine.record(config, report, reading, now), false)
}

/// What counts beside the failures: successes, and calls that were given up for slow.
fn succeeded(report: CallReport) -> bool {
    matches!(report.end, End::Success | End::Abandoned)
}

fn after(mut reading: Counters, CallReport { end, slow }: CallReport) -> Counters {
    match end {
        End::Success | End::Abandoned => reading.successes += 1,
        End::Failure => reading.failures += 1,
        End::Ignored => reading.ignored += 1,
    }
    reading.slow += u64::from(slow);
    reading
}
