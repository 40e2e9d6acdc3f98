//! The routes, and what can be chosen about them.

use std::fmt;
use std::future::ready;
use std::sync::Arc;

use ::axum::Router;
use ::axum::extract::Request;
use ::axum::http::HeaderMap;
use ::axum::middleware::map_response;
use ::axum::routing::{any, get, post};

use super::admin::{Action, Authorizer, Desk};
use super::events::{self, Until};
use super::respond::{fresh, unknown_route, wrong_method};
use super::{admin, dashboard, history, look, openapi, scrape};
use crate::health::HealthCheck;
use crate::registry::registry;

/// The routes to look in by, ready to be merged into an application: it is `Into<axum::Router>`.
#[must_use = "merge it into a router"]
#[derive(Default)]
pub struct Resilience {
    authorizer: Option<Authorizer>,
    until: Until,
}

/// Every route of the [module's table](super) that reads. Those that write need [`Resilience::admin`].
///
/// The first request begins a task that reads every policy's counters each ten seconds, for the history.
pub fn router() -> Resilience {
    registry().health_checks().for_each(HealthCheck::watch);
    Resilience::default()
}

impl Resilience {
    /// Adds the routes that change breakers by hand:
    /// `POST /resilience/circuit-breakers/{name}/{force-open|force-close|reset}`.
    ///
    /// `authorize` sees the request's headers and says whether it may; else the answer is 403.
    /// [`bearer`](super::bearer) is one for a fixed token. Whatever it says, no other site's page can trick a browser
    /// into such a request: what a browser marks as coming from there (`Sec-Fetch-Site`, or an `Origin` other than
    /// `Host`) is refused, so that an authorizer may trust cookies, too.
    ///
    /// The dashboard offers them at each breaker then, and asks for a bearer token, which it keeps while it is open.
    ///
    /// Each action is an [event](crate::Event::Administered) and a `tracing` warning: who (the header
    /// `X-Forwarded-User`, else `admin`) and why (`?reason=…`, or `{"reason": "…"}` as body).
    ///
    /// ```
    /// let app: axum::Router = resilience::axum::router().admin(resilience::axum::bearer("s3cret")).into();
    /// ```
    pub fn admin(mut self, authorize: impl Fn(&HeaderMap) -> bool + Send + Sync + 'static) -> Self {
        self.authorizer = Some(Arc::new(authorize));
        self
    }

    /// Ends the event streams when `stop` is ready. They never end by themselves, so a server with a graceful
    /// shutdown would wait for the last open dashboard; give it the same signal.
    ///
    /// Call it within a tokio runtime.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn until(mut self, stop: impl Future<Output = ()> + Send + 'static) -> Self {
        self.until = Until::ready(stop);
        self
    }
}

impl<S: Clone + Send + Sync + 'static> From<Resilience> for Router<S> {
    fn from(Resilience { authorizer, until }: Resilience) -> Self {
        let mut router = Self::new()
            .route("/health", get(look::health))
            .route("/health/live", get(look::live))
            .route("/health/ready", get(look::ready))
            .route("/metrics", get(scrape::metrics))
            .route("/resilience", get(look::snapshot))
            .route("/resilience/", get(look::snapshot))
            .route("/resilience/circuit-breakers", get(look::circuit_breakers))
            .route("/resilience/circuit-breakers/{name}", get(look::circuit_breaker))
            .route("/resilience/dashboard", get(dashboard::page(authorizer.is_some())))
            .route("/resilience/health", get(look::report))
            .route("/resilience/history", get(history::history))
            .route(
                "/resilience/events",
                get(move |request: Request| ready(events::stream(until.clone(), &request))),
            )
            .route("/resilience/openapi.json", get(openapi::description(authorizer.is_some())))
            .route("/resilience/{*rest}", any(unknown_route));
        if let Some(authorizer) = authorizer {
            router = router.merge(admin_routes(&authorizer));
        }
        router.method_not_allowed_fallback(wrong_method).layer(map_response(fresh))
    }
}

fn admin_routes<S: Clone + Send + Sync + 'static>(authorizer: &Authorizer) -> Router<S> {
    Action::ALL.into_iter().fold(Router::new(), |router, action| {
        let desk = Desk { authorizer: Arc::clone(authorizer), action };
        let path = format!("/resilience/circuit-breakers/{{name}}/{}", action.in_path());
        router.route(&path, post(move |path, request| admin::act(desk.clone(), path, request)))
    })
}

impl fmt::Debug for Resilience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resilience")
            .field("admin", &self.authorizer.is_some())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    /// The routes as they are written above, and as the description has them.
    #[test]
    fn each_route_is_described() {
        let calls = include_str!("router.rs").split(concat!(".rou", "te(")).skip(1);
        let routes =
            calls.filter_map(|call| call.trim_start().strip_prefix('"')?.split('"').next());
        let read: BTreeSet<String> =
            routes.filter(|route| !route.contains("{*")).map(str::to_owned).collect();
        let admin = super::Action::ALL
            .map(|action| format!("/resilience/circuit-breakers/{{name}}/{}", action.in_path()));
        let description: serde_json::Value =
            serde_json::from_str(include_str!("openapi.json")).unwrap();
        let described: BTreeSet<String> =
            description["paths"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(described, read.into_iter().chain(admin).collect());
    }
}
