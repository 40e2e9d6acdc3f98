//! Choices: bare words out of a short list, like `backoff = exponential`.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::{Error, Expr, Lit};

use crate::attribute::options::value::Value;
use crate::diagnostics::{listed, nearest};

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

    fn read(literal: &Lit, _: bool) -> Result<Self, String> {
        match literal {
            Lit::Str(text) if find::<T>(&text.value()).is_some() => Err(format!(
                "this is a bare word, not a string: write `{}` without quotes",
                text.value()
            )),
            _ => Err(format!("this is one of the words {}", listed(&words::<T>()))),
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
        (!constant).then(|| {
            find(&word.to_string()).ok_or_else(|| Error::new_spanned(expr, unknown::<T>(word)))
        })
    }
}

fn find<T: Words>(text: &str) -> Option<Choice<T>> {
    let (_, value, variant) = T::WORDS.iter().find(|(word, ..)| *word == text)?;
    Some(Choice { value: *value, variant })
}

fn words<T: Words>() -> Vec<&'static str> {
    T::WORDS.iter().map(|(word, ..)| *word).collect()
}

fn unknown<T: Words>(word: &Ident) -> String {
    let words = words::<T>();
    match nearest(&word.to_string(), &words) {
        Some(meant) => format!(
            "unknown word `{word}`: did you mean `{meant}`? It is one of {}",
            listed(&words)
        ),
        None => format!("unknown word `{word}`: it is one of {}", listed(&words)),
    }
}
