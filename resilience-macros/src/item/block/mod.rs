//! Attributes on an `impl` block or a trait: each is put above the methods that it guards.
//!
//! [`methods`] the block's items, one by one · [`choice`] which of them an attribute is for ·
//! [`naming`] what instances are called.

mod choice;
mod methods;
mod naming;

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};

use self::choice::Choice;
use self::methods::{Method, Piece};
use self::naming::{named_after, owner_of};
use crate::attribute::{Attribute, Blocking, Effect};
use crate::diagnostics::Diagnostics;
use crate::item::owner;
use crate::policies::reading::{Invocation, Reader};
use crate::runtime::Runtime;
use crate::source::attributes::WrittenAttribute;
use crate::tokens::{compact, generated_span, is_word};

/// Whether an item is an `impl` block or a trait.
pub(crate) fn is_block(rest: &[TokenTree]) -> bool {
    let keyword = rest.iter().find_map(|token| match token {
        TokenTree::Ident(word) if !MODIFIERS.contains(&&*word.to_string()) => Some(word),
        _ => None,
    });
    keyword.is_some_and(|word| word == "impl" || word == "trait")
}

const MODIFIERS: [&str; 4] = ["pub", "unsafe", "default", "auto"];

/// Puts the attributes of a block above its methods.
pub(crate) fn expand(
    first: Invocation,
    attributes: &[WrittenAttribute],
    siblings: Vec<Invocation>,
    rest: &[TokenTree],
    mut errors: Diagnostics,
) -> TokenStream {
    let Some(mut block) = Block::read(attributes, rest, &mut errors) else {
        return errors.into_tokens();
    };
    let runtime = Runtime(
        std::iter::once(&first).chain(&siblings).find_map(|one| Runtime::written(&one.arguments)),
    );
    let paths = std::iter::once(path(first.reader, first.span, &runtime))
        .chain(attributes.iter().filter(|one| one.is_ours).map(|one| one.path.clone()));
    let written: Vec<_> = std::iter::once(first)
        .chain(siblings)
        .zip(paths)
        .map(|(invocation, path)| OnBlock::read(invocation, path, &mut errors))
        .collect();
    for one in &written {
        block.reach(one, &mut errors);
    }
    block.into_tokens(errors)
}

/// `::resilience::retry`, at the place where the attribute stands.
fn path(reader: &Reader, span: Span, runtime: &Runtime) -> TokenStream {
    let name = proc_macro2::Ident::new(reader.attribute.name, span);
    let krate = runtime.0.as_ref().map_or_else(|| quote!(::resilience), ToTokens::to_token_stream);
    quote_spanned!(generated_span(span)=> #krate::#name)
}

/// One attribute of the block.
struct OnBlock {
    attribute: &'static Attribute,
    span: Span,
    path: TokenStream,
    choice: Choice,
    /// Without the choice.
    arguments: TokenStream,
}

impl OnBlock {
    fn read(invocation: Invocation, path: TokenStream, errors: &mut Diagnostics) -> Self {
        let Invocation { reader: Reader { attribute, .. }, span, arguments } = invocation;
        let (choice, arguments) = Choice::taken(arguments, errors);
        let one = Self { attribute, span, path, choice, arguments };
        if let Some(what) = one.reruns().filter(|_| !matches!(one.choice, Choice::Only(_))) {
            errors.at(span, format!(
                "`{what}` may run a method more than once, which only you can allow: name the methods, `only = [load, \
                 find]`"
            ));
        }
        one
    }

    /// What in it may run a body more than once.
    fn reruns(&self) -> Option<&'static str> {
        match self.attribute.name {
            "resilient" => {
                self.arguments.clone().into_iter().enumerate().find_map(|(at, token)| {
                    let next = self.arguments.clone().into_iter().nth(at + 1);
                    let is_off =
                        next.is_some_and(|next| compact(&next.to_token_stream()) == "(off)");
                    (is_word(&token, "retry") && !is_off).then_some("retry")
                })
            }
            name => self.attribute.has(Effect::Reruns).then_some(name),
        }
    }

    /// As it stands above one method: explicit names get the method's appended.
    fn above(&self, method: &Method, errors: &mut Diagnostics) -> (TokenStream, TokenStream) {
        let arguments = named_after(self.arguments.clone(), &method.name(), errors);
        (self.path.clone(), arguments)
    }
}

