//! What happens to a call, as events of the OpenTelemetry span that the caller is in.

use std::time::Duration;

use opentelemetry::trace::{FutureExt, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
use resilience::{
    Rejection, bulkhead, circuit_breaker, fallback, hedge, rate_limit, retry, timeout,
};
use tracing::Instrument;
use tracing_subscriber::layer::{Layer, SubscriberExt};

/// Events as `name key=value …`, the keys sorted and without their common beginning.
type Told = Vec<String>;

struct Traced {
    provider: SdkTracerProvider,
    exporter: InMemorySpanExporter,
}

impl Traced {
    fn new() -> Self {
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
        Self { provider, exporter }
    }

    /// What the span says in which `call` runs.
    async fn events_of<O>(&self, call: impl Future<Output = O>) -> Told {
        let tracer = self.provider.tracer("test");
        let context = Context::new().with_span(tracer.start("caller"));
        call.with_context(context.clone()).await;
        context.span().end();
        self.exported()
    }

    fn exported(&self) -> Told {
        let spans = self.exporter.get_finished_spans().unwrap();
        let events = spans.iter().flat_map(|span| span.events.iter());
        let told = events.map(|event| told(&event.name, &event.attributes)).collect();
        self.exporter.reset();
        told
    }
}

fn told(name: &str, attributes: &[KeyValue]) -> String {
    let fact = |KeyValue { key, value, .. }: &KeyValue| {
        format!("{}={value}", key.as_str().strip_prefix("resilience.").unwrap())
    };
    let mut facts: Vec<_> = attributes.iter().map(fact).collect();
    facts.sort();
    format!("{name} {}", facts.join(" "))
}

#[tokio::test(start_paused = true)]
async fn retries_and_transitions_stand_on_the_callers_span_with_their_error() {
    #[retry(name = "again", attempts = 3, delay = "250ms", jitter = none)]
    #[circuit_breaker(name = "span breaker", consecutive_failures = 2)]
    async fn fetch() -> Result<(), std::io::Error> {
        Err(std::io::Error::new(std::io::ErrorKind::ConnectionReset, "connection reset"))
    }

    let traced = Traced::new();
    let error = "error=connection reset";
    assert_eq!(
        traced.events_of(fetch()).await,
        [
            format!(
                "resilience.retry attempt=1 delay_ms=250 {error} policy.kind=retry policy.name=again"
            ),
            format!(
                "resilience.state_change cause=consecutive_failures {error} policy.kind=circuit_breaker \
                 policy.name=span breaker state.previous=closed state=open"
            ),
            format!(
                "resilience.retry attempt=2 delay_ms=500 {error} policy.kind=retry policy.name=again"
            ),
            "resilience.rejected delay_ms=59500 policy.kind=circuit_breaker policy.name=span breaker \
             rejection=circuit_open"
                .to_owned(),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn rejections_of_every_kind_stand_on_the_callers_span() {
    #[bulkhead(name = "span slots", max_concurrent = 1)]
    async fn slot() -> Result<(), Rejection> {
        let _ = Box::pin(slot()).await;
        Ok(())
    }
    #[rate_limit("1/s", name = "span turns")]
    async fn turn() -> Result<(), Rejection> {
        Ok(())
    }
    #[timeout("2s", name = "span limit")]
    async fn hang() -> Result<(), Rejection> {
        std::future::pending().await
    }

    let traced = Traced::new();
    let calls = async {
        let _ = slot().await;
        let _ = (turn().await, turn().await);
        let _ = hang().await;
    };
    assert_eq!(
        traced.events_of(calls).await,
        [
            "resilience.rejected policy.kind=bulkhead policy.name=span slots rejection=bulkhead_full",
            "resilience.rejected delay_ms=1000 policy.kind=rate_limit policy.name=span turns \
             rejection=rate_limited",
            "resilience.rejected policy.kind=timeout policy.name=span limit rejection=timed_out",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn hedges_and_fallbacks_stand_on_the_callers_span() {
    #[fallback(Ok(7), name = "instead")]
    #[hedge(after = "50ms", name = "second")]
    async fn fetch() -> Result<u32, std::io::Error> {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Err(std::io::Error::other("gone"))
    }

    let traced = Traced::new();
    assert_eq!(
        traced.events_of(fetch()).await,
        [
            "resilience.hedge attempt=2 policy.kind=hedge policy.name=second",
            "resilience.fallback error=gone policy.kind=fallback policy.name=instead step=1",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn the_span_of_a_concurrent_call_stays_out_of_it() {
    #[retry(attempts = 2, delay = "1s", jitter = none)]
    async fn fails() -> Result<(), std::io::Error> {
        Err(std::io::Error::new(std::io::ErrorKind::TimedOut, "gone"))
    }

    let traced = Traced::new();
    let quiet = Traced::new();
    let (events, none) = futures_util::join!(
        traced.events_of(fails()),
        quiet.events_of(tokio::time::sleep(Duration::from_secs(2))),
    );
    assert_eq!((events.len(), none.len()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn spans_of_tracing_get_them_too() {
    #[retry(name = "traced", attempts = 2, delay = "1s", jitter = none)]
    async fn fetch() -> Result<(), std::io::Error> {
        Err(std::io::Error::new(std::io::ErrorKind::TimedOut, "gone"))
    }

    let traced = Traced::new();
    let layer = tracing_opentelemetry::layer().with_tracer(traced.provider.tracer("test"));
    let ours = |metadata: &tracing::Metadata<'_>| !metadata.target().starts_with("resilience::");
    let filter = tracing_subscriber::filter::filter_fn(ours);
    let subscriber = tracing_subscriber::registry().with(layer.with_filter(filter));
    let guard = tracing::subscriber::set_default(subscriber);
    let _ = fetch().instrument(tracing::info_span!("caller")).await;
    drop(guard);
    assert_eq!(
        traced.exported(),
        [
            "resilience.retry attempt=1 delay_ms=1000 error=gone policy.kind=retry policy.name=traced"
        ]
    );
}
