//! What may stand in an attribute: known options, once each, where they belong.

use std::collections::HashMap;

use proc_macro2::Ident;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Expr, Lit};

use crate::attribute::arguments::{Arguments, Named};
use crate::attribute::options::value::literal;
use crate::attribute::{Attribute, OptionSpec, Positional, Role, Target};
use crate::diagnostics::Diagnostics;
use crate::grammar::{nearest, unknown_option};
use crate::source::scope::Scope;
use crate::tokens;

/// Reports every part that has no place, drops what cannot be read, and returns the instance.
pub(crate) fn check(
    parts: &mut Arguments,
    attribute: &Attribute,
    target: Target,
    scope: &Scope,
    errors: &mut Diagnostics,
) -> Option<Expr> {
    let instance = match attribute.positional {
        Positional::List | Positional::Parts => None,
        _ => positional(parts, attribute, target, errors),
    };
    known(&mut parts.named, attribute, errors);
    duplicates(&mut parts.named, errors);
    allowed(&parts.named, attribute, target, instance.as_ref(), errors);
    inside_static(&parts.named, attribute, scope, errors);
    instance
}

/// Takes the instance out of the positional parts; a literal becomes the option that it stands for.
fn positional(
    parts: &mut Arguments,
    attribute: &Attribute,
    target: Target,
    errors: &mut Diagnostics,
) -> Option<Expr> {
    let mut instance: Option<Expr> = None;
    for expr in std::mem::take(&mut parts.positional) {
        if literal(&expr).is_some() {
            match attribute.positional {
                Positional::Option(key) => {
                    let key = Ident::new(key, expr.span());
                    parts.named.push(Named { key, value: Some(expr) });
                }
                _ => errors.on(&expr, stray_literal(&expr, attribute)),
            }
        } else if let Some(meant) = misspelt_flag(&expr, attribute) {
            let word = compact(&expr);
            let text = format!(
                "`{word}` is not a flag: did you mean `{meant}`? An instance of that name is written \
                 `{{{word}}}`"
            );
            errors.on(&expr, text);
        } else if target.is_static() {
            errors.on(
                &expr,
                "a static declares an instance and cannot use another: write \
                              options here, like `name = \"payments\"`",
            );
        } else if let Some(first) = &instance {
            let first = compact(first);
            errors.on(
                &expr,
                format!(
                    "this attribute already uses the instance `{first}`: remove one of the two"
                ),
            );
        } else {
            instance = Some(expr);
        }
    }
    instance
}

/// The flag that a bare word was probably meant to be.
fn misspelt_flag(expr: &Expr, attribute: &Attribute) -> Option<&'static str> {
    let Expr::Path(path) = expr else { return None };
    let word = path.path.get_ident()?.to_string();
    let flags: Vec<_> =
        attribute.known().filter(|known| known.is_flag()).map(|known| known.name).collect();
    nearest(&word, flags.iter().copied())
}

fn stray_literal(expr: &Expr, attribute: &Attribute) -> String {
    let value = compact(expr);
    match literal(expr) {
        Some((Lit::Str(_), _)) => format!(
            "an instance is named by its Rust path, without quotes; to name the one built here, \
             write `name = {value}`"
        ),
        _ => format!("options are written by name: `{} = {value}`", attribute.likely),
    }
}

/// Drops and reports options that the attribute does not know.
fn known(named: &mut Vec<Named>, attribute: &Attribute, errors: &mut Diagnostics) {
    let all: Vec<_> = attribute.known().map(|known| known.name).collect();
    named.retain(|Named { key, .. }| {
        let known = attribute.find(&key.to_string()).is_some();
        if !known {
            let misplaced = of_blocks(key).or_else(|| (attribute.misplaced)(&key.to_string()));
            let text =
                misplaced.unwrap_or_else(|| unknown_option(&key.to_string(), attribute.noun, &all));
            errors.at(key.span(), text);
        }
        known
    });
}

/// What chooses among the methods of a block.
fn of_blocks(key: &Ident) -> Option<String> {
    let text = || {
        format!("`{key}` chooses among the methods of an `impl` block or a trait: remove it here")
    };
    (key == "only" || key == "except").then(text)
}

/// Reports options that are written more than once, at each place, and keeps the first.
fn duplicates(named: &mut Vec<Named>, errors: &mut Diagnostics) {
    let mut times: HashMap<String, usize> = HashMap::new();
    for Named { key, .. } in &*named {
        *times.entry(key.to_string()).or_default() += 1;
    }
    for Named { key, .. } in named.iter().filter(|part| times[&part.key.to_string()] > 1) {
        let times = times[&key.to_string()];
        errors.at(key.span(), format!("`{key}` is given {times} times: keep one of them"));
    }
    let mut seen = Vec::new();
    named.retain(|part| {
        let new = !seen.contains(&part.key);
        seen.push(part.key.clone());
        new
    });
}

/// Reports options that cannot stand in this form of the attribute.
fn allowed(
    named: &[Named],
    attribute: &Attribute,
    target: Target,
    instance: Option<&Expr>,
    errors: &mut Diagnostics,
) {
    for Named { key, .. } in named {
        let Some(OptionSpec { role, .. }) = attribute.find(&key.to_string()) else { continue };
        match (role, target, instance) {
            (Role::Construction | Role::Late, _, Some(instance)) => {
                let instance = compact(instance);
                errors.at(
                    key.span(),
                    format!(
                        "`{key}` belongs to the instance, and `{instance}` exists already: write \
                     `{key}` where `{instance}` is declared"
                    ),
                );
            }
            (Role::Call, Target::Static { .. }, _) => errors.at(
                key.span(),
                format!(
                    "`{key}` is evaluated per call: write it on the function that uses the instance, not on the shared instance"
                ),
            ),
            _ => {}
        }
    }
}

/// Reports construction options that name what only the running function has.
fn inside_static(named: &[Named], attribute: &Attribute, scope: &Scope, errors: &mut Diagnostics) {
    for Named { key, value } in named {
        let name = key.to_string();
        let built = attribute.find(&name).is_some_and(|known| known.role == Role::Construction);
        let Some(value) = value.as_ref().filter(|_| built) else { continue };
        if let Some(ident) = scope.foreign_to_static(value) {
            errors.at(ident.span(), format!(
                "`{key}` becomes part of a `static`, which cannot see `{ident}`: write a literal \
                 or a constant of the module"
            ));
        }
    }
}

/// An expression as it would be typed.
pub(crate) fn compact(expr: &Expr) -> String {
    tokens::compact(&expr.to_token_stream())
}
