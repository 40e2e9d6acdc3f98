//! The headers' names, parsed once: a lookup by text parses its name each time.

use ::http::HeaderName;

pub(super) static GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");
pub(super) static REQUEST_TIMEOUT_MS: HeaderName = HeaderName::from_static("x-request-timeout-ms");
pub(super) static ENVOY_TIMEOUT_MS: HeaderName =
    HeaderName::from_static("x-envoy-expected-rq-timeout-ms");
pub(super) static ATTEMPT: HeaderName = HeaderName::from_static("x-resilience-attempt");
pub(super) static PRIORITY: HeaderName = HeaderName::from_static("x-resilience-priority");
pub(super) static IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
