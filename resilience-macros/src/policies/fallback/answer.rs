//! One expression of a fallback: what it answers, and what it looks at.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, ExprClosure, Pat, Stmt, Type};

use crate::attribute::options::value::transparent;
use crate::policies::reading::Reading;

/// A closure that is no function of a reference to the error.
pub(super) fn arguments(expr: &Expr, reading: &mut Reading<'_>) {
    let Expr::Closure(closure) = transparent(expr) else { return };
    if closure.inputs.len() != 1 {
        arity(closure, reading);
    } else if let Some(Pat::Type(error)) = closure.inputs.first()
        && matches!(*error.ty, Type::Path(_))
    {
        let text = "this closure is lent the error: write `&` before its type, or `|error| …` without a type";
        reading.errors.on(&error.ty, text);
    }
}

fn arity(closure: &ExprClosure, reading: &mut Reading<'_>) {
    let (begin, inputs, end) = (&closure.inputs_begin, &closure.inputs, &closure.inputs_end);
    let head = quote::quote!(#begin #inputs #end);
    let text = format!(
        "this closure takes {} arguments, but is called with the error: write `|error| …`, or \
         the expression alone",
        inputs.len(),
    );
    reading.errors.on(head, text);
}

/// The parameter of `|error| …`, if it is looked at.
pub(super) fn parameter(expr: &Expr) -> Option<&Pat> {
    match transparent(expr) {
        Expr::Closure(closure) if closure.inputs.len() == 1 => {
            closure.inputs.first().filter(|pattern| !matches!(pattern, Pat::Wild(_)))
        }
        _ => None,
    }
}

/// What the expression answers. Braces that rustfmt puts around a long body would be ones too many.
pub(super) fn answer(expr: &Expr) -> &Expr {
    match transparent(expr) {
        Expr::Closure(closure) if closure.inputs.len() == 1 => transparent(&closure.body),
        expr => expr,
    }
}

/// `Ok(…)`, alone or at the end of a block, without a way to end early inside.
pub(super) fn is_success(expr: &Expr) -> bool {
    ends_in_ok(expr) && !ends_early(expr.to_token_stream())
}

fn ends_in_ok(expr: &Expr) -> bool {
    match transparent(expr) {
        Expr::Call(call) => match &*call.func {
            Expr::Path(function) => {
                function.path.segments.last().is_some_and(|last| last.ident == "Ok")
            }
            _ => false,
        },
        Expr::Block(block) => match block.block.stmts.last() {
            Some(Stmt::Expr(last, None)) => ends_in_ok(last),
            _ => false,
        },
        _ => false,
    }
}

/// Whether `.await` stands somewhere in the expression, macros included.
pub(super) fn awaits(expr: &Expr) -> bool {
    fn inside(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Group(group) => inside(group.stream()),
            token => token.to_string() == "await",
        })
    }
    inside(expr.to_token_stream())
}

fn ends_early(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Punct(sign) => sign.as_char() == '?',
        TokenTree::Ident(word) => ["return", "bail", "ensure"].iter().any(|end| word == end),
        TokenTree::Group(group) => ends_early(group.stream()),
        TokenTree::Literal(_) => false,
    })
}
