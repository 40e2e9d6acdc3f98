//! What a return type says, as far as it can be known without knowing any types.

use proc_macro2::Ident;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{
    GenericArgument, Generics, Lifetime, Path, PathArguments, PathSegment, Type, TypeInfer,
    TypeParamBound, TypePath, TypeReference,
};

/// A return type that names a future, and what that future yields where it is written out.
pub(crate) struct ReturnedFuture {
    pub(crate) output: Option<Type>,
}

/// Reads `impl Future<Output = R>`, `Pin<Box<dyn Future<Output = R>>>`, `BoxFuture<'_, R>` and their like.
pub(crate) fn of_future(ty: &Type) -> Option<ReturnedFuture> {
    match ty {
        Type::ImplTrait(ty) => of_bounds(ty.bounds.iter()),
        Type::TraitObject(ty) => of_bounds(ty.bounds.iter()),
        Type::Group(ty) => of_future(&ty.elem),
        Type::Paren(ty) => of_future(&ty.elem),
        Type::Path(ty) => of_path(&ty.path),
        _ => None,
    }
}

fn of_path(path: &Path) -> Option<ReturnedFuture> {
    let last = path.segments.last()?;
    let name = last.ident.to_string();
    let inner = last_type(&last.arguments);
    match name.as_str() {
        "Pin" | "Box" => of_future(&inner?),
        _ if name.ends_with("Future") => Some(ReturnedFuture { output: inner }),
        _ => None,
    }
}

fn of_bounds<'b>(bounds: impl Iterator<Item = &'b TypeParamBound>) -> Option<ReturnedFuture> {
    for bound in bounds {
        let TypeParamBound::Trait(bound) = bound else { continue };
        let Some(last) = bound.path.segments.last().filter(|last| last.ident == "Future") else {
            continue;
        };
        return Some(ReturnedFuture { output: associated(&last.arguments, "Output") });
    }
    None
}

fn last_type(arguments: &PathArguments) -> Option<Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else { return None };
    arguments.args.iter().rev().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    })
}

fn associated(arguments: &PathArguments, name: &str) -> Option<Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::AssocType(binding) if binding.ident == name => Some(binding.ty.clone()),
        _ => None,
    })
}

/// The type as it can be written inside the body: `impl Trait` is only nameable in a signature.
pub(crate) fn inferable(mut ty: Type) -> Type {
    Inferable.visit_type_mut(&mut ty);
    ty
}

struct Inferable;

impl VisitMut for Inferable {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::ImplTrait(named) = ty {
            let underscore_token = syn::Token![_](named.impl_token.span);
            *ty = Type::Infer(TypeInfer { attrs: Vec::new(), underscore_token });
        }
        visit_mut::visit_type_mut(self, ty);
    }
}

/// Which part of a return type is `impl Trait`, so that its abilities can't be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unwritten {
    Nothing,
    Value,
    Error,
}

/// Reads `_` where [`inferable`] has put it. The error is the last of several arguments; a single one is the value, as
/// in `io::Result<_>`.
pub(crate) fn unwritten(ty: &Type) -> Unwritten {
    let mut seeks = Seeks::default();
    seeks.visit_type(ty);
    match ty {
        _ if !seeks.found => Unwritten::Nothing,
        Type::Group(ty) => unwritten(&ty.elem),
        Type::Paren(ty) => unwritten(&ty.elem),
        Type::Path(ty) => ty.path.segments.last().map_or(Unwritten::Error, of_arguments),
        _ => Unwritten::Error,
    }
}

fn of_arguments(last: &PathSegment) -> Unwritten {
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return Unwritten::Error };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    match types.collect::<Vec<_>>()[..] {
        [_] => Unwritten::Value,
        [.., error] if unwritten(error) == Unwritten::Nothing => Unwritten::Value,
        _ => Unwritten::Error,
    }
}

