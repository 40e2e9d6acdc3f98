//! A fixed token as authorization, compared in constant time.

use std::hint::black_box;

use ::axum::http::{HeaderMap, header};

/// Admits requests that carry `Authorization: Bearer <token>`: for [`Resilience::admin`](super::Resilience::admin).
///
/// How long the comparison takes says nothing about the token but its length. White space around the token, the line
/// end of a mounted secret say, is no part of it.
///
/// ```
/// use axum::http::HeaderMap;
///
/// let admits = resilience::axum::bearer("s3cret");
/// let mut headers = HeaderMap::new();
/// assert!(!admits(&headers));
/// headers.insert("authorization", "Bearer s3cret".parse().unwrap());
/// assert!(admits(&headers));
/// ```
///
/// # Panics
/// When the token is empty, or white space: a forgotten setting must not admit everybody.
#[track_caller]
pub fn bearer(
    token: impl Into<String>,
) -> impl Fn(&HeaderMap) -> bool + Clone + Send + Sync + 'static {
    let token = token.into().trim().to_owned();
    assert!(!token.is_empty(), "a bearer token must not be empty");
    move |headers| given(headers).is_some_and(|given| same(given.as_bytes(), token.as_bytes()))
}

/// The token of a request. The scheme's name is case-insensitive.
pub(super) fn given(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Looks at every byte, whatever the first ones say.
fn same(a: &[u8], b: &[u8]) -> bool {
    let differences =
        a.iter().zip(b).fold(0, |differences, (a, b)| black_box(differences | (a ^ b)));
    a.len() == b.len() && differences == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_end_is_no_part_of_a_token() {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, "Bearer s3cret".parse().unwrap());
        assert!(bearer("s3cret\r\n")(&headers));
    }

    #[test]
    #[should_panic(expected = "a bearer token must not be empty")]
    fn a_line_end_alone_is_no_token() {
        let _ = bearer("\n");
    }

    #[test]
    fn only_the_whole_token_will_do() {
        let admits = bearer("s3cret");
        let says = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            admits(&headers)
        };
        assert!(says("Bearer s3cret") && says("bearer s3cret"));
        for wrong in [
            "Bearer s3cre",
            "Bearer s3crets",
            "Bearer ",
            "Bearer",
            "s3cret",
            "Basic s3cret",
            "Bearer S3cret",
        ] {
            assert!(!says(wrong), "{wrong}");
        }
    }
}
