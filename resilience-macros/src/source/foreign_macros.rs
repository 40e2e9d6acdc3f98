//! What other macros have made of the function before ours came to see it.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

use crate::diagnostics::Diagnostics;
use crate::source::function::Function;

const OTHER_NAME: &str = "another resilience attribute has already expanded this function, because this one is \
                          imported under another name: import it under its own, or write its path, \
                          `#[resilience::…]`";

/// Reports a function that ours can no longer guard.
pub(crate) fn check(function: &Function, errors: &mut Diagnostics) {
    if let Some(at) = expanded(function) {
        errors.at(at, OTHER_NAME);
    }
    if function.signature.asyncness.is_none() && builds_a_runtime(function) {
        let test = function
            .attributes
            .iter()
            .any(|other| other.segments.last().is_some_and(|name| name == "test"));
        let name = if test { "tokio::test" } else { "tokio::main" };
        errors.at(Span::call_site(), format!(
            "`#[{name}]` above has already turned this into a synchronous function: move it below the \
             resilience attributes"
        ));
    }
}

/// Whether an expansion of ours stands in the body.
fn expanded(function: &Function) -> Option<Span> {
    let ours = ["finish", "finish_with", "finish_unrefused", "faults"];
    let path = |words: &[String]| words[0] == "__private" && ours.contains(&words[1].as_str());
    idents(function.body.clone()).windows(2).any(path).then(Span::call_site)
}

/// `#[tokio::main]` and `#[tokio::test]` leave `let body = async { … };`, and then build a runtime that runs it. A user
/// may well write such a block and run it by the handle of a runtime.
fn builds_a_runtime(function: &Function) -> bool {
    let start = function.body.clone().into_iter().take(4).map(|token| token.to_string());
    start.eq(["let", "body", "=", "async"]) && mentions(function.body.clone(), EXPECTED)
}

/// What tokio's macros expect of the runtime that they build.
const EXPECTED: &str = "\"Failed building the Runtime\"";

fn mentions(tokens: TokenStream, literal: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Literal(text) => text.to_string() == literal,
        TokenTree::Group(group) => mentions(group.stream(), literal),
        _ => false,
    })
}

/// The words of the outermost statements, also in the block of `let __ret: R = { … }` that `async_trait` makes.
fn idents(tokens: TokenStream) -> Vec<String> {
    let mut words = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Ident(word) => words.push(word.to_string()),
            TokenTree::Group(group) if words.last().is_some_and(|word| word == "pin") => {
                words.extend(idents(group.stream()));
            }
            TokenTree::Group(group)
                if words.last().is_some_and(|word| word == "move" || word == "async") =>
            {
                words.extend(idents(group.stream()));
            }
            TokenTree::Group(group)
                if group.delimiter() == Delimiter::Brace
                    && words.iter().any(|word| word == "__ret") =>
            {
                words.extend(idents(group.stream()));
            }
            _ => {}
        }
    }
    words
}