/// An `impl` block or a trait.
struct Block {
    /// Attributes that are not ours, and everything before the braces.
    head: TokenStream,
    /// In messages: "`impl` block".
    noun: &'static str,
    /// What its methods are named by.
    owner: String,
    pieces: Vec<Piece>,
    braces: Span,
}

impl Block {
    fn read(
        attributes: &[WrittenAttribute],
        rest: &[TokenTree],
        errors: &mut Diagnostics,
    ) -> Option<Self> {
        let whole: TokenStream = rest.iter().cloned().collect();
        let Some((TokenTree::Group(body), before)) = rest.split_last() else {
            errors.on(&whole, "this block is not complete");
            return None;
        };
        let before: TokenStream = before.iter().cloned().collect();
        let (noun, owner) = match owner_of(&before) {
            Ok(found) => found,
            Err(error) => {
                errors.push(error);
                ("block", String::new())
            }
        };
        let kept = attributes.iter().filter(|one| !one.is_ours).map(|one| one.tokens.clone());
        let head = kept.chain([before]).collect();
        let pieces = methods::split(body.stream(), errors);
        Some(Self { head, noun, owner, pieces, braces: body.span() })
    }

    fn methods(&mut self) -> impl Iterator<Item = &mut Method> {
        self.pieces.iter_mut().filter_map(|piece| match piece {
            Piece::Method(method) => Some(&mut **method),
            Piece::Other(_) => None,
        })
    }

    /// Puts one attribute above the methods that it is for.
    fn reach(&mut self, one: &OnBlock, errors: &mut Diagnostics) {
        let (noun, name) = (self.noun, one.attribute.name);
        if one.attribute.has(Effect::CallsItself) {
            let text = format!(
                "`#[{name}]` calls a function without arguments: write it on that function"
            );
            return errors.at(one.span, text);
        }
        let names: Vec<String> = self.methods().map(|method| method.name()).collect();
        one.choice.check(&names, noun, errors);
        let before = errors.len();
        let mut reached = 0;
        for method in self.methods().filter(|method| method.can_have(one.attribute, &one.choice)) {
            reached += 1;
            if let (Blocking::Never(why), true) = (one.attribute.blocking, method.is_blocking()) {
                let method_name = method.name();
                errors.at(method.name_span(), format!(
                    "`#[{name}]` on this {noun} reaches `{method_name}`, and {why}; or leave it out, `except = \
                     [{method_name}]`"
                ));
            } else if !method.has_own(name) {
                let above = one.above(method, errors);
                method.above.push(above);
            }
        }
        // A method that `only` names and that isn't there has been reported already.
        if reached == 0 && errors.len() == before && !matches!(one.choice, Choice::Only(_)) {
            errors.at(one.span, format!("`#[{name}]` {}", nothing_reached(noun, &names)));
        }
    }

    /// The block, with its attributes on its methods, or as it was beside the errors.
    fn into_tokens(self, errors: Diagnostics) -> TokenStream {
        let (owner, clean) = (self.owner, errors.is_empty());
        let pieces = self.pieces.into_iter().map(|piece| match piece {
            Piece::Method(method) if clean => {
                method.with_attributes(|arguments| owner::put(&owner, arguments))
            }
            Piece::Method(method) => method.unchanged(),
            Piece::Other(tokens) => tokens,
        });
        let mut body = Group::new(Delimiter::Brace, pieces.collect());
        body.set_span(self.braces);
        let (head, errors) = (self.head, errors.into_tokens());
        quote!(#errors #head #body)
    }
}

fn nothing_reached(noun: &str, names: &[String]) -> String {
    match (noun, names) {
        ("trait", []) => {
            "guards default methods, and this trait has none: annotate the `impl` blocks".to_owned()
        }
        (_, []) => format!("guards methods, and this {noun} has none"),
        _ => format!(
            "reaches no method of this {noun}: it guards those that return a `Result`, by any name that ends so; write \
             `only = [{}]` for an alias of another name",
            names[0],
        ),
    }
}
