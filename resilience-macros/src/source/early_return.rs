//! A function that returns a future may do so at its tail only: a `return` before the `async` block there would give
//! out a future that nothing guards.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::parse::Parser;
use syn::visit::{self, Visit};
use syn::{Block, ExprAsync, ExprClosure, ExprReturn, Item, Macro};

pub(crate) fn no_early_return(body: &TokenStream) -> syn::Result<()> {
    // What isn't Rust is for the compiler to tell: nothing will run.
    let Ok(statements) = Block::parse_within.parse2(body.clone()) else { return Ok(()) };
    let mut returns = EarlyReturns::default();
    for statement in &statements {
        returns.visit_stmt(statement);
    }
    match returns.first {
        Some(span) => Err(syn::Error::new(
            span,
            "this `return` would not be guarded: move it into the `async` block",
        )),
        None => Ok(()),
    }
}

#[derive(Default)]
struct EarlyReturns {
    first: Option<Span>,
}

/// Closures, blocks that run later and items are left by their own `return`s.
impl<'ast> Visit<'ast> for EarlyReturns {
    fn visit_expr_return(&mut self, early_return: &'ast ExprReturn) {
        self.first.get_or_insert(early_return.return_token.span);
        visit::visit_expr_return(self, early_return);
    }

    /// Any word may end up where it is one.
    fn visit_macro(&mut self, call: &'ast Macro) {
        self.first = self.first.or_else(|| find_return(call.tokens.clone()));
    }

    fn visit_expr_closure(&mut self, _: &'ast ExprClosure) {}

    fn visit_expr_async(&mut self, _: &'ast ExprAsync) {}

    fn visit_item(&mut self, _: &'ast Item) {}
}

fn find_return(tokens: TokenStream) -> Option<Span> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(word) if word == "return" => Some(word.span()),
        TokenTree::Group(group) => find_return(group.stream()),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn returns_early(body: &str) -> bool {
        no_early_return(&body.parse().expect(body)).is_err()
    }

    #[test]
    fn only_what_leaves_the_function_itself() {
        assert!(returns_early("if late { return Box::pin(ready()); } async move { call().await }"));
        assert!(returns_early("ensure!(early, return none()); async move { call().await }"));
        assert!(!returns_early("let f = |x| { return x }; async move { return f(1) }"));
        assert!(!returns_early("fn f(x: u8) -> u8 { return x } Box::pin(async move { f(1) })"));
    }
}
