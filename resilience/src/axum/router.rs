//! The routes, and what can be chosen about them.

use std::fmt;
use std::sync::Arc;

use ::axum::Router;
use ::axum::http::HeaderMap;
use ::axum::middleware::{from_fn_with_state, map_response};
use ::axum::response::Response;
#[cfg(feature = "overrides")]
use ::axum::routing::patch;
use ::axum::routing::{any, get, post};

use super::access::check_host;
use super::admin::{Action, AdminState};
#[cfg(feature = "overrides")]
use super::config;
use super::events::Streams;
use super::respond::{fresh, unknown_route, wrong_method};
use super::shared::Shared;
use super::shutdown::Shutdown;
use super::{admin, dashboard, events, history, metrics, openapi, read};
use crate::health::{HealthCheck, HealthCheckConfig};
use crate::registry::registry;

/// The routes for operators and their tools, ready to be merged into an application: it is `Into<axum::Router>`.
#[must_use = "merge it into a router"]
#[derive(Default)]
pub struct Resilience(Shared);

/// Every route of the [module's table](super) that reads. Those that write need [`Resilience::admin`].
///
/// The first request begins a task that reads every policy's counters each ten seconds, for the history.
pub fn router() -> Resilience {
    registry().health_checks().for_each(HealthCheck::watch);
    Resilience::default()
}

impl Resilience {
    /// Adds the routes that change policies by hand:
    /// `POST /resilience/circuit-breakers/{name}[/keys/{key}]/{force-open|force-close|reset}`.
    ///
    /// `authorize` sees the request's headers and says whether it may; else the answer is 403.
    /// [`bearer`](super::bearer) is one for a fixed token. Whatever it says, no other site's page can trick a browser
    /// into such a request: what a browser marks as coming from there (`Sec-Fetch-Site`, or an `Origin` other than
    /// `Host`) is rejected, so that an authorizer may trust cookies, too. One that admits requests without any headers
    /// proves nothing: under it, pages by plain HTTP may act only if their host is an address, `localhost`, or
    /// [allowed](Self::allowed_hosts); any site can bind its own name to this server's address ("DNS rebinding").
    ///
    /// With feature `overrides` there are `PATCH` and `DELETE /resilience/config/{kind}/{name}`, too, under the same
    /// rules: see [the module](super#changing-options).
    ///
    /// Requests that it admits see errors and keys on the other routes, too.
    ///
    /// The dashboard offers the actions at each breaker then, and asks for a bearer token, which it keeps while it is
    /// open.
    ///
    /// Each action is an [event](crate::Event::Administered) and a `tracing` warning: by whom (the header
    /// `X-Forwarded-User`, else `admin`) and why (`?reason=…`, or `{"reason": "…"}` as body).
    ///
    /// ```
    /// let app: axum::Router = resilience::axum::router().admin(resilience::axum::bearer("s3cret")).into();
    /// ```
    pub fn admin(mut self, authorize: impl Fn(&HeaderMap) -> bool + Send + Sync + 'static) -> Self {
        self.0.access.authorizer = Some(Arc::new(authorize));
        self
    }

    /// Whether everybody sees the error texts of health checks and the keys of policies (default: no). Errors may hold
    /// addresses and passwords, keys the names of customers: without this they are shown to requests that
    /// [`admin`](Self::admin)'s authorizer admits; others see `null` and hashes.
    pub fn show_details(mut self, show: bool) -> Self {
        self.0.access.show_details = show;
        self
    }

