//! Whether a body begins with an item: a `use`, a `struct`, a function of its own.

use proc_macro2::{TokenStream, TokenTree};

use crate::tokens::is_sign;

/// Words that begin an item wherever a statement may stand.
const ALWAYS: &[&str] =
    &["enum", "extern", "fn", "impl", "mod", "pub", "static", "struct", "trait", "type", "use"];
/// Words that begin a block as well, and what makes it an item: another of these, or a name.
const SOMETIMES: &[&str] = &["async", "const", "unsafe"];

/// Whether the first statement is an item.
pub(crate) fn starts_with_one(body: &TokenStream) -> bool {
    let mut tokens = body.clone().into_iter().peekable();
    while tokens.next_if(|token| is_sign(token, '#')).is_some() {
        tokens.next();
    }
    let (first, second) = (tokens.next(), tokens.next());
    let is_word = |token: &Option<TokenTree>, words: &[&str]| match token {
        Some(TokenTree::Ident(word)) => words.iter().any(|other| word == other),
        _ => false,
    };
    let goes_on = matches!(&second, Some(TokenTree::Ident(word)) if word != "move");
    is_word(&first, ALWAYS) || (is_word(&first, SOMETIMES) && goes_on)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_and_what_looks_like_them() {
        let starts = |body: &str| starts_with_one(&body.parse().expect(body));
        for item in [
            "use std::fmt; 1",
            "#[derive(Debug)] struct Found; Ok(Found)",
            "const LIMIT: u32 = 3; LIMIT",
            "const _: () = (); 1",
            "unsafe fn raw() {} 1",
            "async fn inner() {} inner().await",
            "pub fn inner() {} inner()",
        ] {
            assert!(starts(item), "{item}");
        }
        for other in [
            "",
            "let a = 1; a",
            "const { 1 }",
            "unsafe { raw() }",
            "async { 1 }.await",
            "async move { 1 }.await",
            "#[allow(unused)] let a = 1;",
            "used()",
        ] {
            assert!(!starts(other), "{other}");
        }
    }
}
