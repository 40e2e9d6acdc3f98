//! Which names of the function an expression uses: a `static` cannot see them, and a body cannot be moved away from
//! an expression that borrows them.

use proc_macro2::Ident;
use syn::{Expr, FnArg, GenericParam, Signature};

use crate::source::names::{UsedName, used};
use crate::source::parameter::Parameter;

/// The names that a function gives to its inside.
#[derive(Default)]
pub(crate) struct Scope {
    /// `self` and the others, in declared order.
    pub(crate) parameters: Vec<Parameter>,
    /// Whether nothing else is there to be used: the body is an `async fn`'s.
    is_whole: bool,
    /// Type and const parameters.
    generics: Vec<String>,
}

impl Scope {
    pub(crate) fn of(signature: &Signature) -> Self {
        let parameter = |input: &FnArg| match input {
            FnArg::Receiver(receiver) => Parameter::receiver(receiver),
            FnArg::Typed(input) => Parameter::typed(input),
        };
        Self {
            parameters: signature.inputs.iter().map(parameter).collect(),
            is_whole: signature.asyncness.is_some(),
            generics: signature.generics.params.iter().filter_map(generic).collect(),
        }
    }

    /// The first name in `expr` that exists only while the function runs, or per instantiation of it.
    pub(crate) fn foreign_to_static(&self, expr: &Expr) -> Option<Ident> {
        let is_inside = |UsedName { ident, is_qualifier }: &UsedName| {
            let is_argument = || self.parameters.iter().any(|parameter| parameter.binds(ident));
            ["self", "Self", "__self"].iter().any(|name| ident == name)
                || self.generics.iter().any(|generic| ident == generic)
                || (!is_qualifier && is_argument())
        };
        used(expr).into_iter().find(is_inside).map(|name| name.ident)
    }

    /// Whether a `move` block takes copies of all that it uses, and a second one finds the same again. What the function
    /// binds outside the block it runs in is of types that are not known here.
    pub(crate) fn is_copied(&self) -> bool {
        self.is_whole && self.parameters.iter().all(|parameter| parameter.is_copied)
    }

    /// The place of the last parameter of which `expr` borrows something that a `move` block would take away.
    pub(crate) fn borrowed(&self, expr: &Expr) -> Option<usize> {
        let used = used(expr);
        let is_moved = |parameter: &Parameter| {
            let names = |name: &UsedName| !name.is_qualifier && parameter.binds(&name.ident);
            !parameter.is_copied && used.iter().any(names)
        };
        self.parameters.iter().rposition(is_moved)
    }
}

fn generic(parameter: &GenericParam) -> Option<String> {
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
        let borrowed = |expr: &str| scope().borrowed(&syn::parse_str(expr).expect(expr));
        assert_eq!(borrowed("|e| e.code() == id"), Some(1));
        assert_eq!(borrowed("out.pool"), Some(4));
        assert_eq!(borrowed("|e| a.is(e) && id.is(e)"), Some(2), "the last one");
        assert_eq!(borrowed(r#"|e| e.is(&format!("{id}"))"#), Some(1));
        assert_eq!(borrowed("self.pool"), None);
        assert_eq!(borrowed("|e| e.is(key)"), None);
        assert_eq!(borrowed("POOL"), None);
    }

    #[test]
    fn texts_name_keywords_as_raw_names_are() {
        let signature = "fn f(&mut self, r#type: Type)";
        let scope = Scope::of(&syn::parse_str(signature).expect(signature));
        let borrowed = |expr: &str| scope.borrowed(&syn::parse_str(expr).expect(expr));
        assert_eq!(borrowed(r#"|_| warn!("{self}")"#), Some(0));
        assert_eq!(borrowed(r#"|_| warn!("{type:?}")"#), Some(1));
        assert_eq!(borrowed("|_| r#type.is_known()"), Some(1));
        assert_eq!(borrowed("|r#type| r#type.is_known()"), None);
        assert_eq!(borrowed(r#"|_| warn!("{_} {{self}} {match}")"#), None);
    }
}
