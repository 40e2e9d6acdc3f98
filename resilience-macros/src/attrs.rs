//! The attributes on an item, told apart without reading what they say: ours, inert built-in ones, and other macros.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::quote_spanned;
use syn::parse::Parser;

use crate::attribute::{Attribute, named};
use crate::function::ungrouped;
use crate::options::quiet;

/// `#[path(arguments)]`, with its tokens as they were.
#[derive(Clone)]
pub(crate) struct Written {
    pub(crate) tokens: TokenStream,
    /// The tokens between the brackets, up to the arguments.
    pub(crate) path: TokenStream,
    pub(crate) segments: Vec<String>,
    pub(crate) span: Span,
    pub(crate) arguments: Arguments,
    /// The attribute of ours that it is.
    pub(crate) ours: Option<&'static Attribute>,
}

#[derive(Clone)]
pub(crate) enum Arguments {
    None,
    List(TokenStream),
    /// `#[path = value]`, which none of ours is.
    Value(TokenStream),
}

/// Splits the attributes off the front of an item, and finds ours among them. `first` are the arguments of the one
/// that expands now.
pub(crate) fn split(item: Vec<TokenTree>, first: &TokenStream) -> (Vec<Written>, Vec<TokenTree>) {
    let (mut attributes, rest) = split_off(item);
    let krate = std::iter::once(first)
        .chain(attributes.iter().filter_map(Written::list))
        .find_map(runtime_crate)
        .and_then(|path| Some(path.segments.last()?.ident.to_string()))
        .unwrap_or_else(|| "resilience".into());
    for attribute in &mut attributes {
        attribute.ours = attribute.find(&krate);
    }
    (attributes, rest)
}

/// The path in `crate = path`, found before anything else is read: all code that is generated needs it.
pub(crate) fn runtime_crate(arguments: &TokenStream) -> Option<syn::Path> {
    let mut tokens = arguments.clone().into_iter().peekable();
    while let Some(token) = tokens.next() {
        let key = matches!(&token, TokenTree::Ident(word) if word == "crate");
        if key && tokens.next_if(|next| is_sign(next, '=')).is_some() {
            let path = tokens.by_ref().take_while(|next| !is_sign(next, ',')).collect();
            return syn::Path::parse_mod_style.parse2(path).ok();
        }
    }
    None
}

pub(crate) fn is_sign(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

fn split_off(item: Vec<TokenTree>) -> (Vec<Written>, Vec<TokenTree>) {
    let (mut attributes, mut rest) = (Vec::new(), item.into_iter().peekable());
    while matches!(rest.peek(), Some(TokenTree::Punct(mark)) if mark.as_char() == '#') {
        let mark = rest.next();
        match rest.next() {
            Some(TokenTree::Group(group)) => {
                let content = ungrouped(group.stream());
                let tokens = mark.into_iter().chain([TokenTree::Group(group)]).collect();
                attributes.push(Written::new(tokens, &content));
            }
            other => return (attributes, mark.into_iter().chain(other).chain(rest).collect()),
        }
    }
    (attributes, rest.collect())
}

impl Written {
    fn new(tokens: TokenStream, content: &[TokenTree]) -> Self {
        let is_path = |token: &TokenTree| match token {
            TokenTree::Ident(_) => true,
            TokenTree::Punct(mark) => mark.as_char() == ':',
            _ => false,
        };
        let end = content.iter().position(|token| !is_path(token)).unwrap_or(content.len());
        let (path, rest) = content.split_at(end);
        let idents = path.iter().filter_map(|token| match token {
            TokenTree::Ident(ident) => Some(ident),
            _ => None,
        });
        let span = idents.clone().next_back().map_or_else(Span::call_site, Ident::span);
        let segments = idents.map(ToString::to_string).collect();
        let arguments = match rest {
            [] => Arguments::None,
            [TokenTree::Group(group)] => Arguments::List(group.stream()),
            value => Arguments::Value(value.iter().cloned().collect()),
        };
        let path = path.iter().cloned().collect();
        Self { tokens, path, segments, span, arguments, ours: None }
    }

    /// An attribute as it appears after the body's opening brace, moved in front of the function.
    pub(crate) fn outer(hash: TokenTree, group: TokenTree) -> Option<Self> {
        split_off(vec![hash, group]).0.pop()
    }

    fn list(&self) -> Option<&TokenStream> {
        match &self.arguments {
            Arguments::List(list) if named(self.segments.last()?).is_some() => Some(list),
            _ => None,
        }
    }

    /// A bare name counts as ours, and so does a path whose last segment but one is the crate's name. Under any other
    /// name an attribute of ours looks foreign; it finds the expanded function then, and refuses.
    fn find(&self, krate: &str) -> Option<&'static Attribute> {
        match self.segments.as_slice() {
            [name] => named(name),
            [.., place, name] if place == krate || place == "resilience" => named(name),
            _ => None,
        }
    }

    /// Whether the compiler itself knows it, so that it changes no code.
    pub(crate) fn is_inert(&self) -> bool {
        let Some(first) = self.segments.first() else { return false };
        if self.segments.len() > 1 {
            return INERT_TOOLS.contains(&first.as_str());
        }
        INERT.contains(&first.as_str())
    }

    pub(crate) fn name(&self) -> String {
        self.segments.join("::")
    }
}

/// Attributes of tools.
const INERT_TOOLS: &[&str] =
    &["clippy", "rustfmt", "rustdoc", "diagnostic", "miri", "rust_analyzer"];

/// Built-in attributes that a function may carry.
const INERT: &[&str] = &[
    "allow",
    "cfg",
    "cfg_attr",
    "cold",
    "coverage",
    "deny",
    "deprecated",
    "doc",
    "expect",
    "export_name",
    "forbid",
    "ignore",
    "inline",
    "instruction_set",
    "link_section",
    "must_use",
    "no_mangle",
    "optimize",
    "should_panic",
    "target_feature",
    "track_caller",
    "unsafe",
    "used",
    "warn",
];

/// Whether the arguments mark a sibling that was gathered into the first attribute of its stack.
pub(crate) fn is_gathered(arguments: &TokenStream) -> bool {
    let mut tokens = arguments.clone().into_iter();
    let first = tokens.next();
    tokens.next().is_none() && matches!(first, Some(TokenTree::Ident(ident)) if ident == GATHERED)
}

/// The mark that such a sibling bears.
const GATHERED: &str = "__gathered";

/// The siblings' paths, on an item that is nothing: their imports stay used, and editors know them.
pub(crate) fn markers(attributes: &[Written]) -> TokenStream {
    let span = quiet(Span::call_site());
    let mut paths =
        attributes.iter().filter(|other| other.ours.is_some()).map(|ours| &ours.path).peekable();
    if paths.peek().is_none() {
        return TokenStream::new();
    }
    let mark = Ident::new(GATHERED, span);
    quote_spanned!(span=> #(#[#paths(#mark)])* const _: () = ();)
}

/// Whether a token opens a body.
pub(crate) fn is_block(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}