/// Whether the error of a result is of a type that its tokens name: it holds no lifetime, and nothing in it is a type
/// parameter, of the function or, as far as names tell, of the block around it. The error of an alias with one argument
/// is the alias's own.
pub(crate) fn is_named_error(ty: &Type, generics: &Generics) -> bool {
    let ty = match ty {
        Type::Group(ty) => return is_named_error(&ty.elem, generics),
        Type::Paren(ty) => return is_named_error(&ty.elem, generics),
        Type::Path(ty) => ty,
        _ => return false,
    };
    let mut seeks = SeeksForeign { generics, found: false };
    let arguments = ty.path.segments.last().map(|last| &last.arguments);
    let mut types: Vec<&Type> = Vec::new();
    if let Some(PathArguments::AngleBracketed(arguments)) = arguments {
        types.extend(arguments.args.iter().filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        }));
    }
    match types[..] {
        [_, .., error] => seeks.visit_type(error),
        _ => seeks.check(&ty.path),
    }
    !seeks.found && ty.qself.is_none()
}

/// Looks for what has no name outside of the function.
struct SeeksForeign<'g> {
    generics: &'g Generics,
    found: bool,
}

impl SeeksForeign<'_> {
    fn check(&mut self, path: &Path) {
        let Some(first) = path.segments.first().map(|first| first.ident.to_string()) else {
            return;
        };
        let is_declared = self.generics.type_params().any(|parameter| parameter.ident == first);
        // `E`, `Self`, and `S` in `S::Error`.
        let is_short = path.segments.len() == 1 && !first.contains(char::is_lowercase);
        let has_associated = path.segments.len() > 1 && first.starts_with(char::is_uppercase);
        self.found |= is_declared || is_short || has_associated || first == "Self";
    }
}

impl Visit<'_> for SeeksForeign<'_> {
    fn visit_type(&mut self, ty: &Type) {
        let is_written = !matches!(ty, Type::Infer(_) | Type::ImplTrait(_));
        self.found |= !is_written;
        visit::visit_type(self, ty);
    }

    fn visit_type_reference(&mut self, reference: &TypeReference) {
        self.found |= reference.lifetime.is_none();
        visit::visit_type_reference(self, reference);
    }

    fn visit_lifetime(&mut self, lifetime: &Lifetime) {
        self.found |= lifetime.ident != "static";
    }

    fn visit_type_path(&mut self, ty: &TypePath) {
        self.found |= ty.qself.is_some();
        self.check(&ty.path);
        visit::visit_type_path(self, ty);
    }
}

#[derive(Default)]
struct Seeks {
    found: bool,
}

impl Visit<'_> for Seeks {
    fn visit_type_infer(&mut self, _: &TypeInfer) {
        self.found = true;
    }
}

/// Whether all that is known of a type is that it is a response of axum's.
pub(crate) fn is_response(ty: &Type) -> bool {
    let Type::ImplTrait(named) = ty else { return false };
    named.bounds.iter().any(|bound| {
        matches!(bound, TypeParamBound::Trait(bound)
            if bound.path.segments.last().is_some_and(|last| last.ident == "IntoResponse"))
    })
}

/// Whether a type is called `Result`, whatever it is an alias of.
pub(crate) fn is_result(ty: &Type) -> bool {
    match ty {
        Type::Group(ty) => is_result(&ty.elem),
        Type::Paren(ty) => is_result(&ty.elem),
        Type::Path(ty) => ty.path.segments.last().is_some_and(|last| last.ident == "Result"),
        _ => false,
    }
}

/// Whether a type is no `Result` under any alias.
pub(crate) fn is_plain(ty: &Type) -> bool {
    match ty {
        Type::Tuple(_) | Type::Reference(_) | Type::Array(_) | Type::Slice(_) | Type::Ptr(_) => {
            true
        }
        Type::Group(ty) => is_plain(&ty.elem),
        Type::Paren(ty) => is_plain(&ty.elem),
        Type::Path(ty) => ty.path.get_ident().is_some_and(is_primitive),
        _ => false,
    }
}

fn is_primitive(ident: &Ident) -> bool {
    let primitives = [
        "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "str", "u8",
        "u16", "u32", "u64", "u128", "usize",
    ];
    primitives.iter().any(|primitive| ident == primitive)
}
