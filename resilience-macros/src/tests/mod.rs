//! The engine as a whole, on token streams: what it must never do, and what must hold for every attribute.

use proc_macro2::TokenStream;
use proptest::prelude::*;

use crate::grammar::parse_duration;
use crate::item::stack::expand;
use crate::policies::reading::Reader;
use crate::policies::resilient::parts::{OTHERS, PARTS};
use crate::policies::{ALL, circuit_breaker, retry};

mod blocks;
mod edges;
mod golden;
mod messages;
mod told_apart;
mod values;

fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn expanded(reader: &'static Reader, arguments: &str, item: &str) -> String {
    expand(reader, tokens(arguments), tokens(item)).to_string()
}

fn is_rejected(expansion: &str) -> bool {
    expansion.contains("compile_error")
}

const FUNCTION: &str = "async fn charge(&self, id: u64) -> Result<u64, E> { Ok(id) }";

#[test]
fn every_known_option_is_read() {
    for reader in ALL {
        for known in reader.attribute.known().filter(|known| !known.is_flag()) {
            let arguments = format!("{} = {}", known.name, known.example);
            let expansion = expanded(reader, &arguments, FUNCTION);
            assert!(!expansion.contains("Unknown field"), "{}: {arguments}", reader.attribute.name);
        }
    }
}

#[test]
fn every_attribute_needs_little() {
    for reader in ALL {
        let name = reader.attribute.name;
        let (needed, function) = match name {
            "rate_limit" => ("\"100/s\"", FUNCTION),
            "fallback" => ("Ok(0)", FUNCTION),
            "health_check" => ("", "async fn up() -> Result<(), E> { Ok(()) }"),
            _ => ("", FUNCTION),
        };
        let expansion = expanded(reader, needed, function);
        assert!(!is_rejected(&expansion), "{expansion}");
        let static_of = |name: &str| format!("__RESILIENCE_{}", name.to_uppercase());
        let outermost = if name == "resilient" { "timeout" } else { name };
        assert!(expansion.contains(&static_of(outermost)), "{expansion}");
    }
}

#[test]
fn every_attribute_is_a_part_of_a_pipeline_or_known_not_to_be() {
    for reader in ALL {
        let name = reader.attribute.name;
        let is_part = PARTS.iter().any(|part| part.name == name);
        assert!(is_part != OTHERS.contains(&name), "{name}");
    }
}

#[test]
fn the_first_attribute_is_outermost() {
    let item = format!("#[timeout(\"1s\")] #[inline] #[resilience::bulkhead] {FUNCTION}");
    let expansion = expanded(&circuit_breaker::READER, "", &item);
    let at = |function: &str| format!(":: {function} (:: resilience :: __private :: static_ref !");
    let place = |function: &str| expansion.find(&at(function)).expect(function);
    assert!(place("circuit_breaker_by_default") < place("timeout"));
    assert!(place("timeout") < place("bulkhead_by_default"));
    assert!(expansion.starts_with("# [inline]"));
}

#[test]
fn a_gathered_sibling_passes_its_item_through() {
    let item = "const _: () = ();";
    assert_eq!(expanded(&retry::READER, "__gathered", item), tokens(item).to_string());
}

#[test]
fn the_crate_may_have_another_path_anywhere_in_the_stack() {
    let item = format!("#[res::timeout(\"1s\", crate = crate::res)] {FUNCTION}");
    let expansion = expanded(&retry::READER, "attempts = N", &item);
    assert!(!expansion.contains(":: resilience ::"), "{expansion}");
    assert!(expansion.contains("crate :: res :: __private :: check :: count"));
}

#[test]
fn beside_an_error_the_item_survives() {
    let expansion = expanded(&retry::READER, "attempts = 0", FUNCTION);
    assert!(is_rejected(&expansion));
    assert!(expansion.ends_with("{ Ok (id) }"), "{expansion}");
}

#[test]
fn a_body_that_reruns_or_is_borrowed_from_moves_nothing_but_copies() {
    let owning = "async fn charge(&self, id: Id) -> Result<u64, E> { Ok(id.into()) }";
    let moves = |arguments: &str| {
        expanded(&circuit_breaker::READER, arguments, owning).contains("async move")
    };
    assert!(moves(""));
    assert!(moves("when_err = |e| e.is(self.code)"), "a shared reference is copied");
    assert!(!moves("when_err = |e| e.is(id)"));
    assert!(!expanded(&retry::READER, "", owning).contains("async move"));
    assert!(expanded(&retry::READER, "", FUNCTION).contains("async move"));
}

/// Words, marks and groups that the parsers look for, in any order.
fn soup() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "attempts",
        "delay",
        "after",
        "critical",
        "when_err",
        "config",
        "crate",
        "name",
        "self",
        "PAYMENTS",
        "=",
        ",",
        ":",
        "::",
        "==",
        "=>",
        "|",
        "&",
        "-",
        ".",
        "..",
        "#",
        "!",
        ";",
        "<",
        ">",
        "?",
        "'a",
        "\"1s\"",
        "\"\"",
        "\"25%\"",
        "3",
        "0.5",
        "-1",
        "true",
        "async",
        "move",
        "fn",
        "static",
        "pub",
        "const",
        "impl",
        "Future",
        "Box",
        "pin",
        "let",
        "__ret",
        "return",
        "->",
        "Result",
        "_",
        "match",
        "b'x'",
        "1e400",
        "99999999999999999999",
        "r#type",
    ]);
    let leaf = word.prop_map(String::from);
    leaf.prop_recursive(4, 40, 8, |inner| {
        let list = prop::collection::vec(inner, 0..8).prop_map(|parts| parts.join(" "));
        (list, prop::sample::select(vec![("(", ")"), ("[", "]"), ("{", "}"), ("", "")]))
            .prop_map(|(list, (open, close))| format!("{open}{list}{close}"))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_arguments_make_it_panic(
        arguments in prop::collection::vec(soup(), 0..10),
        reader in 0..ALL.len(),
    ) {
        let arguments = arguments.join(" ");
        if let Ok(arguments) = arguments.parse() {
            expand(ALL[reader], arguments, tokens(FUNCTION));
        }
    }

    #[test]
    fn no_item_makes_it_panic(item in prop::collection::vec(soup(), 0..12), reader in 0..ALL.len()) {
        let item = item.join(" ");
        if let Ok(item) = item.parse() {
            expand(ALL[reader], TokenStream::new(), item);
        }
    }

    #[test]
    fn no_body_makes_it_panic(body in prop::collection::vec(soup(), 0..12)) {
        let function = "fn charge() -> impl Future<Output = Result<(), E>>";
        if let Ok(item) = format!("{function} {{ {} }}", body.join(" ")).parse() {
            expand(ALL[0], TokenStream::new(), item);
        }
    }

    #[test]
    fn any_text_is_a_duration_or_an_explained_mistake(text in ".{0,12}") {
        let _ = parse_duration(&text);
    }

    #[test]
    fn what_is_written_is_what_is_read(nanos in 1_u64..) {
        let parsed = parse_duration(&format!("{nanos}ns"));
        prop_assert_eq!(parsed, Ok(std::time::Duration::from_nanos(nanos)));
    }
}
