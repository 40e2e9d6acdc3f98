//! What the attributes expand to, compared with the files in `golden/`. `RESILIENCE_BLESS=1` rewrites them.

use std::path::PathBuf;
use std::{env, fs};

use proc_macro2::TokenStream;

use super::tokens;
use crate::expansion::faults;
use crate::expansion::instances::PREFIX;
use crate::item::stack::expand;
use crate::policies::{is_ours, named};
use crate::source::attributes::{MetaForm, split};

/// Each case is a file of that name.
const CASES: &[(&str, &str)] = &[
    (
        "readme",
        "
#[retry(attempts = 3, when_err = ApiError::is_transient)]
#[circuit_breaker(name = \"payments\", failure_rate = 0.5, open_for = \"30s\")]
#[timeout(\"2s\")]
async fn charge(&self, order: &Order) -> Result<Receipt, ApiError> {
    self.client.charge(order).await
}",
    ),
    (
        "retry",
        "
#[retry(delay = \"50ms\", retry_after = |error| error.retry_after)]
async fn fetch(id: u64) -> Result<String, ApiError> {
    get(id).await
}",
    ),
    (
        "circuit_breaker",
        "
#[circuit_breaker(window = 100, critical)]
async fn fetch(id: u64) -> Result<String, ApiError> {
    get(id).await
}",
    ),
    (
        "timeout",
        "
#[timeout(after = self.patience)]
async fn fetch(&self, id: u64) -> Result<String, ApiError> {
    self.get(id).await
}",
    ),
    (
        "arguments",
        "
#[timeout]
async fn fetch(a: String, (b, _): (String, String), _: String) -> Result<usize, ApiError> {
    get(b, a).await
}",
    ),
    (
        "bulkhead",
        "
#[bulkhead(self.pool)]
fn read(&self, id: u64) -> Result<String, ApiError> {
    self.get(id)
}",
    ),
    (
        "rate_limit",
        "
#[rate_limit(\"100/s\", burst = BURST, max_wait = \"1s\")]
async fn fetch(id: u64) -> Result<String, ApiError> {
    get(id).await
}",
    ),
    (
        "fallback",
        "
#[fallback(cached(id).await, |error| Ok(error.to_string()))]
#[timeout]
async fn fetch(id: u64) -> Result<String, ApiError> {
    get(id).await
}",
    ),
    (
        "hedge",
        "
#[hedge(after = \"50ms\")]
async fn fetch(id: u64) -> Result<String, ApiError> {
    get(id).await
}",
    ),
    (
        "resilient",
        "
#[resilient]
async fn fetch(id: u64) -> Result<String, ApiError> {
    get(id).await
}",
    ),
    (
        "resilient_retry",
        "
#[resilient(retry)]
async fn fetch(id: u64) -> Result<String, ApiError> {
    get(id).await
}",
    ),
    (
        "health_check",
        "
#[health_check(name = \"database\", every = \"10s\", critical)]
async fn database() -> Result<(), ApiError> {
    ping().await
}",
    ),
    (
        "key",
        "
#[bulkhead(max_concurrent = 4, key = tenant, max_keys = 1_000)]
async fn order(tenant: &str) -> Result<String, ApiError> {
    place(tenant).await
}",
    ),
    (
        "declared_static",
        "
#[circuit_breaker(config = presets::TOLERANT, open_for = \"10s\")]
pub static PAYMENTS: CircuitBreaker;",
    ),
    (
        "declared_policy",
        "
#[resilient(retry, circuit_breaker(off))]
pub static PAYMENTS: Pipeline;",
    ),
    (
        "shared_policy",
        "
#[resilient(PAYMENTS, when_err = ApiError::is_transient)]
async fn fetch(id: u64) -> Result<String, ApiError> {
    get(id).await
}",
    ),
];

/// The same for users of the feature `test-util`, whose bodies a test can replace.
const WITH_FAULTS: &[(&str, &str)] = &[
    (
        "test_kit",
        "
#[timeout(\"2s\")]
async fn fetch(id: u64) -> Result<String, ApiError> {
    get(id).await
}",
    ),
    (
        "test_kit_alone",
        "
#[retry]
fn fetch(id: u64) -> Result<String, ApiError> {
    get(id)
}",
    ),
];

/// Lines of a terminal window.
const SCREEN: usize = 64;
/// Lines that run at each call; the others declare statics.
const PER_CALL: usize = 38;

#[test]
fn expansions_are_as_written_down() {
    compare(CASES);
}

#[test]
fn expansions_with_faults_are_as_written_down() {
    faults::WANTED.set(true);
    compare(WITH_FAULTS);
    faults::WANTED.set(false);
}

fn compare(cases: &[(&str, &str)]) {
    let bless = env::var_os("RESILIENCE_BLESS").is_some();
    for (name, source) in cases {
        let (path, actual) = (path(name), shown(source.trim_start()));
        if bless {
            fs::write(&path, actual).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            continue;
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            actual == expected,
            "`{name}` expands otherwise than {} says; if that is meant, `cargo x bless`:\n{actual}",
            path.display(),
        );
    }
}

#[test]
fn the_first_example_fits_on_a_screen() {
    let (_, source) = CASES[0];
    let expansion = pretty(source);
    assert!(expansion.lines().count() <= SCREEN, "{expansion}");
    let per_call = expansion.lines().skip_while(|line| !line.contains("let outcome"));
    assert!(per_call.count() <= PER_CALL, "{expansion}");
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden").join(name).with_extension("rs")
}

/// The source as a comment, and what becomes of it.
fn shown(source: &str) -> String {
    let comment: Vec<_> = source.lines().map(|line| format!("// {line}")).collect();
    format!("{}\n\n{PATHS}\n{}", comment.join("\n"), pretty(source))
}

/// For people, every name of the runtime stands without the path that it is written with, every binding without what
/// keeps it apart from names of the user.
const PATHS: &str = "use ::resilience::__private::*;\n";

fn pretty(source: &str) -> String {
    let expansion = expansion(source);
    let short =
        expansion.to_string().replace(":: resilience :: __private :: ", "").replace(PREFIX, "");
    let file = syn::parse_str(&short).unwrap_or_else(|error| panic!("{short}: {error}"));
    prettyplease::unparse(&file)
}

/// Expands the first attribute of an item, as the compiler does.
fn expansion(source: &str) -> TokenStream {
    let (mut attributes, rest) =
        split(tokens(source).into_iter().collect(), &TokenStream::new(), is_ours);
    let first = attributes.remove(0);
    let arguments = match first.form {
        MetaForm::List(list) => list,
        _ => TokenStream::new(),
    };
    let below = attributes.into_iter().map(|attribute| attribute.tokens);
    let item = below.chain([rest.into_iter().collect::<TokenStream>()]).collect();
    expand(named(first.segments.last().expect(source)).expect(source), arguments, item)
}
