//! What a function looks like from outside: its signature, how it runs, and where in it the guarded body stands.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{FnArg, Generics, ReturnType, Signature, Token, Type, Visibility};

use crate::mode::Mode;
use crate::source::attributes::WrittenAttribute;
use crate::source::frame::{Frame, Inside};
use crate::source::parameter::{Parameter, is_condition};
use crate::source::return_type::{inferable, is_response, of_future};
use crate::source::scope::Scope;
use crate::tokens::{is_block, is_sign, is_word, unwrapped};

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
    /// The arguments as the body finds them, where they are its function's own; in another `async` block they may be gone
    /// already, or be others.
    pub(crate) arguments: Vec<Parameter>,
    /// The code around the body.
    pub(crate) frame: Frame,
    pub(crate) body: TokenStream,
    /// `self` has become `__self` there.
    pub(crate) renamed_self: bool,
    pub(crate) inputs: Punctuated<FnArg, Token![,]>,
    pub(crate) generics: Generics,
    /// Whether no macro below sees the function, too: it may read arguments, and record them by their names.
    pub(crate) is_alone: bool,
}

impl Guarded {
    /// Whether parameters can get other names.
    pub(crate) fn renames(&self) -> bool {
        self.is_alone && !self.frame.is_async()
    }
}

impl Function {
    /// Everything before the body, with other names for some parameters.
    pub(crate) fn head(&self, renamed: &[(usize, Ident)]) -> TokenStream {
        let Some(place) = parameters(&self.head).filter(|_| !renamed.is_empty()) else {
            return self.head.clone();
        };
        let mut inputs = self.signature.inputs.clone();
        for (place, name) in renamed {
            if let FnArg::Typed(input) = &mut inputs[*place] {
                *input.pat = syn::parse_quote!(#name);
                // Levels of lints are meant for the pattern, which the block binds.
                input.attrs.retain(is_condition);
            }
        }
        let mut tokens: Vec<_> = self.head.clone().into_iter().collect();
        let mut list = Group::new(Delimiter::Parenthesis, inputs.into_token_stream());
        list.set_span(tokens[place].span());
        tokens[place] = list.into();
        tokens.into_iter().collect()
    }

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
        let is_alone = self.attributes.iter().all(|other| other.is_ours || other.is_inert());
        let arguments = match (frame.is_async(), renamed_self) {
            (false, _) => Scope::of(&self.signature).parameters,
            (true, true) => frame.locals().iter().map(Parameter::local).collect(),
            (true, false) => Vec::new(),
        };
        Ok(Guarded {
            name,
            path: self.path(),
            mode,
            output,
            is_response,
            scope,
            arguments,
            frame,
            body,
            renamed_self,
            inputs,
            generics,
            is_alone,
        })
    }

    fn path(&self) -> String {
        let name = self.signature.ident.unraw();
        match &self.owner {
            Some(owner) => format!("{owner}::{name}"),
            None => name.to_string(),
        }
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

/// Where in a head the parameters stand: after `fn`, the name, and what it is generic over.
fn parameters(head: &TokenStream) -> Option<usize> {
    let tokens: Vec<_> = head.clone().into_iter().collect();
    let mut at = tokens.iter().position(|token| is_word(token, "fn"))? + 2;
    let mut depth = 0_usize;
    while depth > 0 || is_sign(tokens.get(at)?, '<') {
        let is_arrow = is_sign(&tokens[at - 1], '-');
        match tokens.get(at)? {
            sign if is_sign(sign, '<') => depth += 1,
            sign if is_sign(sign, '>') && !is_arrow => depth -= 1,
            _ => {}
        }
        at += 1;
    }
    Some(at)
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
