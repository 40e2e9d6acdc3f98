//! The same metrics through every door: the text of `/metrics`, the `metrics` facade, OpenTelemetry.

use std::collections::BTreeMap;
use std::time::Duration;

use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};
use opentelemetry::{KeyValue, metrics::MeterProvider};
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData, ScopeMetrics};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
use resilience::observe::{self, Format};
use resilience::{
    Bulkhead, BulkheadConfig, CircuitBreaker, CircuitBreakerConfig, Rejection, Retry, RetryConfig,
    registry,
};

/// Values, as they are written, by name and sorted labels: `name{label=value,…}`.
type Series = BTreeMap<String, String>;

fn series<'l>(name: &str, labels: impl Iterator<Item = (&'l str, String)>) -> String {
    let mut labels: Vec<_> = labels.map(|(label, value)| format!("{label}={value}")).collect();
    labels.sort();
    format!("{name}{{{}}}", labels.join(","))
}

fn in_text() -> Series {
    let page = Format::Prometheus.text(registry());
    let samples = page.lines().filter(|line| !line.starts_with('#'));
    samples
        .map(|sample| {
            let (name, rest) = sample.split_once('{').unwrap();
            let (labels, value) = rest.rsplit_once("} ").unwrap();
            let labels = labels.split(',').map(|label| label.split_once('=').unwrap());
            let labels = labels.map(|(label, value)| (label, value.trim_matches('"').to_owned()));
            (series(name, labels), value.to_owned())
        })
        .collect()
}

fn told(to: &Snapshotter) -> Series {
    let all = to.snapshot().into_vec();
    all.into_iter()
        .map(|(key, _, _, value)| {
            let key = key.key();
            let labels = key.labels().map(|label| (label.key(), label.value().to_owned()));
            let value = match value {
                DebugValue::Counter(count) => count.to_string(),
                DebugValue::Gauge(value) => value.0.to_string(),
                DebugValue::Histogram(_) => panic!("{} is a histogram", key.name()),
            };
            (series(key.name(), labels), value)
        })
        .collect()
}

fn exported(exporter: &InMemoryMetricExporter) -> Series {
    let rounds = exporter.get_finished_metrics().unwrap();
    let scopes = rounds.last().unwrap().scope_metrics();
    let metrics = scopes.flat_map(ScopeMetrics::metrics);
    metrics.flat_map(|metric| points(metric.name(), metric.data())).collect()
}

fn points(name: &str, data: &AggregatedMetrics) -> Vec<(String, String)> {
    let named = |labels: Vec<&KeyValue>| {
        let labels = labels.into_iter().map(|it| (it.key.as_str(), it.value.to_string()));
        series(name, labels)
    };
    macro_rules! each {
        ($points:expr) => {
            $points.map(|it| (named(it.attributes().collect()), it.value().to_string())).collect()
        };
    }
    match data {
        AggregatedMetrics::U64(MetricData::Sum(sum)) => each!(sum.data_points()),
        AggregatedMetrics::U64(MetricData::Gauge(gauge)) => each!(gauge.data_points()),
        AggregatedMetrics::F64(MetricData::Sum(sum)) => each!(sum.data_points()),
        other => panic!("{name} is {other:?}"),
    }
}

/// Something of everything.
async fn live_a_little() {
    let config = CircuitBreakerConfig::new().consecutive_failures(1).latency(true);
    let breaker = registry().insert(CircuitBreaker::new("told", config));
    for millis in [1, 30, 700] {
        let call = async {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            Ok::<_, Rejection>(())
        };
        breaker.call(call).await.unwrap();
    }
    breaker.try_acquire().unwrap().failure();
    assert!(breaker.try_acquire().is_err());
    let retry = registry().insert(Retry::new("again", RetryConfig::new()));
    let _ = retry.call(|| async { Err::<(), ()>(()) }).await;
    let slots = registry().insert(Bulkhead::new("slots", BulkheadConfig::new().max_concurrent(1)));
    std::mem::forget(slots.try_acquire().unwrap());
    assert!(slots.try_acquire().is_err());
}

#[tokio::test(start_paused = true)]
async fn every_door_shows_the_same() {
    live_a_little().await;
    let text = in_text();
    assert_eq!(
        text["resilience_calls_total{kind=circuit_breaker,outcome=rejected,policy=told}"],
        "1"
    );
    assert_eq!(text["resilience_call_duration_seconds_bucket{le=0.032,policy=told}"], "3");
    assert_eq!(text["resilience_call_duration_seconds_sum{policy=told}"], "0.731");

    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || {
        observe::metrics::describe();
        observe::metrics::publish(registry());
    });
    assert_eq!(told(&snapshotter), text);
    metrics::with_local_recorder(&recorder, || observe::metrics::publish(registry()));
    each_is_explained(&snapshotter);

    let exporter = InMemoryMetricExporter::default();
    let reader = PeriodicReader::builder(exporter.clone()).build();
    let provider = SdkMeterProvider::builder().with_reader(reader).build();
    observe::opentelemetry::register(registry(), &provider.meter("test"));
    provider.force_flush().unwrap();
    assert_eq!(exported(&exporter), text);
}

fn each_is_explained(to: &Snapshotter) {
    for (key, unit, description, _) in to.snapshot().into_vec() {
        let name = key.key().name();
        assert!(description.is_some_and(|text| text.ends_with('.')), "{name}");
        assert_eq!(unit == Some(metrics::Unit::Seconds), name.ends_with("_sum"), "{name}");
    }
}
