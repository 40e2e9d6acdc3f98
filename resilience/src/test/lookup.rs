//! Functions and policies by their names, and what to say about a name that nothing has.

use std::collections::BTreeSet;

use crate::circuit_breaker::CircuitBreaker;
use crate::functions::Function;
use crate::grammar::nearest;
use crate::name::Name;
use crate::registry::registry;
use crate::stack::faults::{FaultSite, sites};

/// The annotated function of that path. Where several have it, each has its line appended: `shop::get:12`.
#[track_caller]
pub(super) fn function(path: &str) -> &'static FaultSite {
    let named: Vec<_> = sites().filter(|site| site.name() == path).collect();
    match named[..] {
        [site] => site,
        [] => by_line(path),
        _ => panic!("several functions are called `{path}`: write one of {}", lines(&named)),
    }
}

#[track_caller]
fn by_line(path: &str) -> &'static FaultSite {
    match sites().find(|site| with_line(site) == path) {
        Some(site) => site,
        None => panic!(
            "no annotated function is called `{path}`{}",
            hint(path, sites().map(|site| site.name().to_owned()))
        ),
    }
}

fn with_line(site: &FaultSite) -> String {
    format!("{}:{}", site.name(), site.line())
}

fn lines(sites: &[&FaultSite]) -> String {
    let names: Vec<_> = sites.iter().map(|site| format!("`{}`", with_line(site))).collect();
    names.join(", ")
}

/// The breaker of that name, or that of the pipeline or the function.
#[track_caller]
pub(super) fn breaker(name: &str) -> &'static CircuitBreaker {
    let registry = registry();
    let of_pipeline = || registry.pipeline(name)?.parts().circuit_breaker;
    let of_function = || layers(name).find_map(|policy| registry.circuit_breaker(policy));
    let found = registry.circuit_breaker(name).or_else(of_pipeline).or_else(of_function);
    if let Some(breaker) = found {
        return breaker;
    }
    assert!(
        registry.keyed_circuit_breaker(name).is_none(),
        "`{name}` is one circuit breaker per key: take a key's from the static, `HOSTS.get(key)`"
    );
    let known = registry.circuit_breakers().map(|breaker| breaker.name().to_string());
    panic!("no circuit breaker is called `{name}`{}", hint(name, known))
}

/// The names of the policies that one name means: its own, those of a pipeline's parts, and those around a function.
#[track_caller]
pub(super) fn policies(name: &str) -> Vec<&'static str> {
    let known: BTreeSet<_> =
        registry().listed().map(|listed| listed.identity().name().as_str()).collect();
    let is_part =
        |policy: &str| policy.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    let named = known.iter().copied().filter(|policy| *policy == name || is_part(policy));
    let found: Vec<_> = named.chain(layers(name)).collect();
    let functions = || sites().map(|site| site.name().to_owned());
    let is_known = !found.is_empty() || functions().any(|function| function == name);
    assert!(
        is_known,
        "no policy or function is called `{name}`{}",
        hint(name, known.iter().map(ToString::to_string).chain(functions()))
    );
    found
}

/// The names of the policies around the body of that function.
fn layers(function: &str) -> impl Iterator<Item = &'static str> {
    let named = registry().functions().filter(move |it| it.name() == *function);
    let layers = named.flat_map(Function::layers);
    layers.filter_map(|layer| layer.policy.map(Name::as_str))
}

/// Which name was probably meant; the last part of a path is compared, too.
fn hint(name: &str, known: impl IntoIterator<Item = String>) -> String {
    let known: Vec<String> = known.into_iter().collect();
    let last = |path: &str| path.rsplit("::").next().unwrap_or(path).to_owned();
    let nearest_path = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
    let by_last = || {
        let lasts: Vec<_> = known.iter().map(|path| last(path)).collect();
        let meant = nearest(&last(name), lasts.iter().map(String::as_str))?;
        let at = lasts.iter().position(|last| last == meant)?;
        Some(known[at].clone())
    };
    match nearest_path.or_else(by_last) {
        Some(meant) => format!("; did you mean `{meant}`?"),
        None if known.is_empty() => "; there is none in this program".to_owned(),
        None => format!("; there are {}", shown(&known)),
    }
}

/// The first few of them.
fn shown(known: &[String]) -> String {
    let names: Vec<_> = known.iter().take(8).map(|name| format!("`{name}`")).collect();
    let rest = if known.len() > names.len() { ", …" } else { "" };
    format!("{}{rest}", names.join(", "))
}
