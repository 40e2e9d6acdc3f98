//! Options that are code: flags, functions, and expressions that are passed on as they are.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{Expr, Lit};

use crate::attribute::options::value::{SpannedValue, Value, literal, transparent, written};

/// `critical`, or `critical = true`.
impl Value for bool {
    const CHECK: Option<&'static str> = None;

    fn read(literal: &Lit, negative: bool) -> Result<Self, String> {
        written(literal, negative).flag()
    }

    fn tokens(&self, span: Span, _: &TokenStream) -> TokenStream {
        let flag = proc_macro2::Ident::new(if *self { "true" } else { "false" }, span);
        flag.into_token_stream()
    }
}

/// A function: a closure, or the path of one. `INPUTS` is the number of its arguments.
#[derive(Debug)]
pub(crate) enum Callable<const INPUTS: usize> {}

impl<const INPUTS: usize> Value for Callable<INPUTS> {
    const CHECK: Option<&'static str> = None;

    fn read(_: &Lit, _: bool) -> Result<Self, String> {
        Err("this is a function: write a closure, or the path of a `fn`".into())
    }

    fn tokens(&self, _: Span, _: &TokenStream) -> TokenStream {
        match *self {}
    }

    fn word(expr: &Expr) -> Option<Result<Self, syn::Error>> {
        let Expr::Closure(closure) = expr else { return None };
        if closure.inputs.len() == INPUTS {
            return None;
        }
        let text = format!(
            "this closure takes {} arguments, but is called with {INPUTS}: write `{}`",
            closure.inputs.len(),
            if INPUTS == 0 { "|| …" } else { "|it| …" },
        );
        let head = closure.inputs_begin.to_token_stream();
        let inputs = closure.inputs.to_token_stream();
        let end = closure.inputs_end.to_token_stream();
        Some(Err(syn::Error::new_spanned(quote::quote!(#head #inputs #end), text)))
    }
}

/// A predicate over what a call came to.
pub(crate) type Predicate = SpannedValue<Callable<1>>;

/// An expression of a type that only the compiler can check.
#[derive(Debug)]
pub(crate) enum Verbatim {}

impl Value for Verbatim {
    const CHECK: Option<&'static str> = None;

    fn read(_: &Lit, _: bool) -> Result<Self, String> {
        Err("this cannot be a literal: write the path of a constant or a function".into())
    }

    fn tokens(&self, _: Span, _: &TokenStream) -> TokenStream {
        match *self {}
    }
}

/// Whether the compiler can surely evaluate a duration at build time: `LIMIT`, `Duration::from_secs(5)`.
pub(crate) fn looks_constant(expr: &Expr) -> bool {
    match transparent(expr) {
        Expr::Path(path) => constant_path(path),
        Expr::Call(call) => {
            let constructor = match transparent(&call.func) {
                Expr::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
                _ => None,
            };
            let exact = ["from_secs", "from_millis", "from_micros", "from_nanos"];
            constructor.is_some_and(|name| exact.contains(&name.as_str()))
                && call.args.iter().all(|arg| literal(arg).is_some() || looks_constant(arg))
        }
        _ => false,
    }
}

/// A path in capitals.
fn constant_path(path: &syn::ExprPath) -> bool {
    let last = path.path.segments.last().map(|last| last.ident.to_string());
    path.qself.is_none() && last.is_some_and(|name| name.chars().all(|c| !c.is_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_and_exact_constructors_look_constant() {
        let is_constant = |text: &str| looks_constant(&syn::parse_str(text).expect(text));
        for constant in
            ["LIMIT", "(config::LIMIT)", "Duration::from_secs(5)", "Duration::from_millis(LIMIT)"]
        {
            assert!(is_constant(constant), "{constant}");
        }
        for other in [
            "limit",
            "limit()",
            "5 + 5",
            "<T as Limits>::LIMIT",
            "Duration::from_secs(seconds)",
            "Duration::from_secs_f64(0.5)",
            "Duration::new(5, 0)",
            "(self.limit)(5)",
        ] {
            assert!(!is_constant(other), "{other}");
        }
    }
}
