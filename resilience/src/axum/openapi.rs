//! The description of the routes, kept by hand beside them.

use std::future::{Ready, ready};
use std::sync::LazyLock;

use ::axum::response::Response;
use serde_json::Value;

use super::respond::json;

static WHOLE: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("openapi.json")).expect("the file is JSON: a test reads it")
});

/// The handler: routes that don't exist are not described.
pub(super) fn description(
    with_admin: bool,
) -> impl Fn() -> Ready<Response> + Clone + Send + Sync + 'static {
    move || ready(json(&described(with_admin)))
}

fn described(with_admin: bool) -> Value {
    let mut description = WHOLE.clone();
    if let Some(paths) = description["paths"].as_object_mut() {
        let changes = |path: &Value| path.get("post").or(path.get("patch")).is_some();
        paths.retain(|_, path| with_admin || !changes(path));
        let has_config = cfg!(feature = "overrides");
        paths.retain(|route, _| has_config || !route.starts_with("/resilience/config"));
    }
    description
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn admin_routes_are_described_where_they_exist() {
        let paths = |with_admin| described(with_admin)["paths"].as_object().unwrap().len();
        let config = usize::from(cfg!(feature = "overrides"));
        assert_eq!(paths(true), paths(false) + 6 + config);
    }
}
