//! `#[retry(…)] pub static ORDERS: Retry;`: declares a shared instance.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Expr, Token, Type, Visibility};

use crate::attribute::{ALL, Attribute};
use crate::attrs;
use crate::diagnostics::Diagnostics;
use crate::expand;
use crate::model::{Layer, Source};
use crate::names;
use crate::options::quiet;
use crate::reading::{Invocation, Place, Shared};
use crate::scope::Scope;

/// Whether the item is a static, before anyone reads it.
pub(crate) fn is_static(rest: &[TokenTree]) -> bool {
    let mut words = rest.iter().filter_map(|token| match token {
        TokenTree::Ident(word) => Some(word.to_string()),
        _ => None,
    });
    words.find(|word| word != "pub").is_some_and(|word| word == "static")
}

/// `pub static NAME: Type;`
struct Declaration {
    head: TokenStream,
    name: Ident,
    ty: Type,
    mutable: Option<Span>,
    initialiser: Option<Expr>,
}

pub(crate) fn expand(
    first: Invocation,
    attributes: &[attrs::Written],
    rest: Vec<TokenTree>,
) -> TokenStream {
    let parsed = Parser::parse2(Declaration::parse, rest.into_iter().collect());
    let declaration = match parsed {
        Ok(declaration) => declaration,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Diagnostics::default();
    let attribute = first.attribute;
    declaration.check(attribute, attributes, &mut errors);
    let mut shared = Shared::of(std::slice::from_ref(&first));
    let layers = first.read(Place::Static, &Scope::default(), &mut shared, &mut errors);
    let at = quiet(Span::call_site());
    let runtime = shared.runtime.private(at);
    let mut tokens = TokenStream::new();
    let layer = layers.first().filter(|_| errors.is_empty());
    let value = match layer {
        Some(layer) => declaration.value(layer, &runtime),
        None => declaration.placeholder(attribute, &runtime, at),
    };
    let listed = layer.map(|layer| declaration.listed(layer, &runtime));
    tokens.extend(errors.into_tokens());
    let (head, ty) = (&declaration.head, &declaration.ty);
    let kept = attributes.iter().filter(|other| other.ours.is_none()).map(|other| &other.tokens);
    let markers = attrs::markers(attributes);
    tokens.extend(quote_spanned!(at=> #(#kept)* #head: #ty = #value; #listed #markers));
    tokens
}

impl Declaration {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let visibility: Visibility = input.parse()?;
        let keyword: Token![static] = input.parse()?;
        let mutable: Option<Token![mut]> = input.parse()?;
        let name: Ident = input.parse()?;
        let head =
            [visibility.to_token_stream(), keyword.to_token_stream(), name.to_token_stream()];
        input.parse::<Token![:]>()?;
        let ty = input.parse()?;
        let initialiser = match input.parse::<Option<Token![=]>>()? {
            Some(_) => Some(input.parse()?),
            None => None,
        };
        input.parse::<Token![;]>()?;
        let mutable = mutable.map(|token| token.span());
        Ok(Self { head: head.into_iter().collect(), name, ty, mutable, initialiser })
    }

    fn check(&self, attribute: &Attribute, others: &[attrs::Written], errors: &mut Diagnostics) {
        if let Some(span) = self.mutable {
            errors.at(span, "a policy is shared as it is: remove `mut`");
        }
        if let Some(initialiser) = &self.initialiser {
            errors.on(initialiser, format!(
                "the attribute builds the instance: end after the type, and write the options in `#[{}(…)]`",
                attribute.name,
            ));
        }
        for other in others.iter().filter(|other| other.ours.is_some()) {
            errors.at(other.span, "a static is one instance of one policy: keep one attribute");
        }
        self.check_type(attribute, errors);
    }

    /// The compiler finds any wrong type; for another policy's we know the better words.
    fn check_type(&self, attribute: &Attribute, errors: &mut Diagnostics) {
        if let Some(other) = self.declared().filter(|other| other.name != attribute.name) {
            errors.on(
                &self.ty,
                format!(
                    "`#[{}]` declares a `{}`: write that type, or `#[{}]`",
                    attribute.name, attribute.policy, other.name,
                ),
            );
        }
    }

    fn value(&self, layer: &Layer, runtime: &TokenStream) -> TokenStream {
        let Source::Own(instance) = &layer.source else { return TokenStream::new() };
        let value = expand::built(layer, instance, &self.name, runtime);
        let span = quiet(layer.span);
        match names::guard(instance.name.as_ref(), layer.attribute) {
            Some(guard) => quote_spanned!(span=> { #guard #value }),
            None => value,
        }
    }

    fn listed(&self, layer: &Layer, runtime: &TokenStream) -> TokenStream {
        let span = quiet(layer.span);
        let (name, policy) = (&self.name, Ident::new(layer.attribute.policy, span));
        expand::submit(&[quote_spanned!(span=> #runtime::Listed::#policy(&#name))], runtime)
    }

    /// Beside an error the static stays alive, so that its users don't go red too.
    fn placeholder(&self, attribute: &Attribute, runtime: &TokenStream, span: Span) -> TokenStream {
        let attribute = self.declared().unwrap_or(attribute);
        let (policy, config) =
            (Ident::new(attribute.policy, span), Ident::new(attribute.config, span));
        quote_spanned!(span=> #runtime::#policy::new("", #runtime::#config::new()))
    }

    /// The attribute that the static's type belongs to, by its name.
    fn declared(&self) -> Option<&'static Attribute> {
        let Type::Path(ty) = &self.ty else { return None };
        let last = ty.path.segments.last()?;
        ALL.iter().find(|attribute| last.ident == attribute.policy).copied()
    }
}
