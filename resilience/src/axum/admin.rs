//! Changing breakers by hand: who may, safe from other sites' pages, and never unnoticed.

use std::sync::Arc;

use ::axum::body::{Body, to_bytes};
use ::axum::extract::rejection::QueryRejection;
use ::axum::extract::{FromRequestParts, Path, Query};
use ::axum::http::header::{HOST, ORIGIN};
use ::axum::http::{HeaderMap, HeaderValue, Request, StatusCode, request::Parts};
use ::axum::response::Response;
use serde::Deserialize;

use super::look::MaybeNamed;
use super::problem::problem;
use super::respond::{bad_request, json, unknown_breaker};
use crate::circuit_breaker::CircuitBreaker;
use crate::registry::registry;
use crate::stack::event;

pub(super) type Authorizer = Arc<dyn Fn(&HeaderMap) -> bool + Send + Sync>;

/// A reason is a sentence.
const LONGEST_BODY: usize = 4096;
/// What a log line and a table cell hold.
const LONGEST_TEXT: usize = 500;

/// What can be done to a breaker.
#[derive(Clone, Copy)]
pub(super) enum Action {
    ForceOpen,
    ForceClose,
    Reset,
}

impl Action {
    pub(super) const ALL: [Self; 3] = [Self::ForceOpen, Self::ForceClose, Self::Reset];

    pub(super) const fn in_path(self) -> &'static str {
        match self {
            Self::ForceOpen => "force-open",
            Self::ForceClose => "force-close",
            Self::Reset => "reset",
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::ForceOpen => "force_open",
            Self::ForceClose => "force_close",
            Self::Reset => "reset",
        }
    }

    fn act_on(self, breaker: &CircuitBreaker) {
        match self {
            Self::ForceOpen => breaker.force_open(),
            Self::ForceClose => breaker.force_close(),
            Self::Reset => breaker.reset(),
        }
    }
}

/// One of the routes.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) authorizer: Authorizer,
    pub(super) action: Action,
}

#[derive(Deserialize, Default)]
struct Why {
    reason: Option<String>,
}

/// Whoever may not act learns nothing about which names exist.
pub(super) async fn act(desk: Desk, path: MaybeNamed, request: Request<Body>) -> Response {
    let (mut parts, body) = request.into_parts();
    if let Some(refusal) = refusal(&desk, &parts.headers) {
        return problem(StatusCode::FORBIDDEN, refusal.to_owned(), ());
    }
    let name = path.map(|Path(named)| named.name).unwrap_or_default();
    let Some(breaker) = registry().circuit_breaker(&name) else { return unknown_breaker(&name) };
    let reason = match reason(&mut parts, body).await {
        Ok(reason) => reason,
        Err(problem) => return bad_request(problem),
    };
    event::administered(
        breaker.name(),
        desk.action.as_str(),
        &who(&parts.headers),
        reason.as_deref(),
    );
    desk.action.act_on(breaker);
    json(&breaker.snapshot())
}

fn refusal(desk: &Desk, headers: &HeaderMap) -> Option<&'static str> {
    if is_from_another_site(headers) {
        return Some("the request comes from another site's page");
    }
    (!(desk.authorizer)(headers)).then_some("you are not authorized to do this")
}

/// What a browser itself says about where the request comes from, an old one by `Origin` alone. Other clients say
/// nothing: nobody can send them somewhere with somebody else's cookies.
fn is_from_another_site(headers: &HeaderMap) -> bool {
    match (headers.get("sec-fetch-site"), headers.get(ORIGIN)) {
        (Some(site), _) => !matches!(site.as_bytes(), b"same-origin" | b"none"),
        (None, Some(origin)) => !is_ours(origin, headers.get(HOST)),
        (None, None) => false,
    }
}

/// Whether `origin`, a scheme and an authority, names this host.
fn is_ours(origin: &HeaderValue, host: Option<&HeaderValue>) -> bool {
    let authority = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    authority.is_some_and(|(_, authority)| host.is_some_and(|host| host == authority))
}

fn who(headers: &HeaderMap) -> String {
    let user = headers.get("x-forwarded-user").and_then(|user| user.to_str().ok()).map(str::trim);
    user.filter(|user| !user.is_empty())
        .map_or_else(|| "admin".to_owned(), |user| shortened(user.to_owned()))
}

async fn reason(parts: &mut Parts, body: Body) -> Result<Option<String>, String> {
    let query: Result<Query<Why>, QueryRejection> = Query::from_request_parts(parts, &()).await;
    let Query(in_query) = query.map_err(|rejection| rejection.to_string())?;
    let body = to_bytes(body, LONGEST_BODY)
        .await
        .map_err(|_| format!("the body is longer than {LONGEST_BODY} bytes"))?;
    let in_body = if body.is_empty() { Why::default() } else { parsed(&body)? };
    let reason = in_body.reason.or(in_query.reason).map(|reason| reason.trim().to_owned());
    Ok(reason.filter(|reason| !reason.is_empty()).map(shortened))
}

/// By way of an object: a struct could be written as an array, too.
fn parsed(body: &[u8]) -> Result<Why, String> {
    let object = serde_json::from_slice::<serde_json::Map<_, _>>(body);
    object
        .and_then(|object| serde_json::from_value(object.into()))
        .map_err(|error| format!("the body is not `{{\"reason\": \"…\"}}`: {error}"))
}

fn shortened(mut text: String) -> String {
    let end = (0..=LONGEST_TEXT.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.truncate(end.unwrap_or(0));
    text
}
