//! What policies are called, and that no two of one kind are called the same on purpose.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;

use crate::attribute::Attribute;
use crate::attribute::options::value::SpannedValue;
use crate::tokens::generated_span;

/// An explicit name, if there is one, and what a part of a pipeline appends to it or to the default.
pub(crate) type Naming<'i> = (Option<&'i SpannedValue<String>>, Option<&'static str>);

/// An item that instances are built for.
#[derive(Clone, Copy)]
pub(crate) struct NamedItem<'i> {
    pub(crate) ident: &'i Ident,
    /// What it is called within its module: `charge`, or `Payments::charge`.
    pub(crate) path: &'i str,
}

/// The runtime's `Identity` of an instance that is built for `item`.
pub(crate) fn identity(
    (name, part): Naming<'_>,
    item: NamedItem<'_>,
    at: Span,
    runtime: &TokenStream,
) -> TokenStream {
    let span = generated_span(at);
    let part = part.map(|part| format!(".{part}")).unwrap_or_default();
    if let Some(name) = name {
        let name = name.tokens(runtime);
        let name = if part.is_empty() {
            name
        } else {
            quote_spanned!(span=> ::core::concat!(#name, #part))
        };
        return quote_spanned!(span=> #runtime::Identity::explicit(#name));
    }
    let path = format!("::{}{part}", item.path);
    let line = Literal::u32_unsuffixed(line(at));
    quote_spanned! {span=>
        #runtime::Identity::default(::core::concat!(::core::module_path!(), #path), #line)
    }
}

/// `line!()` would be that of the whole stack's first attribute.
fn line(span: Span) -> u32 {
    if !proc_macro::is_available() {
        return 0;
    }
    u32::try_from(span.unwrap().line()).unwrap_or(u32::MAX)
}

/// A symbol that exists once per explicit name, kind and crate: the second definition does not build.
///
/// The symbol's text is what the compiler then shows. It names package, version and target, because a program may
/// well hold two versions of a package, or a crate beside the copy of it that is under test.
pub(crate) fn guard(
    (name, part): Naming<'_>,
    attribute: &Attribute,
    runtime: &TokenStream,
) -> Option<TokenStream> {
    let written = name?;
    let part = part.map(|part| format!(".{part}")).unwrap_or_default();
    let name = format!("{}{part}", written.literal()?);
    let span = generated_span(written.expr.span());
    let symbol =
        format!("resilience: {} name {name:?} is used twice in {}", attribute.noun, target());
    Some(quote_spanned!(span=> #runtime::unique!(#symbol, static NAME: u8 = 0;);))
}

/// The crate that is being compiled: its name, its package where that is called otherwise, and the version.
fn target() -> String {
    let var = |key| std::env::var(key).unwrap_or_default();
    let (krate, package) = (var("CARGO_CRATE_NAME"), var("CARGO_PKG_NAME"));
    let mut target = format!("crate {krate} {}", var("CARGO_PKG_VERSION"));
    if package.replace('-', "_") != krate {
        target = format!("{target} of {package}");
    }
    if let Ok(binary) = std::env::var("CARGO_BIN_NAME") {
        target = format!("{target}, binary {binary}");
    }
    target
}
