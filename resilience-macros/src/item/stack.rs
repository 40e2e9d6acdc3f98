//! Gathers the attributes of one function, in written order, into one expansion.
//!
//! Attributes expand from the top down, each seeing those below it. The topmost of ours therefore takes all of them
//! along; were each to wrap the body by itself, the lowest would end up outermost.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::quote_spanned;

use crate::attribute::{Attribute, Target};
use crate::diagnostics::Diagnostics;
use crate::expansion::capture::Capture;
use crate::expansion::expand;
use crate::item::{block, declaration, owner, validate};
use crate::layer::default_names::tell_apart;
use crate::layer::model::Stack;
use crate::policies::reading::{Invocation, Reader, StackOptions};
use crate::policies::{is_ours, named};
use crate::source::attributes::{self, MetaForm, WrittenAttribute};
use crate::source::foreign_macros;
use crate::source::function::{Function, Guarded};
use crate::source::scope::Scope;
use crate::tokens::{generated_span, is_sign, ungrouped};

/// What one attribute of ours, the topmost of its stack, expands to.
pub(crate) fn expand(
    reader: &'static Reader,
    arguments: TokenStream,
    item: TokenStream,
) -> TokenStream {
    if attributes::is_gathered(&arguments) {
        return item;
    }
    let (owner, arguments) = owner::taken(arguments);
    let first = Invocation { reader, span: Span::call_site(), arguments };
    let (attributes, rest) = attributes::split(ungrouped(item), &first.arguments, is_ours);
    if declaration::is_static(&rest) {
        return declaration::expand(first, &attributes, rest);
    }
    if block::is_block(&rest) {
        let mut errors = Diagnostics::default();
        let siblings = siblings(&attributes, &mut errors);
        return block::expand(first, &attributes, siblings, &rest, errors);
    }
    match Function::read(attributes.clone(), &rest) {
        Some(Ok(function)) => on_function(first, &Function { owner, ..function }),
        Some(Err(error)) => beside(&error, &attributes, rest),
        None => beside(&misplaced(reader.attribute, &rest), &attributes, rest),
    }
}

