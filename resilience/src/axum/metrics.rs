//! `GET /metrics`: the format that the scraper prefers.

use ::axum::http::{HeaderMap, header};
use ::axum::response::{IntoResponse, Response};

use super::chunks;
use super::json::Part;
use crate::observe::{Collected, Format};
use crate::registry::registry;

pub(super) async fn metrics(headers: HeaderMap) -> Response {
    let accept =
        headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let format = preferred(accept);
    let steps = format.steps(Collected::in_turns(registry()).await);
    let parts = steps.map(|step| Part { text: step.text.into_bytes(), items: step.policies });
    ([(header::CONTENT_TYPE, format.content_type())], chunks::body(parts)).into_response()
}

/// `OpenMetrics` only where it is asked for by name, with at least the same q-value as plain text.
fn preferred(accept: &str) -> Format {
    let quality = |wanted: &[&str]| {
        let offers = accept.split(',').filter_map(offer);
        offers
            .filter(|(name, _)| wanted.contains(name))
            .map(|(_, quality)| quality)
            .fold(0.0, f32::max)
    };
    let open_metrics = quality(&["application/openmetrics-text"]);
    if open_metrics > 0.0 && open_metrics >= quality(&["text/plain", "text/*"]) {
        Format::OpenMetrics
    } else {
        Format::Prometheus
    }
}

/// A media type and its q-value.
fn offer(part: &str) -> Option<(&str, f32)> {
    let mut parameters = part.split(';').map(str::trim);
    let name = parameters.next()?;
    let quality = parameters.find_map(|parameter| parameter.strip_prefix("q=")?.parse().ok());
    Some((name, quality.unwrap_or(1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scraper_chooses() {
        let prometheus = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
        assert_eq!(preferred(prometheus), Format::OpenMetrics);
        assert_eq!(preferred("text/plain, application/openmetrics-text;q=0.5"), Format::Prometheus);
        assert_eq!(preferred("application/openmetrics-text;q=0"), Format::Prometheus);
        assert_eq!(preferred("*/*"), Format::Prometheus);
        assert_eq!(preferred(""), Format::Prometheus);
    }
}
