//! Which names of the function an expression uses: a `static` cannot see them, and a body cannot be moved away from
//! an expression that borrows them.

use proc_macro2::{Ident, TokenStream};
use syn::{Expr, FnArg, GenericParam, Receiver, ReceiverKind, Signature, Type};

use crate::source::names::{Names, UsedName, mentions, used};

/// The names that a function gives to its inside.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    /// `self` and the arguments, in declared order.
    arguments: Vec<Argument>,
    /// Whether nothing else is there to be used: the body is an `async fn`'s.
    is_whole: bool,
    /// Type and const parameters.
    generics: Vec<String>,
}

/// A name that an argument binds.
#[derive(Debug)]
struct Argument {
    ident: Ident,
    /// Whether it is copied rather than moved into a block.
    is_copied: bool,
    /// Whether it can be bound again as it is: no `self`, no `mut`.
    is_plain: bool,
}

impl Scope {
    pub(crate) fn of(signature: &Signature) -> Self {
        let mut scope = Self { is_whole: signature.asyncness.is_some(), ..Self::default() };
        for input in &signature.inputs {
            match input {
                FnArg::Receiver(receiver) => scope.arguments.extend(self_arguments(receiver)),
                FnArg::Typed(input) => {
                    let names = Names::of(&input.pat);
                    let is_copied = !names.mutable && is_copied(&input.ty);
                    let argument = |ident| Argument { ident, is_copied, is_plain: !names.mutable };
                    scope.arguments.extend(names.bound.into_iter().map(argument));
                }
            }
        }
        scope.generics = signature.generics.params.iter().filter_map(parameter).collect();
        scope
    }

    /// The first name in `expr` that exists only while the function runs, or per instantiation of it.
    pub(crate) fn foreign_to_static(&self, expr: &Expr) -> Option<Ident> {
        let is_inside = |UsedName { ident, is_qualifier }: &UsedName| {
            let is_argument = || self.arguments.iter().any(|argument| argument.ident == *ident);
            ["self", "Self", "__self"].iter().any(|name| ident == name)
                || self.generics.iter().any(|generic| ident == generic)
                || (!is_qualifier && is_argument())
        };
        used(expr).into_iter().find(is_inside).map(|name| name.ident)
    }

    /// Whether a `move` block takes copies of all that it uses, and a second one finds the same again. What the function
    /// binds outside the block it runs in is of types that are not known here.
    pub(crate) fn is_copied(&self) -> bool {
        self.is_whole && self.arguments.iter().all(|argument| argument.is_copied)
    }

    /// Whether `expr` borrows something that a `move` block would take away.
    pub(crate) fn borrows(&self, expr: &Expr) -> bool {
        let is_moved = |UsedName { ident, is_qualifier }: &UsedName| {
            let moved = |argument: &Argument| argument.ident == *ident && !argument.is_copied;
            !is_qualifier && self.arguments.iter().any(moved)
        };
        used(expr).iter().any(is_moved)
    }

    /// The arguments that a `move` block around `body` owns, in declared order. One that the body does not name is left
    /// out, so that the compiler still calls it unused; a name with `_` says that it is meant.
    pub(crate) fn owned_by(&self, body: &TokenStream) -> Vec<&Ident> {
        let is_owned = |argument: &&Argument| {
            let Argument { ident, is_copied, .. } = argument;
            let is_meant = ident.to_string().starts_with('_') && ident != "__self";
            !is_copied && (is_meant || mentions(body, ident))
        };
        self.arguments.iter().filter(is_owned).map(|argument| &argument.ident).collect()
    }

    /// Those of them that a block around the body may bind again.
    pub(crate) fn rebindable(&self, body: &TokenStream) -> Vec<&Ident> {
        let is_plain = |ident: &&Ident| {
            let same = |argument: &&Argument| argument.ident == **ident;
            self.arguments.iter().find(same).is_some_and(|argument| argument.is_plain)
        };
        self.owned_by(body).into_iter().filter(is_plain).collect()
    }
}

/// `self`, and what `async_trait` calls it.
fn self_arguments(receiver: &Receiver) -> [Argument; 2] {
    let is_copied = matches!(receiver.kind, ReceiverKind::Reference(_, _, None));
    let span = receiver.self_token.span;
    ["self", "__self"].map(|name| Argument {
        ident: Ident::new(name, span),
        is_copied,
        is_plain: false,
    })
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
        assert_eq!(foreign("id::LIMIT"), None, "a module of that name");
        assert_eq!(foreign("format!(\"{}\", id::LIMIT)"), None);
        assert_eq!(foreign("matches!(T::LIMIT, 1)"), Some("T".into()));
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
