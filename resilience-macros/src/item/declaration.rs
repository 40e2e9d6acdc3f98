//! `#[retry(…)] pub static ORDERS: Retry;`: declares a shared instance.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Expr, GenericArgument, PathArguments, Token, Type, Visibility};

use crate::attribute::{Attribute, Target};
use crate::diagnostics::Diagnostics;
use crate::expansion::{instances, value};
use crate::item::validate;
use crate::layer::keyed::Keyed;
use crate::layer::model::{Layer, Source};
use crate::layer::names::{self, NamedItem};
use crate::policies::ALL;
use crate::policies::reading::{Invocation, StackOptions};
use crate::source::attributes::{self, WrittenAttribute};
use crate::source::scope::Scope;
use crate::tokens::generated_span;

/// Whether the item is a static, before it is read.
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
    attributes: &[WrittenAttribute],
    rest: Vec<TokenTree>,
) -> TokenStream {
    let parsed = Parser::parse2(Declaration::parse, rest.into_iter().collect());
    let declaration = match parsed {
        Ok(declaration) => declaration,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Diagnostics::default();
    let attribute = first.reader.attribute;
    declaration.check(attribute, attributes, &mut errors);
    let mut shared = StackOptions::of(std::slice::from_ref(&first));
    let layers = first.read(declaration.target(), &Scope::default(), &mut shared, &mut errors);
    declaration.check_keys(attribute, &layers, &mut errors);
    validate::limits(&layers, &mut errors);
    validate::nameless(&layers, &mut errors);
    let at = generated_span(Span::call_site());
    let runtime = shared.runtime.private(at);
    let mut tokens = TokenStream::new();
    let (layer, parts) = match layers.split_last() {
        Some((layer, parts)) if errors.is_empty() => (Some(layer), parts),
        _ => (None, &[][..]),
    };
    let value = match layer {
        Some(layer) => declaration.value(layer, parts, &runtime),
        None => declaration.placeholder(attribute, &runtime, at),
    };
    let listed = layer.map(|layer| declaration.listed(layer, &runtime));
    tokens.extend(errors.into_tokens());
    let (head, ty) = (&declaration.head, declaration.surviving_type(attribute));
    let kept = attributes.iter().filter(|other| !other.is_ours).map(|other| &other.tokens);
    let markers = attributes::markers(attributes);
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

    fn check(&self, attribute: &Attribute, others: &[WrittenAttribute], errors: &mut Diagnostics) {
        if let Some(span) = self.mutable {
            errors.at(span, "a policy is shared, and changed through `&self`: remove `mut`");
        }
        if let Some(initialiser) = &self.initialiser {
            errors.on(initialiser, format!(
                "the attribute builds the instance: end after the type, and write the options in \
                 `#[{}(…)]`",
                attribute.name,
            ));
        }
        for other in others.iter().filter(|other| other.is_ours) {
            errors.at(other.span, "a static is one instance of one policy: keep one attribute");
        }
        self.check_type(attribute, errors);
    }

    /// The compiler finds any wrong type; for another policy's type the text can be more helpful.
    fn check_type(&self, attribute: &Attribute, errors: &mut Diagnostics) {
        let Attribute { name, policy, .. } = attribute;
        if let Some(other) = self.declared().filter(|other| other.name != *name) {
            let other = other.name;
            let text =
                format!("`#[{name}]` declares a `{policy}`: write that type, or `#[{other}]`");
            errors.on(&self.ty, text);
        } else if self.keyed().is_some() && attribute.find("key").is_none() {
            let text = format!("a {} is not kept per key: write `{policy}`", attribute.noun);
            errors.on(&self.ty, text);
        }
    }

    /// `max_keys` is there, and the type has room for one key only.
    fn check_keys(&self, attribute: &Attribute, layers: &[Layer], errors: &mut Diagnostics) {
        let Some((whole, parts)) = layers.split_last() else { return };
        for part in parts {
            let Some(bound) = part.expansion.keyed().and_then(Keyed::bound_at) else { continue };
            errors.at(bound, format!(
                "the parts of a declared pipeline are the same for every call: remove `max_keys`, or \
                 write `#[{}(…, key = …)]` at the functions that use the pipeline",
                part.attribute.name,
            ));
        }
        let is_keyed = whole.expansion.keyed().is_some();
        if is_keyed && self.keyed().is_none() && self.declared().is_some() {
            let policy = attribute.policy;
            let text = format!("`max_keys` means one instance per key: write `Keyed<{policy}>`");
            errors.on(&self.ty, text);
        }
    }

    /// `Keyed<Retry>` is no type that could stand beside the error about it.
    fn surviving_type(&self, attribute: &Attribute) -> &Type {
        self.keyed().filter(|_| attribute.find("key").is_none()).unwrap_or(&self.ty)
    }

    fn target(&self) -> Target {
        Target::Static { keyed: self.keyed().is_some() }
    }

    /// The instance, built from its parts where it has any.
    fn value(&self, layer: &Layer, parts: &[Layer], runtime: &TokenStream) -> TokenStream {
        let Source::Own(instance) = &layer.source else { return TokenStream::new() };
        let item = NamedItem { ident: &self.name, path: &self.name.unraw().to_string() };
        let value = value::built(layer, instance, item, runtime);
        let (span, parts) = (generated_span(layer.span), instances::parts(parts, item, runtime));
        let (items, setters) = (parts.items, parts.setters);
        let guard = names::guard(instance.naming(), layer.attribute, runtime);
        if guard.is_none() && items.is_empty() && setters.is_empty() {
            return value;
        }
        quote_spanned!(span=> { #guard #items #value #setters })
    }

    fn listed(&self, layer: &Layer, runtime: &TokenStream) -> TokenStream {
        let span = generated_span(layer.span);
        let (name, policy) = (&self.name, value::policy_type(layer, runtime));
        instances::declared(&[quote_spanned!(span=> <#policy>::listed(&#name))], runtime)
    }

    /// Beside an error the static stays alive, so that its users don't go red too.
    fn placeholder(&self, attribute: &Attribute, runtime: &TokenStream, span: Span) -> TokenStream {
        let attribute = self.declared().unwrap_or(attribute);
        let policy = Ident::new(attribute.policy, span);
        let config = (!attribute.config.is_empty()).then(|| {
            let config = Ident::new(attribute.config, span);
            let rate = attribute.find("rate").map(|_| quote_spanned!(span=> .rate("1/s")));
            quote_spanned!(span=> , #runtime::#config::new()#rate)
        });
        let probe = (attribute.policy == "HealthCheck").then(|| {
            let done = quote_spanned!(span=> ::core::result::Result::<(), &'static str>::Ok(()));
            quote_spanned!(span=> , || #runtime::probe(async { #done }))
        });
        let policy = if self.keyed().is_some() && attribute.find("key").is_some() {
            quote_spanned!(span=> #runtime::Keyed::<#runtime::#policy>)
        } else {
            quote_spanned!(span=> #runtime::#policy)
        };
        let item = NamedItem { ident: &self.name, path: &self.name.unraw().to_string() };
        let identity = names::identity((None, None), item, span, runtime);
        quote_spanned!(span=> #policy::declared(#identity #config #probe))
    }

    /// The attribute that the static's type belongs to, by its name.
    fn declared(&self) -> Option<&'static Attribute> {
        let Type::Path(ty) = ungrouped(self.keyed().unwrap_or(&self.ty)) else { return None };
        let last = ty.path.segments.last()?;
        ALL.iter().map(|reader| reader.attribute).find(|attribute| last.ident == attribute.policy)
    }

    /// The type in `Keyed<…>`.
    fn keyed(&self) -> Option<&Type> {
        let Type::Path(ty) = ungrouped(&self.ty) else { return None };
        let last = ty.path.segments.last().filter(|last| last.ident == "Keyed")?;
        let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
        arguments.args.iter().find_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        })
    }
}

/// A type out of the group that it arrives in from a `macro_rules!`.
fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        ty => ty,
    }
}
