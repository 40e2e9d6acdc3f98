//! What a function looks like from outside: its signature, how it runs, and where in it the guarded body stands.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{FnArg, Generics, ReturnType, Signature, Token, Type, Visibility};

use crate::mode::Mode;
use crate::source::attributes::WrittenAttribute;
use crate::source::frame::{Frame, Inside};
use crate::source::return_type::{inferable, is_response, of_future};
use crate::source::scope::Scope;
use crate::tokens::{is_block, unwrapped};

/// A function as written.
pub(crate) struct Function {
    /// Attributes, ours among them.
    pub(crate) attributes: Vec<WrittenAttribute>,
    /// Everything before the body.
    pub(crate) head: TokenStream,
    pub(crate) signature: Signature,
    /// The tokens between the braces.
    pub(crate) body: TokenStream,
    pub(crate) braces: Span,
    /// The type or trait that it is a method of, where an attribute on its block has said so.
    pub(crate) owner: Option<String>,
}

/// A function that can be guarded.
pub(crate) struct Guarded {
    pub(crate) name: Ident,
    /// What it is called within its module: `charge`, or `Payments::charge`.
    pub(crate) path: String,
    pub(crate) mode: Mode,
    /// What the stack returns: what the body does, or a result of it.
    pub(crate) output: Type,
    /// The body returns something that only is a response: a rejection is the error beside it.
    pub(crate) is_response: bool,
    pub(crate) scope: Scope,
    /// The code around the body.
    pub(crate) frame: Frame,
    pub(crate) body: TokenStream,
    /// `self` has become `__self` there.
    pub(crate) renamed_self: bool,
    pub(crate) inputs: Punctuated<FnArg, Token![,]>,
    pub(crate) generics: Generics,
}

impl Function {
    /// Reads what follows the attributes. `None` when it is no function.
    pub(crate) fn read(
        attributes: Vec<WrittenAttribute>,
        rest: &[TokenTree],
    ) -> Option<syn::Result<Self>> {
        if !rest.iter().any(|token| matches!(token, TokenTree::Ident(word) if word == "fn")) {
            return None;
        }
        let (body, head) = rest.split_last()?;
        let TokenTree::Group(body) = unwrapped(body) else { return bodiless(rest) };
        if body.delimiter() != Delimiter::Brace {
            return bodiless(rest);
        }
        let head: TokenStream = head.iter().cloned().collect();
        let parsed = signature(head.clone());
        let (mut attributes, mut body_tokens) = (attributes, body.stream());
        inner_attributes(&mut body_tokens, &mut attributes);
        Some(parsed.map(|signature| Self {
            attributes,
            head,
            signature,
            body: body_tokens,
            braces: body.span(),
            owner: None,
        }))
    }

    /// Finds out how it runs, or why it cannot be guarded.
    pub(crate) fn guarded(&self) -> Result<Guarded, syn::Error> {
        self.unsupported_kind()?;
        let scope = Scope::of(&self.signature);
        let name = self.signature.ident.clone();
        let path = match &self.owner {
            Some(owner) => format!("{owner}::{}", name.unraw()),
            None => name.unraw().to_string(),
        };
        let declared = match &self.signature.output {
            ReturnType::Type(_, ty) => (**ty).clone(),
            ReturnType::Default => syn::parse_quote_spanned!(name.span()=> ()),
        };
        let asynchronous = self.signature.asyncness.is_some();
        let future = if asynchronous { None } else { of_future(&declared) };
        let Inside { frame, body, output, renamed_self } =
            Inside::find(self.body.clone(), self.braces, &declared, future, asynchronous)?;
        let mode = if asynchronous || frame.is_async() { Mode::Async } else { Mode::Blocking };
        let is_response = mode == Mode::Async && is_response(output.as_ref().unwrap_or(&declared));
        let output = if is_response {
            syn::parse_quote_spanned!(declared.span()=> ::core::result::Result<_, _>)
        } else {
            inferable(output.unwrap_or(declared))
        };
        let Signature { inputs, generics, .. } = self.signature.clone();
        Ok(Guarded {
            name,
            path,
            mode,
            output,
            is_response,
            scope,
            frame,
            body,
            renamed_self,
            inputs,
            generics,
        })
    }

    fn unsupported_kind(&self) -> Result<(), syn::Error> {
        let Signature { constness, abi, variadic, output, .. } = &self.signature;
        let reject = |tokens: &dyn ToTokens, text| {
            Err(syn::Error::new_spanned(tokens.to_token_stream(), text))
        };
        if let Some(constness) = constness {
            return reject(
                constness,
                "a `const fn` may run in the compiler, where no policy can: remove `const`",
            );
        }
        if let Some(variadic) = variadic {
            return reject(
                variadic,
                "a variadic function cannot hand its arguments on: guard a function that calls it",
            );
        }
        if let Some(abi) = abi {
            return reject(
                abi,
                "an `extern` function cannot return a rejection as its error: guard a function that it calls",
            );
        }
        match output {
            ReturnType::Type(_, ty) if matches!(**ty, Type::Never(_)) => reject(
                ty,
                "a function that never returns has no result to judge: return a `Result`",
            ),
            _ => Ok(()),
        }
    }
}

impl Guarded {
    /// The arguments that a `move` block around the body owns, in the order in which they are bound. In the function's
    /// own `async` block they may be gone already, or be others.
    pub(crate) fn owned_arguments(&self) -> Vec<&Ident> {
        if self.frame.is_async() { Vec::new() } else { self.scope.owned_by(&self.body) }
    }

    /// Those of them that a block around the body may bind again.
    pub(crate) fn rebindable_arguments(&self) -> Vec<&Ident> {
        if self.frame.is_async() { Vec::new() } else { self.scope.rebindable(&self.body) }
    }
}

/// `#![allow(…)]` in the body says the same as `#[allow(…)]` before the function, where it stays valid.
fn inner_attributes(body: &mut TokenStream, attributes: &mut Vec<WrittenAttribute>) {
    let mut tokens = body.clone().into_iter();
    while let (
        Some(TokenTree::Punct(hash)),
        Some(TokenTree::Punct(mark)),
        Some(TokenTree::Group(group)),
    ) = (tokens.next(), tokens.next(), tokens.next())
    {
        if hash.as_char() != '#' || mark.as_char() != '!' {
            return;
        }
        attributes.extend(WrittenAttribute::outer(hash.into(), group.into()));
        *body = tokens.clone().collect();
    }
}

fn bodiless(rest: &[TokenTree]) -> Option<syn::Result<Function>> {
    let ends = rest.last()?;
    if rest.iter().any(is_block) {
        return None;
    }
    let text = "this function has no body to guard: annotate the implementations, or give it a \
                default body";
    Some(Err(syn::Error::new(ends.span(), text)))
}

fn signature(head: TokenStream) -> syn::Result<Signature> {
    let read = |input: syn::parse::ParseStream<'_>| {
        input.parse::<Visibility>()?;
        if input.peek(syn::Ident) && input.fork().parse::<Ident>()? == "default" {
            input.parse::<Ident>()?;
        }
        input.parse()
    };
    syn::parse::Parser::parse2(read, head)
}
