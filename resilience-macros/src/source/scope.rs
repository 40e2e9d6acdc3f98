//! Which names of the function an expression uses: a `static` cannot see them, and a body cannot be moved away from
//! an expression that borrows them.

use std::collections::HashSet;

use proc_macro2::{Ident, Literal, Spacing, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Expr, FnArg, GenericParam, Macro, Pat, PatIdent, ReceiverKind, Signature, Type};

use crate::tokens::is_sign;

/// The names that a function gives to its inside.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    /// `self` and the arguments, with whether they are copied rather than moved into a block.
    values: Vec<(String, bool)>,
    /// Whether nothing else is there to be used: the body is an `async fn`'s.
    is_whole: bool,
    /// Type and const parameters.
    generics: Vec<String>,
}

impl Scope {
    pub(crate) fn of(signature: &Signature) -> Self {
        let mut scope = Self { is_whole: signature.asyncness.is_some(), ..Self::default() };
        for input in &signature.inputs {
            match input {
                FnArg::Receiver(receiver) => {
                    let shared = matches!(receiver.kind, ReceiverKind::Reference(_, _, None));
                    scope.values.push(("self".into(), shared));
                    scope.values.push(("__self".into(), shared));
                }
                FnArg::Typed(input) => {
                    let names = Names::of(&input.pat);
                    let copied = !names.mutable && is_copied(&input.ty);
                    scope.values.extend(names.bound.into_iter().map(|name| (name, copied)));
                }
            }
        }
        scope.generics = signature.generics.params.iter().filter_map(parameter).collect();
        scope
    }

    /// The first name in `expr` that exists only while the function runs, or per instantiation of it.
    pub(crate) fn foreign_to_static(&self, expr: &Expr) -> Option<Ident> {
        let is_inside = |name: &str| {
            ["self", "Self", "__self"].contains(&name)
                || self.values.iter().any(|(value, _)| value == name)
                || self.generics.iter().any(|generic| generic == name)
        };
        used(expr).into_iter().find(|ident| is_inside(&ident.to_string()))
    }

    /// Whether a `move` block takes copies of all that it uses, and a second one finds the same again. What the function
    /// binds outside the block it runs in is of types that are not known here.
    pub(crate) fn is_copied(&self) -> bool {
        self.is_whole && self.values.iter().all(|(_, copied)| *copied)
    }

    /// Whether `expr` borrows something that a `move` block would take away.
    pub(crate) fn borrows(&self, expr: &Expr) -> bool {
        let is_moved =
            |name: &str| self.values.iter().any(|(value, copied)| value == name && !copied);
        used(expr).iter().any(|ident| is_moved(&ident.to_string()))
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

fn parameter(parameter: &GenericParam) -> Option<String> {
    match parameter {
        GenericParam::Type(parameter) => Some(parameter.ident.to_string()),
        GenericParam::Const(parameter) => Some(parameter.ident.to_string()),
        GenericParam::Lifetime(_) => None,
    }
}

/// The names that an expression takes from around it.
fn used(expr: &Expr) -> Vec<Ident> {
    let mut names = Names::default();
    names.visit_expr(expr);
    names.used.retain(|ident| !names.bound.contains(&ident.to_string()));
    names.used
}

#[derive(Default)]
struct Names {
    bound: HashSet<String>,
    /// Whether a binding is `mut`.
    mutable: bool,
    used: Vec<Ident>,
}

impl Names {
    fn of(pattern: &Pat) -> Self {
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
                TokenTree::Ident(ident) => used.push(ident.clone()),
                TokenTree::Literal(text) => used.extend(captured(text)),
                TokenTree::Group(group) => self.words(group.stream()),
                TokenTree::Punct(_) => {}
            }
        }
        self.used.extend(used.into_iter().filter(|ident| !given.contains(&ident.to_string())));
    }
}

/// `=`, and not `==` or `=>`.
fn gives_a_name(after: &[TokenTree]) -> bool {
    matches!(after.first(), Some(TokenTree::Punct(punct)) if punct.as_char() == '=' && punct.spacing() == Spacing::Alone)
}

/// The names in a format string: `{name}`, `{name:?}`.
fn captured(text: &Literal) -> Vec<Ident> {
    let (written, span) = (text.to_string().replace("{{", ""), text.span());
    let names = written.split('{').skip(1).filter_map(|after| {
        let end = after.find(|next: char| !(next.is_alphanumeric() || next == '_'))?;
        let name = after.get(..end).filter(|_| after[end..].starts_with([':', '}']))?;
        syn::parse_str::<Ident>(name).ok()
    });
    names.map(|name| Ident::new(&name.to_string(), span)).collect()
}

impl<'ast> Visit<'ast> for Names {
    fn visit_pat_ident(&mut self, pattern: &'ast PatIdent) {
        self.bound.insert(pattern.ident.to_string());
        self.mutable |= pattern.mutability.is_some();
        visit::visit_pat_ident(self, pattern);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.used.extend(path.segments.first().map(|segment| segment.ident.clone()));
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.words(call.tokens.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> Scope {
        let signature =
            "fn f<T, const N: usize>(&self, id: Id, (a, b): (A, B), key: &str, out: &mut X)";
        Scope::of(&syn::parse_str(signature).expect("a signature"))
    }

    fn foreign(expr: &str) -> Option<String> {
        scope().foreign_to_static(&syn::parse_str(expr).expect(expr)).map(|ident| ident.to_string())
    }

    #[test]
    fn statics_see_no_names_of_the_function() {
        assert_eq!(foreign("self.limit"), Some("self".into()));
        assert_eq!(foreign("Self::LIMIT"), Some("Self".into()));
        assert_eq!(foreign("T::LIMIT"), Some("T".into()));
        assert_eq!(foreign("N + 1"), Some("N".into()));
        assert_eq!(foreign("Duration::from_secs(id)"), Some("id".into()));
        assert_eq!(foreign("concat!(b)"), Some("b".into()));
        assert_eq!(foreign(r#"format!("of {id:?}")"#), Some("id".into()));
        assert_eq!(foreign(r#"format!("of {}, {{id}} {0} id", LIMIT)"#), None);
        assert_eq!(foreign(r#"|e| println!("{id} {}", e.key, id = e.attempt)"#), None);
        assert_eq!(foreign("|e| assert!(id == e.id)"), Some("id".into()));
        assert_eq!(foreign("LIMIT"), None);
        assert_eq!(foreign("config.id"), None);
        assert_eq!(foreign("|id| log(id)"), None);
    }

    #[test]
    fn what_is_known_to_be_copied_may_be_moved_again() {
        let is_copied =
            |signature: &str| Scope::of(&syn::parse_str(signature).expect(signature)).is_copied();
        assert!(is_copied("async fn f(&self, id: u64, key: &str)"));
        assert!(!is_copied("async fn f(id: u64, name: String)"));
        assert!(!is_copied("async fn f(mut id: u64)"), "an attempt may change it for the next");
        assert!(!is_copied("async fn f(&mut self)"));
        assert!(!is_copied("fn f(id: u64) -> impl Future"), "it may own things outside its block");
    }

    #[test]
    fn only_what_a_block_would_take_is_borrowed() {
        let borrows = |expr: &str| scope().borrows(&syn::parse_str(expr).expect(expr));
        assert!(borrows("|e| e.code() == id"));
        assert!(borrows("out.pool"));
        assert!(borrows(r#"|e| e.is(&format!("{id}"))"#));
        assert!(!borrows("self.pool"));
        assert!(!borrows("|e| e.is(key)"));
        assert!(!borrows("POOL"));
    }
}
