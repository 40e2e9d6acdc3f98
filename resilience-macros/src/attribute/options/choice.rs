//! Choices: bare words out of a short list, like `backoff = exponential`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::{Error, Expr, Lit};

use crate::attribute::options::value::{Value, written};
use crate::grammar::{Literal, not_a_word, unknown_word};

/// A runtime enum whose variants users write as lower-case words.
pub(crate) trait Words: Copy + 'static {
    /// The runtime's type.
    const TYPE: &'static str;
    /// Each word, what it means, and the runtime's variant.
    const WORDS: &'static [(&'static str, Self, &'static str)];
}

/// One of the [`Words`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Choice<T> {
    pub(crate) value: T,
    variant: &'static str,
}

impl<T: Words> Value for Choice<T> {
    const CHECK: Option<&'static str> = None;

    fn read(literal: &Lit, negative: bool) -> Result<Self, String> {
        match &written(literal, negative) {
            Literal::Text(text) if find::<T>(text).is_some() => {
                Err(format!("this is a bare word, not a string: write `{text}` without quotes"))
            }
            _ => Err(not_a_word(&words::<T>())),
        }
    }

    fn tokens(&self, span: Span, runtime: &TokenStream) -> TokenStream {
        let (enumeration, variant) = (Ident::new(T::TYPE, span), Ident::new(self.variant, span));
        quote_spanned!(span=> #runtime::#enumeration::#variant)
    }

    fn word(expr: &Expr) -> Option<Result<Self, Error>> {
        let Expr::Path(path) = expr else { return None };
        let word = path.path.get_ident()?;
        let constant = word.to_string().chars().all(|c| !c.is_lowercase());
        let unknown = || unknown_word(&word.to_string(), &words::<T>());
        (!constant)
            .then(|| find(&word.to_string()).ok_or_else(|| Error::new_spanned(expr, unknown())))
    }
}

fn find<T: Words>(text: &str) -> Option<Choice<T>> {
    let (_, value, variant) = T::WORDS.iter().find(|(word, ..)| *word == text)?;
    Some(Choice { value: *value, variant })
}

fn words<T: Words>() -> Vec<&'static str> {
    T::WORDS.iter().map(|(word, ..)| *word).collect()
}
