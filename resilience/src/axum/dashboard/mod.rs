//! The page: readable files, sent as one.
//!
//! Plain HTML, CSS and JavaScript, no library and no build: what it shows is a list, and browsers can do lists.
//! `model.js` turns the snapshot into rows, `view.js` rows into elements, `live.js` keeps both up to date, `admin.js`
//! changes breakers by hand, `options.js` shows and changes what is not as the attributes say,
//! `functions.js` shows each guarded function as a row of stages, with `charts.js`.

use std::future::{Ready, ready};
use std::hash::{BuildHasher, RandomState};

use ::axum::http::header;
use ::axum::response::{Html, IntoResponse, Response};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = concat!(
    include_str!("model.js"),
    include_str!("view.js"),
    include_str!("admin.js"),
    include_str!("options.js"),
    include_str!("charts.js"),
    include_str!("functions.js"),
    include_str!("live.js")
);

/// Nothing comes from elsewhere, and nothing but our own two blocks is style or script.
pub(in crate::axum) fn page(
    with_admin: bool,
) -> impl Fn() -> Ready<Response> + Clone + Send + Sync + 'static {
    move || ready(fresh_page(with_admin))
}

fn fresh_page(with_admin: bool) -> Response {
    let nonce = nonce();
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; \
         img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let page = PAGE
        .replace("NONCE", &nonce)
        .replace("WITH_ADMIN", &with_admin.to_string())
        .replace("WITH_OVERRIDES", &cfg!(feature = "overrides").to_string())
        .replace("/* STYLE */", STYLE)
        .replace("/* SCRIPT */", SCRIPT);
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
    ];
    (headers, Html(page)).into_response()
}

/// Hashes under keys that the standard library draws at random and keeps secret.
fn nonce() -> String {
    let random = || RandomState::new().hash_one(0);
    format!("{:016x}{:016x}", random(), random())
}
