//! Which names an expression uses and which a pattern binds, macros and format strings included.

use std::collections::HashSet;

use proc_macro2::{Ident, Literal, Spacing, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::visit::{self, Visit};
use syn::{Expr, Macro, Pat, PatIdent};

use crate::tokens::is_sign;

/// A name that code takes from around it.
pub(crate) struct UsedName {
    pub(crate) ident: Ident,
    /// Whether it begins a longer path, as a type or a module does and a value cannot.
    pub(crate) is_qualifier: bool,
}

/// The names that an expression takes from around it.
pub(crate) fn used(expr: &Expr) -> Vec<UsedName> {
    let mut names = Names::default();
    names.visit_expr(expr);
    let bound: Vec<_> = names.bound.iter().map(Ident::unraw).collect();
    names.used.retain(|name| !bound.contains(&name.ident.unraw()));
    names.used
}

/// Whether tokens name `ident` anywhere, also in a format string.
pub(crate) fn mentions(tokens: &TokenStream, ident: &Ident) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(word) => word.unraw() == ident.unraw(),
        TokenTree::Literal(text) => captured(&text).contains(&ident.unraw()),
        TokenTree::Group(group) => mentions(&group.stream(), ident),
        TokenTree::Punct(_) => false,
    })
}

#[derive(Default)]
pub(crate) struct Names {
    /// In written order.
    pub(crate) bound: Vec<Ident>,
    /// Whether a binding is `mut`.
    pub(crate) mutable: bool,
    used: Vec<UsedName>,
}

impl Names {
    /// Those that a pattern binds.
    pub(crate) fn of(pattern: &Pat) -> Self {
        let mut names = Self::default();
        names.visit_pat(pattern);
        names
    }

    /// The arguments of a macro may be anything: every word counts that is not a field's or method's, nor the name that
    /// `name = value` gives.
    fn words(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let (mut given, mut used) = (HashSet::new(), Vec::new());
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Ident(_) if at > 0 && is_sign(&tokens[at - 1], '.') => {}
                TokenTree::Ident(ident) if gives_a_name(&tokens[at + 1..]) => {
                    given.insert(ident.to_string());
                }
                TokenTree::Ident(ident) => {
                    used.push(UsedName {
                        ident: ident.clone(),
                        is_qualifier: qualifies(&tokens[at + 1..]),
                    });
                }
                TokenTree::Literal(text) => used.extend(
                    captured(text).into_iter().map(|ident| UsedName { ident, is_qualifier: false }),
                ),
                TokenTree::Group(group) => self.words(group.stream()),
                TokenTree::Punct(_) => {}
            }
        }
        self.used.extend(used.into_iter().filter(|name| !given.contains(&name.ident.to_string())));
    }
}

/// `::`, as after a module.
fn qualifies(after: &[TokenTree]) -> bool {
    matches!(after, [first, second, ..] if is_sign(first, ':') && is_sign(second, ':'))
}

/// `=`, and not `==` or `=>`.
fn gives_a_name(after: &[TokenTree]) -> bool {
    matches!(after.first(), Some(TokenTree::Punct(punct)) if punct.as_char() == '=' && punct.spacing() == Spacing::Alone)
}

/// The names in a format string: `{name}`, `{name:?}`, also `{self}`, and `{type}` for `r#type`.
fn captured(text: &Literal) -> Vec<Ident> {
    let (written, span) = (text.to_string().replace("{{", ""), text.span());
    let names = written.split('{').skip(1).filter_map(|after| {
        let end = after.find(|next: char| !(next.is_alphanumeric() || next == '_'))?;
        let name = after.get(..end).filter(|_| after[end..].starts_with([':', '}']))?;
        Ident::parse_any.parse_str(name).ok()
    });
    names.map(|name| Ident::new(&name.to_string(), span)).collect()
}

impl<'ast> Visit<'ast> for Names {
    fn visit_pat_ident(&mut self, pattern: &'ast PatIdent) {
        self.bound.push(pattern.ident.clone());
        self.mutable |= pattern.mutability.is_some();
        visit::visit_pat_ident(self, pattern);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let is_qualifier = path.segments.len() > 1;
        let first = path.segments.first().map(|segment| segment.ident.clone());
        self.used.extend(first.map(|ident| UsedName { ident, is_qualifier }));
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.words(call.tokens.clone());
    }
}
