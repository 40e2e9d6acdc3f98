//! Options over HTTP: what is in force and why, and changes for a while, under the admin routes' rules.

use std::future::pending;
use std::iter::once;
use std::panic::resume_unwind;
use std::sync::Arc;

use ::axum::body::Body;
use ::axum::extract::rejection::QueryRejection;
use ::axum::extract::{FromRequestParts, Path, Query, State};
use ::axum::http::request::Parts;
use ::axum::http::{HeaderMap, Request, StatusCode};
use ::axum::response::Response;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use tokio::runtime::Handle;
use tracing::Span;

use super::admin::{by, rejection, tidied, whole};
use super::chunks;
use super::json::{Part, array};
use super::problem::problem;
use super::respond::{bad_request, json, unauthorized};
use super::shared::Shared;
use super::target::Target;
use crate::kind::PolicyKind;
use crate::overrides::admin::{self, Answer, Author, LASTS, Rejected, Wish};

/// What the query says.
#[derive(Deserialize)]
struct Asked {
    #[serde(rename = "for")]
    lasts: Option<String>,
    reason: Option<String>,
    #[serde(default)]
    dry_run: bool,
}

/// What to list: everything, unless the query says otherwise.
#[derive(Deserialize)]
pub(super) struct Only {
    kind: Option<String>,
    name: Option<String>,
}

/// Which policy, and what the query says about the change.
struct About {
    kind: PolicyKind,
    name: String,
    asked: Asked,
    author: Author,
}

/// Every policy: texts of files and of people stand in it, so it is for authorized requests.
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    only: Result<Query<Only>, QueryRejection>,
) -> Response {
    if !shared.access.show_details
        && let Some(why) = rejection(&shared.access, &headers)
    {
        return unauthorized(why);
    }
    let Query(only) = match only {
        Ok(only) => only,
        Err(rejection) => return bad_request(rejection.body_text()),
    };
    if admin::has_expired() {
        aside(admin::expire).await;
    }
    let wanted = move |kind: PolicyKind, name: &str| {
        only.kind.as_deref().is_none_or(|only| only == kind.as_str())
            && only.name.as_deref().is_none_or(|only| only == name)
    };
    chunks::json(array(admin::reports(wanted), |report| once(Part::of(&report))))
}

pub(super) async fn change(State(shared): State<Arc<Shared>>, request: Request<Body>) -> Response {
    respond(changed(&shared, request).await)
}

pub(super) async fn withdraw(
    State(shared): State<Arc<Shared>>,
    request: Request<Body>,
) -> Response {
    respond(withdrawn(&shared, request).await)
}

fn respond(answer: Result<Answer, Response>) -> Response {
    answer.map_or_else(|rejection| rejection, |answer| json(&answer))
}

/// An unauthorized request learns nothing about which names exist.
async fn changed(shared: &Shared, request: Request<Body>) -> Result<Answer, Response> {
    let (about, body) = about(shared, request).await?;
    let lasts = match about.asked.lasts.as_deref() {
        Some(text) => admin::lasts(text).map_err(bad_request)?,
        None => Some(LASTS),
    };
    let options = options(&whole(body).await?).map_err(bad_request)?;
    let About { kind, name, asked: Asked { dry_run, .. }, author } = about;
    let wish = Wish { kind, name, options, lasts, author, dry_run };
    aside(move || admin::change(&wish)).await.map_err(rejected)
}

async fn withdrawn(shared: &Shared, request: Request<Body>) -> Result<Answer, Response> {
    let (about, _) = about(shared, request).await?;
    let About { kind, name, asked, author } = about;
    let work = move || admin::withdraw(kind, &name, &author, asked.dry_run);
    aside(work).await.map_err(rejected)
}

/// Every policy is judged, under a lock: it holds no thread that serves others. A caller that hangs up ends nothing.
async fn aside<O: Send + 'static>(work: impl FnOnce() -> O + Send + 'static) -> O {
    let Ok(runtime) = Handle::try_current() else { return work() };
    let span = Span::current();
    match runtime.spawn_blocking(move || span.in_scope(work)).await {
        Ok(output) => output,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            // The runtime ends, and this request with it.
            Err(_) => pending().await,
        },
    }
}

async fn about(shared: &Shared, request: Request<Body>) -> Result<(About, Body), Response> {
    let (mut parts, body) = request.into_parts();
    if let Some(why) = rejection(&shared.access, &parts.headers) {
        return Err(unauthorized(why));
    }
    let Target { name, .. } = Target::from_request_parts(&mut parts, &()).await?;
    let query = Query::<Asked>::from_request_parts(&mut parts, &()).await;
    let Query(asked) = query.map_err(|rejection| bad_request(rejection.body_text()))?;
    let kind = kind(&mut parts).await?;
    let reason = asked.reason.as_deref().and_then(tidied).map(Into::into);
    let author = Author { by: by(&parts.headers).into(), reason };
    Ok((About { kind, name, asked, author }, body))
}

async fn kind(parts: &mut Parts) -> Result<PolicyKind, Response> {
    #[derive(Deserialize)]
    struct Kind {
        kind: String,
    }
    let path = Path::<Kind>::from_request_parts(parts, &()).await;
    let Path(Kind { kind }) = path.map_err(|rejection| bad_request(rejection.body_text()))?;
    admin::kind(&kind).map_err(rejected)
}

fn options(body: &[u8]) -> Result<Map<String, Json>, String> {
    const EXAMPLE: &str = "`{\"attempts\": 1}`";
    match serde_json::from_slice::<Map<String, Json>>(body) {
        Ok(options) if options.is_empty() => {
            Err(format!("the body names no option: write one like {EXAMPLE}"))
        }
        Ok(options) => Ok(options),
        Err(error) => Err(format!("the body is not an object of options like {EXAMPLE}: {error}")),
    }
}

#[allow(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn rejected(rejected: Rejected) -> Response {
    let status = match rejected {
        Rejected::Unknown(_) => StatusCode::NOT_FOUND,
        Rejected::Mistakes(_) => StatusCode::BAD_REQUEST,
    };
    let problems = rejected.texts();
    problem(status, problems.join("\n"), serde_json::json!({ "problems": problems }))
}