fn on_function(first: Invocation, function: &Function) -> TokenStream {
    let mut errors = Diagnostics::default();
    foreign_macros::check(function, &mut errors);
    validate::siblings(&function.attributes, &mut errors);
    let guarded = function.guarded().map_err(|error| errors.push(error)).ok();
    let stack = read(first, function, guarded.as_ref(), &mut errors);
    if let Some(guarded) = &guarded {
        validate::stack(&stack, guarded, &mut errors);
    }
    let markers = attributes::markers(&function.attributes);
    match guarded {
        Some(guarded) if errors.is_empty() => {
            let capture = Capture::of(&guarded, &stack);
            let body = expand::body(&guarded, &stack, &capture);
            let body = quote_spanned!(generated_span(Span::call_site())=> #markers #body);
            let mut tokens = holds_an_instance(&stack);
            tokens.extend(rebuilt(function, &capture.renamed(), guarded.frame.around(body)));
            tokens
        }
        _ => {
            let mut body = markers;
            body.extend(function.body.clone());
            let mut block = Group::new(proc_macro2::Delimiter::Brace, body);
            block.set_span(function.braces);
            let mut tokens = errors.into_tokens();
            tokens.extend(rebuilt(function, &[], TokenTree::Group(block).into()));
            tokens
        }
    }
}

/// Reads all attributes of the stack.
fn read(
    first: Invocation,
    function: &Function,
    guarded: Option<&Guarded>,
    errors: &mut Diagnostics,
) -> Stack {
    let nothing = Scope::default();
    let scope = guarded.map_or(&nothing, |guarded| &guarded.scope);
    let renamed = guarded.is_some_and(|guarded| guarded.renamed_self);
    let mut invocations = siblings(&function.attributes, errors);
    invocations.insert(0, first);
    let mut shared = StackOptions::of(&invocations);
    let mut layers = Vec::new();
    for (place, mut invocation) in invocations.into_iter().enumerate() {
        if renamed {
            invocation.arguments = with_renamed_self(invocation.arguments);
        }
        let hint = if place > 0 { taken_for_ours(&invocation) } else { None };
        let before = errors.len();
        layers.extend(invocation.read(Target::Function, scope, &mut shared, errors));
        errors.extend(hint.filter(|_| errors.len() > before));
    }
    tell_apart(&mut layers);
    let rejection = shared.rejection.map(|written| written.expr);
    Stack { layers, rejection, runtime: shared.runtime }
}

fn siblings(attributes: &[WrittenAttribute], errors: &mut Diagnostics) -> Vec<Invocation> {
    let mut siblings = Vec::new();
    for written in attributes {
        let Some(reader) = named(written.last()).filter(|_| written.is_ours) else { continue };
        let arguments = match &written.form {
            MetaForm::Path => TokenStream::new(),
            MetaForm::List(list) => list.clone(),
            MetaForm::Value(value) => {
                let name = reader.attribute.name;
                errors.on(value, format!("options stand in parentheses: `#[{name}(…)]`"));
                TokenStream::new()
            }
        };
        siblings.push(Invocation { reader, span: written.span, arguments });
    }
    siblings
}

/// What to say if a sibling cannot be read that has a single value, as attributes of other crates do:
/// `#[timeout(100)]`. Only the compiler knows what a bare name was imported from.
fn taken_for_ours(Invocation { reader, span, arguments }: &Invocation) -> Option<syn::Error> {
    let is_ours = |token: TokenTree| is_sign(&token, '=') || token.to_string().starts_with('"');
    let is_ours = arguments.clone().into_iter().any(is_ours);
    let name = reader.attribute.name;
    let text = format!(
        "`#[{name}]` is taken for resilience's: write one of another crate by its path, \
         `#[that_crate::{name}(…)]`"
    );
    (!is_ours && !arguments.is_empty()).then(|| syn::Error::new(*span, text))
}

/// The body that `async_trait` has rewritten knows the receiver as `__self`.
fn with_renamed_self(tokens: TokenStream) -> TokenStream {
    let renamed = |token| match token {
        TokenTree::Ident(word) if word == "self" => {
            TokenTree::Ident(Ident::new("__self", word.span()))
        }
        TokenTree::Group(group) => {
            let mut renamed = Group::new(group.delimiter(), with_renamed_self(group.stream()));
            renamed.set_span(group.span());
            TokenTree::Group(renamed)
        }
        token => token,
    };
    tokens.into_iter().map(renamed).collect()
}

/// The function, with its body replaced and the attributes of ours gone.
fn rebuilt(function: &Function, renamed: &[(usize, Ident)], body: TokenStream) -> TokenStream {
    let mut tokens = kept(&function.attributes);
    tokens.extend(function.head(renamed));
    tokens.extend(body);
    tokens
}

/// A key's instance is held for as long as the call runs. clippy, which sees locks in the map that it comes from, would
/// have the user let it go earlier; it asks the function's own attributes whether it may speak.
fn holds_an_instance(stack: &Stack) -> TokenStream {
    if !stack.layers.iter().any(|layer| layer.expansion.keyed().is_some()) {
        return TokenStream::new();
    }
    quote_spanned!(generated_span(Span::call_site())=> #[allow(clippy::significant_drop_tightening)])
}

fn kept(attributes: &[WrittenAttribute]) -> TokenStream {
    attributes.iter().filter(|other| !other.is_ours).map(|other| other.tokens.clone()).collect()
}

/// An error beside the item, which stays as it was.
fn beside(
    error: &syn::Error,
    attributes: &[WrittenAttribute],
    rest: Vec<TokenTree>,
) -> TokenStream {
    let mut tokens = error.to_compile_error();
    tokens.extend(kept(attributes));
    tokens.extend(rest);
    tokens
}

/// What to say about an item that is neither a function nor a static.
fn misplaced(attribute: &Attribute, rest: &[TokenTree]) -> syn::Error {
    let Attribute { name, policy, .. } = attribute;
    let keywords = ["struct", "enum", "union", "mod", "const", "type", "use", "extern"];
    let keyword = rest.iter().find_map(|token| match token {
        TokenTree::Ident(word) => keywords.iter().copied().find(|keyword| word == keyword),
        _ => None,
    });
    let text = match keyword {
        Some("const") => format!(
            "a shared instance is one object: write `static` instead of `const`, `#[{name}] \
             static NAME: {policy};`"
        ),
        Some(keyword) => format!(
            "`#[{name}]` guards a function, not a `{keyword}`: write it on a `fn`, or on `static \
             NAME: {policy};`"
        ),
        None => format!(
            "`#[{name}]` guards a function: write it on a `fn`, or on `static NAME: {policy};`"
        ),
    };
    syn::Error::new(Span::call_site(), text)
}
