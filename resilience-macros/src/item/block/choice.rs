//! Which methods an attribute on a block is for: `only = [a, b]`, `except = [c]`, or all that can have it.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens;

use crate::diagnostics::Diagnostics;
use crate::grammar::{listed, nearest};
use crate::tokens::is_sign;

/// The methods that were chosen.
pub(super) enum Choice {
    All,
    Only(Vec<Ident>),
    Except(Vec<Ident>),
}

impl Choice {
    /// Takes the choice out of an attribute's arguments.
    pub(super) fn taken(arguments: TokenStream, errors: &mut Diagnostics) -> (Self, TokenStream) {
        let tokens: Vec<_> = arguments.into_iter().collect();
        let (mut choices, mut rest) = (Vec::new(), Vec::new());
        for option in tokens.split(|token| is_sign(token, ',')) {
            match option {
                [TokenTree::Ident(key), sign, value @ ..]
                    if is_choice(key) && is_sign(sign, '=') =>
                {
                    choices.push((key.clone(), names(key, value, errors)));
                }
                option => rest.push(option.iter().cloned().collect::<TokenStream>()),
            }
        }
        let rest = rest.iter().filter(|option| !option.is_empty());
        let rest = rest.flat_map(|option| [option.clone(), comma()]).collect();
        (Self::of(choices, errors), rest)
    }

    fn of(mut choices: Vec<(Ident, Vec<Ident>)>, errors: &mut Diagnostics) -> Self {
        if choices.len() > 1 {
            for (key, _) in &choices {
                errors.at(key.span(), "`only` and `except` say which methods: keep one of them");
            }
        }
        match choices.pop() {
            Some((key, names)) if key == "only" => Self::Only(names),
            Some((_, names)) => Self::Except(names),
            None => Self::All,
        }
    }

    /// Reports names that the block does not have.
    pub(super) fn check(&self, methods: &[String], noun: &str, errors: &mut Diagnostics) {
        let (Self::Only(names) | Self::Except(names)) = self else { return };
        let methods: Vec<&str> = methods.iter().map(String::as_str).collect();
        for name in names.iter().filter(|name| !methods.contains(&&*name.to_string())) {
            let meant = nearest(&name.to_string(), methods.iter().copied())
                .map_or_else(String::new, |meant| format!(": did you mean `{meant}`?"));
            let has = if methods.is_empty() {
                String::new()
            } else {
                format!("\nit has {}", listed(&methods))
            };
            errors.at(
                name.span(),
                format!("this {noun} has no method `{name}` with a body{meant}{has}"),
            );
        }
    }
}

fn comma() -> TokenStream {
    TokenTree::from(proc_macro2::Punct::new(',', proc_macro2::Spacing::Alone)).into()
}

fn is_choice(key: &Ident) -> bool {
    key == "only" || key == "except"
}

/// `[load, find]`
fn names(key: &Ident, value: &[TokenTree], errors: &mut Diagnostics) -> Vec<Ident> {
    let [TokenTree::Group(list)] = value else {
        errors.at(key.span(), format!("`{key}` takes a list of methods: `{key} = [load, find]`"));
        return Vec::new();
    };
    let tokens: Vec<_> = list.stream().into_iter().collect();
    let mut names = Vec::new();
    for name in tokens.split(|token| is_sign(token, ',')).filter(|name| !name.is_empty()) {
        match name {
            [TokenTree::Ident(name)] => names.push(name.clone()),
            other => {
                let tokens: TokenStream = other.iter().cloned().collect();
                errors.on(tokens, "methods are listed by their names alone");
            }
        }
    }
    if list.delimiter() != Delimiter::Bracket || tokens.is_empty() {
        errors.on(
            list.to_token_stream(),
            format!("`{key}` takes a list of methods: `{key} = [load, find]`"),
        );
    }
    names
}
