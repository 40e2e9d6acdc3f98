//! The attributes on an item, told apart without reading what they say: ours, inert built-in ones, and other macros.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote_spanned;

use crate::runtime::Runtime;
use crate::tokens::{generated_span, ungrouped};

/// `#[path(arguments)]`, with its tokens as they were.
#[derive(Clone)]
pub(crate) struct WrittenAttribute {
    pub(crate) tokens: TokenStream,
    /// The tokens between the brackets, up to the arguments.
    pub(crate) path: TokenStream,
    pub(crate) segments: Vec<String>,
    pub(crate) span: Span,
    pub(crate) form: MetaForm,
    /// Whether it is one of ours.
    pub(crate) is_ours: bool,
}

#[derive(Clone)]
/// What stands after the path.
pub(crate) enum MetaForm {
    Path,
    List(TokenStream),
    /// `#[path = value]`, which none of ours is.
    Value(TokenStream),
}

/// Splits the attributes off the front of an item, and finds ours among them. `first` are the arguments of the one
/// that expands now; `is_ours` knows the names.
pub(crate) fn split(
    item: Vec<TokenTree>,
    first: &TokenStream,
    is_ours: fn(&str) -> bool,
) -> (Vec<WrittenAttribute>, Vec<TokenTree>) {
    let (mut attributes, rest) = split_off(item);
    let lists =
        attributes.iter().filter(|other| is_ours(other.last())).filter_map(|other| other.list());
    let krate = std::iter::once(first)
        .chain(lists)
        .find_map(Runtime::written)
        .and_then(|path| Some(path.segments.last()?.ident.to_string()))
        .unwrap_or_else(|| "resilience".into());
    for attribute in &mut attributes {
        attribute.is_ours = attribute.belongs_to(&krate) && is_ours(attribute.last());
    }
    (attributes, rest)
}

fn split_off(item: Vec<TokenTree>) -> (Vec<WrittenAttribute>, Vec<TokenTree>) {
    let (mut attributes, mut rest) = (Vec::new(), item.into_iter().peekable());
    while matches!(rest.peek(), Some(TokenTree::Punct(mark)) if mark.as_char() == '#') {
        let mark = rest.next();
        match rest.next() {
            Some(TokenTree::Group(group)) => {
                let content = ungrouped(group.stream());
                let tokens = mark.into_iter().chain([TokenTree::Group(group)]).collect();
                attributes.push(WrittenAttribute::new(tokens, &content));
            }
            other => return (attributes, mark.into_iter().chain(other).chain(rest).collect()),
        }
    }
    (attributes, rest.collect())
}

impl WrittenAttribute {
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
        let form = match rest {
            [] => MetaForm::Path,
            [TokenTree::Group(group)] => MetaForm::List(group.stream()),
            value => MetaForm::Value(value.iter().cloned().collect()),
        };
        let path = path.iter().cloned().collect();
        Self { tokens, path, segments, span, form, is_ours: false }
    }

    /// An attribute as it appears after the body's opening brace, moved in front of the function.
    pub(crate) fn outer(hash: TokenTree, group: TokenTree) -> Option<Self> {
        split_off(vec![hash, group]).0.pop()
    }

    /// The attribute's own name.
    pub(crate) fn last(&self) -> &str {
        self.segments.last().map_or("", String::as_str)
    }

    fn list(&self) -> Option<&TokenStream> {
        match &self.form {
            MetaForm::List(list) => Some(list),
            _ => None,
        }
    }

    /// A bare name counts as ours, and so does a path whose last segment but one is the crate's name. Under any other
    /// name an attribute of ours looks foreign; it finds the expanded function then, and reports that.
    fn belongs_to(&self, krate: &str) -> bool {
        match self.segments.as_slice() {
            [.., place, _] => place == krate || place == "resilience",
            _ => true,
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

/// An attribute of ours that leaves its item as it is.
pub(crate) fn marker(path: &TokenStream) -> TokenStream {
    let span = generated_span(Span::call_site());
    let mark = Ident::new(GATHERED, span);
    quote_spanned!(span=> #[#path(#mark)])
}

/// The siblings' paths, on an item that is nothing: their imports stay used, and editors know them.
pub(crate) fn markers(attributes: &[WrittenAttribute]) -> TokenStream {
    let mut markers =
        attributes.iter().filter(|other| other.is_ours).map(|ours| marker(&ours.path)).peekable();
    if markers.peek().is_none() {
        return TokenStream::new();
    }
    quote_spanned!(generated_span(Span::call_site())=> #(#markers)* const _: () = ();)
}
