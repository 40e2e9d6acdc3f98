//! What a request may see and do, by where it comes from.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Arc, LazyLock};

use ::axum::extract::{Request, State};
use ::axum::http::header::{HOST, ORIGIN};
use ::axum::http::uri::Authority;
use ::axum::http::{HeaderMap, StatusCode, Uri};
use ::axum::middleware::Next;
use ::axum::response::Response;

use super::problem::problem;
use crate::hook::caught;

pub(super) type Authorizer = Arc<dyn Fn(&HeaderMap) -> bool + Send + Sync>;

/// How much of a key is shown, in characters.
const LONGEST_KEY: usize = 64;

/// What was chosen about access.
#[derive(Clone, Default)]
pub(super) struct Access {
    pub(super) authorizer: Option<Authorizer>,
    pub(super) show_details: bool,
    /// Empty: any host.
    pub(super) hosts: Vec<String>,
}

impl Access {
    /// Whether the author's function says so. A panic says no.
    pub(super) fn is_authorized(&self, headers: &HeaderMap) -> bool {
        let authorizer = self.authorizer.as_ref();
        authorizer.is_some_and(|authorizer| caught(|| authorizer(headers)).unwrap_or(false))
    }

    pub(super) fn audience(&self, headers: &HeaderMap) -> Audience {
        if self.show_details || self.is_authorized(headers) {
            Audience::Trusted
        } else {
            Audience::Stranger
        }
    }

    /// Whether a request that may act is a browser's, from a page whose name may have been bound to this address by
    /// another site: no authorizer proves where it comes from, and no certificate that the name is ours.
    pub(super) fn may_be_rebound(&self, headers: &HeaderMap) -> bool {
        let origin = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
        let Some(host) = origin.and_then(|origin| origin.strip_prefix("http://")) else {
            return false;
        };
        !self.is_known(host) && self.is_authorized(&HeaderMap::new())
    }

    /// Whether `authority` can't be another site's name for this address.
    fn is_known(&self, authority: &str) -> bool {
        let host = without_port(authority).trim_end_matches('.').to_ascii_lowercase();
        let address = host.trim_start_matches('[').trim_end_matches(']');
        address.parse::<IpAddr>().is_ok()
            || host == "localhost"
            || host.ends_with(".localhost")
            || self.hosts.iter().any(|known| known.eq_ignore_ascii_case(&host))
    }
}

fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// In front of every route: requests to other host names are rejected, except probes and authorized ones.
pub(super) async fn check_host(
    State(access): State<Access>,
    request: Request,
    next: Next,
) -> Response {
    let (uri, headers) = (request.uri(), request.headers());
    if access.hosts.is_empty()
        || uri.path().starts_with("/health")
        || host(uri, headers).is_some_and(|host| access.is_known(host))
        || access.is_authorized(headers)
    {
        return next.run(request).await;
    }
    let detail = "this host name is not among the allowed ones".to_owned();
    problem(StatusCode::MISDIRECTED_REQUEST, detail, ())
}

/// Of HTTP/1 by its header, of HTTP/2 by the address.
fn host<'r>(uri: &'r Uri, headers: &'r HeaderMap) -> Option<&'r str> {
    let header = headers.get(HOST).and_then(|host| host.to_str().ok());
    header.or_else(|| uri.authority().map(Authority::as_str))
}

/// What a request may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Audience {
    /// Names, states and counts.
    Stranger,
    /// Errors and keys, too.
    Trusted,
}

impl Audience {
    pub(super) const fn sees_details(self) -> bool {
        matches!(self, Self::Trusted)
    }

    /// A key as it is shown: cut, or hashed, differently in each run of the program.
    pub(super) fn key(self, key: &str) -> String {
        static HASHES: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        match self {
            Self::Trusted => key.chars().take(LONGEST_KEY).collect(),
            Self::Stranger => format!("#{:016x}", HASHES.hash_one(key)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_this_machine_are_known_and_names_that_were_allowed() {
        let access = Access { hosts: vec!["Ops.example".to_owned()], ..Access::default() };
        for known in [
            "127.0.0.1:80",
            "[::1]:8080",
            "[::1]",
            "localhost:1",
            "a.localhost",
            "OPS.example.:443",
        ] {
            assert!(access.is_known(known), "{known}");
        }
        for unknown in ["evil.example", "ops.example.evil.example:80", "127.0.0.1.evil.example", ""]
        {
            assert!(!access.is_known(unknown), "{unknown}");
        }
    }

    #[test]
    fn strangers_see_hashes_and_long_keys_are_cut() {
        let key = "ä".repeat(100);
        assert_eq!(Audience::Trusted.key(&key), "ä".repeat(64));
        let (hash, other) = (Audience::Stranger.key(&key), Audience::Stranger.key("other"));
        assert_eq!((hash.len(), hash.starts_with('#')), (17, true));
        assert_ne!(hash, other);
        assert_eq!(hash, Audience::Stranger.key(&key));
    }
}
