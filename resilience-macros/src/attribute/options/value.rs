//! An option as written: its key, and a value that is a literal (checked here and now) or a constant expression
//! (checked by the compiler's `const` evaluation, at the option).

use darling::FromMeta;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Error, Expr, ExprLit, Lit, Meta, Stmt, UnOp};

use crate::diagnostics::Diagnostics;
use crate::grammar::Literal;
use crate::tokens::{generated_span, moved};

/// What a literal of an option's type can be.
pub(crate) trait Value: Sized {
    /// The runtime's check for constant expressions, if there is something to check.
    const CHECK: Option<&'static str>;

    /// Reads a literal; `negative` when a `-` stands before it. The error says what to write.
    fn read(literal: &Lit, negative: bool) -> Result<Self, String>;

    /// The value as code. `runtime` is the path of the runtime's private module.
    fn tokens(&self, span: Span, runtime: &TokenStream) -> TokenStream;

    /// A constant expression as code that checks it.
    fn checked(expr: &Expr, runtime: &TokenStream) -> TokenStream {
        let Some(check) = Self::CHECK else { return expr.to_token_stream() };
        let span = generated_span(expr.span());
        let (runtime, check) = (moved(runtime, span), Ident::new(check, span));
        quote_spanned!(span=> #runtime::check::#check(#expr))
    }

    /// Types whose values have names (`exponential`) read those here.
    fn word(expr: &Expr) -> Option<Result<Self, Error>> {
        let _ = expr;
        None
    }
}

/// `key = value`. A value that cannot be one is kept as its error, so that the others are still read.
#[derive(Clone, Debug)]
pub(crate) struct SpannedValue<T> {
    pub(crate) key: Ident,
    pub(crate) expr: Expr,
    value: Result<Option<T>, Error>,
}

impl<T: Value> SpannedValue<T> {
    /// The value where it is known now.
    pub(crate) fn literal(&self) -> Option<&T> {
        self.value.as_ref().ok()?.as_ref()
    }

    /// What is wrong with the value by itself.
    pub(crate) fn error(&self) -> Option<&Error> {
        self.value.as_ref().err()
    }

    /// The value as code.
    pub(crate) fn tokens(&self, runtime: &TokenStream) -> TokenStream {
        match self.literal() {
            Some(literal) => literal.tokens(generated_span(self.expr.span()), runtime),
            None => T::checked(&self.expr, runtime),
        }
    }
}

impl<T: Value> FromMeta for SpannedValue<T> {
    fn from_meta(meta: &Meta) -> darling::Result<Self> {
        let Meta::NameValue(option) = meta else {
            return Err(darling::Error::custom("this option needs a value").with_span(meta));
        };
        let key = option.path.require_ident().map_err(darling::Error::from)?.clone();
        Ok(Self { key, value: read(&option.value), expr: option.value.clone() })
    }
}

/// The value of an option that needs a feature of the runtime, which only the runtime knows.
pub(crate) fn with_feature(flag: &TokenStream, span: Span, runtime: &TokenStream) -> TokenStream {
    let runtime = moved(runtime, span);
    quote_spanned!(span=> #runtime::shared!(#flag))
}

/// Reports what is wrong with the value of one option by itself.
pub(crate) fn report<T: Value>(option: Option<&SpannedValue<T>>, errors: &mut Diagnostics) {
    if let Some(error) = option.and_then(SpannedValue::error) {
        errors.push(error.clone());
    }
}

fn read<T: Value>(expr: &Expr) -> Result<Option<T>, Error> {
    if let Some(word) = T::word(transparent(expr)) {
        return word.map(Some);
    }
    let Some((literal, negative)) = literal(expr) else { return Ok(None) };
    T::read(literal, negative).map(Some).map_err(|text| Error::new_spanned(expr, text))
}

/// A literal as the grammar knows it; `negative` when a `-` stands before it.
pub(crate) fn written(literal: &Lit, negative: bool) -> Literal {
    let sign = if negative { "-" } else { "" };
    match literal {
        Lit::Str(text) if !negative => Literal::Text(text.value()),
        Lit::Int(int) => Literal::Integer(format!("{sign}{}", int.base10_digits())),
        Lit::Float(float) => Literal::Float(format!("{sign}{}", float.base10_digits())),
        Lit::Bool(flag) if !negative => Literal::Flag(flag.value),
        _ => Literal::Other,
    }
}

/// The literal that an expression is, and whether a `-` stands before it.
pub(crate) fn literal(expr: &Expr) -> Option<(&Lit, bool)> {
    match transparent(expr) {
        Expr::Lit(ExprLit { lit, .. }) => Some((lit, false)),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
            literal(&unary.expr).map(|(literal, negative)| (literal, !negative))
        }
        _ => None,
    }
}

/// Looks through the invisible groups that `macro_rules!` puts around its arguments, through parentheses, and through
/// the braces of `{critical}`, which tell an instance from a flag.
pub(crate) fn transparent(expr: &Expr) -> &Expr {
    match expr {
        Expr::Group(group) => transparent(&group.expr),
        Expr::Paren(paren) => transparent(&paren.expr),
        Expr::Block(block) if block.label.is_none() => match block.block.stmts.as_slice() {
            [Stmt::Expr(only, None)] => transparent(only),
            _ => expr,
        },
        _ => expr,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Expr {
        syn::parse_str(text).expect(text)
    }

    fn read(text: &str) -> Option<Literal> {
        literal(&parsed(text)).map(|(literal, negative)| written(literal, negative))
    }

    #[test]
    fn a_literal_may_have_a_sign_and_stand_in_parentheses_or_braces() {
        let five = Literal::Integer("5".into());
        for same in ["5", "(5)", "{5}", "({ 5 })", "--5"] {
            assert_eq!(read(same), Some(five.clone()), "{same}");
        }
        assert_eq!(read("-(5)"), Some(Literal::Integer("-5".into())));
        assert_eq!(read("-0.5"), Some(Literal::Float("-0.5".into())));
        for nonsense in ["-\"5\"", "-true", "'5'"] {
            assert_eq!(read(nonsense), Some(Literal::Other), "{nonsense}");
        }
        for none in ["!5", "{ 5; }", "'a: { 5 }", "{ let a = 5; a }", "FIVE"] {
            assert_eq!(read(none), None, "{none}");
        }
    }

    #[test]
    fn groups_of_macros_are_not_seen() {
        let group = syn::ExprGroup {
            attrs: Vec::new(),
            group_token: syn::token::Group::default(),
            expr: Box::new(parsed("5")),
        };
        assert!(matches!(transparent(&Expr::Group(group)), Expr::Lit(_)));
    }
}
