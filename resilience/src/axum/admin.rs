//! Changing breakers by hand: only if authorized, safe from other sites' pages, and never unnoticed.

use std::sync::Arc;
use std::time::Duration;

use ::axum::body::{Body, Bytes, to_bytes};
use ::axum::extract::rejection::QueryRejection;
use ::axum::extract::{FromRequestParts, Query};
use ::axum::http::header::{HOST, ORIGIN};
use ::axum::http::{HeaderMap, HeaderValue, Request, StatusCode, request::Parts};
use ::axum::response::Response;
use serde::Deserialize;
use tokio::time::timeout;

use super::access::Access;
#[cfg(feature = "redis")]
use super::fleet_scope;
use super::problem::problem;
use super::read::with_key;
use super::respond::{bad_request, json, unauthorized, unknown_breaker, unknown_key};
use super::scope;
use super::shared::Shared;
use super::target::Target;
use crate::circuit_breaker::CircuitBreaker;
use crate::kind::PolicyKind;
use crate::registry::registry;
use crate::stack::event;

/// A reason is a sentence.
const LONGEST_BODY: usize = 4096;
/// How long one takes to arrive.
const BODY_WITHIN: Duration = Duration::from_secs(10);
/// What a log line and a table cell hold.
const LONGEST_TEXT: usize = 500;

/// What can be done to a breaker.
#[derive(Clone, Copy)]
pub(super) enum Action {
    ForceOpen,
    ForceClose,
    Reset,
}

macro_rules! paths {
    ($($suffix:literal $action:ident)*) => {
        /// Where each action is, and whether the path names a key.
        pub(super) const PATHS: [(&'static str, Self, bool); 6] = [
            $(
                (concat!("/resilience/circuit-breakers/{name}/", $suffix), Self::$action, false),
                (concat!("/resilience/circuit-breakers/{name}/keys/{key}/", $suffix), Self::$action, true),
            )*
        ];
    };
}

impl Action {
    paths! { "force-open" ForceOpen "force-close" ForceClose "reset" Reset }

    pub(super) const fn as_str(self) -> &'static str {
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
pub(super) struct AdminState {
    pub(super) shared: Arc<Shared>,
    pub(super) action: Action,
    pub(super) has_key: bool,
}

#[derive(Deserialize, Default)]
struct Why {
    reason: Option<String>,
}

/// An unauthorized request learns nothing about which names exist.
pub(super) async fn act(
    state: AdminState,
    target: Result<Target, Response>,
    request: Request<Body>,
) -> Response {
    let (mut parts, body) = request.into_parts();
    if let Some(why) = rejection(&state.shared.access, &parts.headers) {
        return unauthorized(why);
    }
    let (target, reason) = match (target, reason(&mut parts, body).await) {
        (Ok(target), Ok(reason)) => (target, reason),
        (Err(response), _) | (_, Err(response)) => return response,
    };
    let (by, reason) = (by(&parts.headers), reason.as_deref());
    match scope::is_fleet(&mut parts, state.has_key).await {
        Err(response) => response,
        #[cfg(feature = "redis")]
        Ok(true) => fleet_scope::act(state.action, &target, &by, reason).await,
        Ok(_) if state.has_key => act_on_key(state.action, target, &by, reason).await,
        Ok(_) => act_on_whole(state.action, &target, &by, reason),
    }
}

fn act_on_whole(action: Action, target: &Target, by: &str, reason: Option<&str>) -> Response {
    let Some(breaker) = registry().circuit_breaker(&target.name) else {
        return unknown_breaker(&target.name);
    };
    event::administered(
        PolicyKind::CircuitBreaker,
        breaker.name(),
        None,
        action.as_str(),
        by,
        reason,
    );
    action.act_on(breaker);
    json(&breaker.snapshot())
}

async fn act_on_key(action: Action, target: Target, by: &str, reason: Option<&str>) -> Response {
    let Target { name, key } = target;
    let Some(breakers) = registry().keyed_circuit_breaker(&name) else {
        return unknown_breaker(&name);
    };
    let act = |breaker: &CircuitBreaker| {
        event::administered(
            PolicyKind::CircuitBreaker,
            breakers.name(),
            Some(&key),
            action.as_str(),
            by,
            reason,
        );
        action.act_on(breaker);
        json(&breaker.snapshot())
    };
    match with_key(breakers, &key, act).await {
        Some(response) => response,
        None => unknown_key(&name, &key),
    }
}

/// Why a request may not change anything; `None` if it may.
pub(super) fn rejection(access: &Access, headers: &HeaderMap) -> Option<&'static str> {
    if is_from_another_site(headers) {
        return Some("the request comes from another site's page");
    }
    if access.may_be_rebound(headers) {
        return Some(
            "nothing proves that the page's host is this server's: it is not an allowed one",
        );
    }
    (!access.is_authorized(headers)).then_some("you are not authorized to do this")
}

/// What a browser itself says about where the request comes from, an old one by `Origin` alone. Other clients say
/// nothing: they can't be sent somewhere with another's cookies.
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

/// Who asks, as far as the request says.
pub(super) fn by(headers: &HeaderMap) -> String {
    let user = headers.get("x-forwarded-user").and_then(|user| user.to_str().ok()).map(str::trim);
    user.filter(|user| !user.is_empty())
        .map_or_else(|| "admin".to_owned(), |user| shortened(user.to_owned()))
}

async fn reason(parts: &mut Parts, body: Body) -> Result<Option<String>, Response> {
    let query: Result<Query<Why>, QueryRejection> = Query::from_request_parts(parts, &()).await;
    let Query(in_query) = query.map_err(|rejection| bad_request(rejection.to_string()))?;
    let body = whole(body).await?;
    let in_body =
        if body.is_empty() { Why::default() } else { parsed(&body).map_err(bad_request)? };
    Ok(in_body.reason.or(in_query.reason).and_then(|reason| tidied(&reason)))
}

/// A reason as it is told; `None` if it says nothing.
pub(super) fn tidied(reason: &str) -> Option<String> {
    let reason = reason.trim();
    (!reason.is_empty()).then(|| shortened(reason.to_owned()))
}

/// A body, if it is short and arrives in time.
pub(super) async fn whole(body: Body) -> Result<Bytes, Response> {
    let Ok(body) = timeout(BODY_WITHIN, to_bytes(body, LONGEST_BODY)).await else {
        let detail = format!("the body was not there within {BODY_WITHIN:?}");
        return Err(problem(StatusCode::REQUEST_TIMEOUT, detail, ()));
    };
    body.map_err(|_| bad_request(format!("the body is longer than {LONGEST_BODY} bytes")))
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