    /// The host names that these routes answer to, besides addresses and `localhost` (default: any). `/health` answers
    /// to all, and so does every route for requests that [`admin`](Self::admin)'s authorizer admits; else it is 421.
    ///
    /// Where the routes are open to a private network, name its hosts here: a page that an operator visits can bind its
    /// own host name to a private address ("DNS rebinding"), and the browser lets it read what is there.
    ///
    /// ```
    /// let app: axum::Router = resilience::axum::router().allowed_hosts(["ops.internal"]).into();
    /// ```
    pub fn allowed_hosts<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.0.access.hosts = names.into_iter().map(Into::into).collect();
        self
    }

    /// How many event streams there may be at once (default 256); beyond, the answer is 503 with `Retry-After`. A
    /// stream holds back 64 KiB at most, and a client that is too slow learns how many events it has missed.
    pub fn max_streams(mut self, streams: usize) -> Self {
        self.0.streams = Streams::new(streams);
        self
    }

    /// Adds a health check that holds state, a connection pool say, to `/health`, with every default. Checks without
    /// state are functions under [`health_check`](macro@crate::health_check), and are there by themselves.
    ///
    /// ```
    /// # #[derive(Clone)] struct Pool;
    /// # impl Pool { async fn ping(&self) -> Result<(), std::io::Error> { Ok(()) } }
    /// # let pool = Pool;
    /// let routes = resilience::axum::router().check("database", move || {
    ///     let pool = pool.clone();
    ///     async move { pool.ping().await }
    /// });
    /// let app: axum::Router = routes.into();
    /// ```
    pub fn check<F, E>(
        self,
        name: &'static str,
        check: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: fmt::Display + 'static,
    {
        self.check_with(name, HealthCheckConfig::new(), check)
    }

    /// The same with options. `every` says how long an answer is good for: there is no background here.
    ///
    /// # Panics
    /// When options make no sense.
    #[track_caller]
    pub fn check_with<F, E>(
        mut self,
        name: &'static str,
        config: HealthCheckConfig,
        check: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: fmt::Display + 'static,
    {
        self.0.checks = self.0.checks.check_with(name, config, check);
        self
    }

    /// Ends the event streams when `stop` is ready. They never end by themselves, so a server with a graceful
    /// shutdown would wait for the last open dashboard; give it the same signal.
    ///
    /// Call it within a tokio runtime.
    ///
    /// # Panics
    /// Outside of a tokio runtime.
    pub fn with_shutdown_signal(mut self, stop: impl Future<Output = ()> + Send + 'static) -> Self {
        self.0.shutdown = Shutdown::on(stop);
        self
    }
}

impl<S: Clone + Send + Sync + 'static> From<Resilience> for Router<S> {
    fn from(Resilience(shared): Resilience) -> Self {
        let with_admin = shared.access.authorizer.is_some();
        let shared = Arc::new(shared);
        let mut router = read_routes(with_admin);
        #[cfg(feature = "overrides")]
        {
            router = router.merge(config_routes(with_admin));
        }
        if with_admin {
            router = router.merge(admin_routes(&shared));
        }
        router
            .method_not_allowed_fallback(wrong_method)
            .route_layer(from_fn_with_state(shared.access.clone(), check_host))
            // On our own routes alone: what the application doesn't find is its own answer.
            .route_layer(map_response(answer))
            .with_state(shared)
    }
}

fn read_routes(with_admin: bool) -> Router<Arc<Shared>> {
    Router::new()
        .route("/health", get(read::health))
        .route("/health/live", get(read::live))
        .route("/health/ready", get(read::ready))
        .route("/metrics", get(metrics::metrics))
        .route("/resilience", get(read::snapshot))
        .route("/resilience/", get(read::snapshot))
        .route("/resilience/circuit-breakers", get(read::circuit_breakers))
        .route("/resilience/circuit-breakers/{name}", get(read::circuit_breaker))
        .route("/resilience/circuit-breakers/{name}/keys", get(read::keys))
        .route("/resilience/circuit-breakers/{name}/keys/{key}", get(read::key))
        .route("/resilience/dashboard", get(dashboard::page(with_admin)))
        .route("/resilience/health", get(read::report))
        .route("/resilience/history", get(history::history))
        .route("/resilience/events", get(events::stream))
        .route("/resilience/openapi.json", get(openapi::description(with_admin)))
        .route("/resilience/{*rest}", any(unknown_route))
}

fn admin_routes(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    Action::PATHS.into_iter().fold(Router::new(), |router, (path, action, has_key)| {
        let state = AdminState { shared: Arc::clone(shared), action, has_key };
        router.route(path, post(move |target, request| admin::act(state.clone(), target, request)))
    })
}

#[cfg(feature = "overrides")]
fn config_routes(with_admin: bool) -> Router<Arc<Shared>> {
    let router = Router::new().route("/resilience/config", get(config::list));
    if !with_admin {
        return router;
    }
    let change = patch(config::change).delete(config::withdraw);
    router.route("/resilience/config/{kind}/{name}", change)
}

/// A client may ask for the history next.
async fn answer(response: Response) -> Response {
    history::begin();
    fresh(response)
}

impl fmt::Debug for Resilience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resilience")
            .field("admin", &self.0.access.authorizer.is_some())
            .field("checks", &self.0.checks)
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
        let admin = super::Action::PATHS.map(|(path, ..)| path.to_owned());
        let description: serde_json::Value =
            serde_json::from_str(include_str!("openapi.json")).unwrap();
        let described: BTreeSet<String> =
            description["paths"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(described, read.into_iter().chain(admin).collect());
    }
}
