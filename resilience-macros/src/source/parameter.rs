//! A parameter of the function: the names that it binds, and what becomes of the rest of its value.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Pat, PatIdent, PatRest, PatType, PatWild, Receiver, ReceiverKind, Type};

use crate::source::names::Names;
use crate::tokens::generated_span;

/// A parameter of the function.
pub(crate) struct Parameter {
    /// The names that it binds.
    pub(crate) names: Vec<Ident>,
    /// Its pattern, unless it is `self`.
    pub(crate) pattern: Option<Pat>,
    /// Whether it is copied rather than moved into a block.
    pub(crate) is_copied: bool,
    /// Whether it is a name that can be bound again as it is: no `self`, no `mut`, no pattern.
    pub(crate) is_plain: bool,
    /// Whether it may be left out, or its name not be there.
    pub(crate) is_conditional: bool,
    /// A `cfg`, and levels of lints.
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) rest: Rest,
}

/// What of a parameter's value no name is bound to. It lives until the function ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    Nothing,
    /// Some of it: the pattern takes it apart.
    Part,
    /// All of it: `_`.
    All,
}

impl Parameter {
    /// `self`, and what `async_trait` calls it.
    pub(crate) fn receiver(receiver: &Receiver) -> Self {
        let span = receiver.self_token.span;
        Self {
            names: ["self", "__self"].map(|name| Ident::new(name, span)).into(),
            pattern: None,
            is_copied: matches!(receiver.kind, ReceiverKind::Reference(_, _, None)),
            is_plain: false,
            is_conditional: true,
            attributes: receiver.attrs.clone(),
            rest: Rest::Nothing,
        }
    }

    pub(crate) fn typed(input: &PatType) -> Self {
        let names = Names::of(&input.pat);
        let ty = ungrouped(&input.ty);
        let is_conditional = !input.attrs.is_empty();
        let is_whole = matches!(ty, Type::Reference(_)) || is_copied(ty);
        Self {
            is_copied: !names.mutable && is_copied(ty),
            is_plain: !names.mutable && is_name(&input.pat),
            is_conditional,
            attributes: input.attrs.clone(),
            rest: if is_whole { Rest::Nothing } else { Rest::of(&input.pat) },
            names: names.bound,
            pattern: Some((*input.pat).clone()),
        }
    }

    /// A name for it as a whole, which documentation shows: its own, or its place. It is no name that the user's code could
    /// mean.
    pub(crate) fn other_name(&self, place: usize) -> Option<Ident> {
        let pattern = self.pattern.as_ref()?;
        let name = match pattern {
            Pat::Ident(named) => named.ident.to_string(),
            _ => format!("_argument_{}", place + 1),
        };
        Some(format_ident!("{name}", span = generated_span(pattern.span())))
    }

    /// An argument that another macro has bound again.
    pub(crate) fn local(pattern: &Pat) -> Self {
        Self {
            names: Names::of(pattern).bound,
            pattern: Some(pattern.clone()),
            is_copied: false,
            is_plain: false,
            is_conditional: false,
            attributes: Vec::new(),
            rest: Rest::Nothing,
        }
    }

    /// Each `cfg` that it is under, for code that names it.
    pub(crate) fn conditions(&self) -> TokenStream {
        let conditions = self.attributes.iter().filter(|attribute| is_condition(attribute));
        conditions.map(ToTokens::to_token_stream).collect()
    }

    pub(crate) fn binds(&self, name: &Ident) -> bool {
        self.names.iter().any(|bound| bound.unraw() == name.unraw())
    }
}

/// Whether an attribute may leave out what it stands on: a `cfg`, or what may hold one.
pub(crate) fn is_condition(attribute: &Attribute) -> bool {
    ["cfg", "cfg_attr"].iter().any(|name| attribute.path().is_ident(name))
}

impl Rest {
    fn of(pattern: &Pat) -> Self {
        if matches!(pattern, Pat::Wild(_)) {
            return Self::All;
        }
        let mut gaps = Gaps(false);
        gaps.visit_pat(pattern);
        if gaps.0 { Self::Part } else { Self::Nothing }
    }
}

/// Whether a pattern leaves something where it is.
struct Gaps(bool);

impl<'ast> Visit<'ast> for Gaps {
    fn visit_pat_wild(&mut self, _: &'ast PatWild) {
        self.0 = true;
    }

    fn visit_pat_rest(&mut self, _: &'ast PatRest) {
        self.0 = true;
    }

    fn visit_pat_struct(&mut self, pattern: &'ast syn::PatStruct) {
        self.0 |= pattern.rest.is_some();
        visit::visit_pat_struct(self, pattern);
    }

    fn visit_pat_ident(&mut self, pattern: &'ast PatIdent) {
        self.0 |= pattern.by_ref.is_some();
        visit::visit_pat_ident(self, pattern);
    }
}

/// Whether a type is known for one that is copied: a shared reference, or a primitive by its name.
fn is_copied(ty: &Type) -> bool {
    const PRIMITIVES: [&str; 16] = [
        "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16",
        "u32", "u64", "u128", "usize",
    ];
    match ty {
        Type::Reference(reference) => reference.mutability.is_none(),
        Type::Path(named) => PRIMITIVES.iter().any(|name| named.path.is_ident(name)),
        _ => false,
    }
}

/// Whether a pattern is a name and nothing else.
fn is_name(pattern: &Pat) -> bool {
    matches!(pattern, Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none())
}

/// Looks through what `macro_rules!` puts around a type.
fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        Type::Paren(paren) => ungrouped(&paren.elem),
        ty => ty,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(parameter: &str) -> Rest {
        let signature: syn::Signature =
            syn::parse_str(&format!("fn f({parameter})")).expect(parameter);
        match &signature.inputs[0] {
            syn::FnArg::Typed(input) => Parameter::typed(input).rest,
            syn::FnArg::Receiver(receiver) => Parameter::receiver(receiver).rest,
        }
    }

    #[test]
    fn what_a_pattern_leaves_behind() {
        for whole in
            ["a: A", "mut a: A", "(a, b): (A, B)", "A { b, c: d }: A", "self", "a @ B(c): A"]
        {
            assert_eq!(rest(whole), Rest::Nothing, "{whole}");
        }
        for part in [
            "(a, _): (A, B)",
            "A { b, .. }: A",
            "ref a: A",
            "[a, ..]: [A; 3]",
            "(a, (ref b, c)): A",
        ] {
            assert_eq!(rest(part), Rest::Part, "{part}");
        }
        assert_eq!(rest("_: A"), Rest::All);
        for unowned in ["_: &A", "(a, _): &(A, B)", "_: u64"] {
            assert_eq!(rest(unowned), Rest::Nothing, "{unowned}");
        }
    }
}
