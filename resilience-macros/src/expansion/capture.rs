//! What a block around the body takes along of the function's arguments, and in which order: they are dropped as the
//! function itself would drop them, in reverse declaration, whatever the body names first.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Expr, Pat};

use crate::attribute::Effect;
use crate::layer::model::{Layer, Source, Stack};
use crate::source::function::Guarded;
use crate::source::names::mentions;
use crate::source::parameter::{Parameter, Rest};
use crate::tokens::{generated_span, quiet_underscores};

/// What the block takes along.
pub(crate) struct Capture<'g> {
    guarded: &'g Guarded,
    /// Whether an expression in one of the attributes borrows an argument.
    borrows: bool,
    /// The place of the first parameter that may belong to the block alone. Those before it stay in the function.
    from: Option<usize>,
    /// Whether a pattern leaves a part of its value where it is. Then the block binds all patterns again, in declared
    /// order, as the compiler does it in an `async fn`.
    binds_again: bool,
    /// What the attributes say of a call.
    options: TokenStream,
}

/// A parameter that belongs to the block.
struct Owned<'g> {
    /// What the signature calls it.
    names: Vec<Ident>,
    /// What the block takes it apart with.
    pattern: Option<&'g Pat>,
    parameter: &'g Parameter,
}

impl<'g> Capture<'g> {
    /// The body may own arguments if it runs once, or on copies, and if they were declared after all that an expression in
    /// one of the attributes borrows. Then they need not be `Sync` for the future to be `Send`, and a stack that holds no
    /// reference into itself stays in registers.
    pub(crate) fn of(guarded: &'g Guarded, stack: &Stack) -> Self {
        let reruns = stack.layers.iter().any(|layer| layer.attribute.has(Effect::Reruns));
        let owns = !reruns || guarded.scope.is_copied();
        let borrowed = borrowed(guarded, stack);
        let from = owns.then(|| borrowed.map_or(0, |place| place + 1));
        let (borrows, options) = (borrowed.is_some(), options(stack));
        let mut capture = Self { guarded, borrows, from, binds_again: false, options };
        let is_apart = |(_, parameter): (_, &Parameter)| parameter.rest == Rest::Part;
        capture.binds_again = guarded.renames() && capture.parameters().any(is_apart);
        capture
    }

    /// Whether the block owns all that it names.
    pub(crate) fn is_whole(&self) -> bool {
        self.from == Some(0)
    }

    /// Whether it needs to be told to own what it names.
    pub(crate) fn is_forced(&self) -> bool {
        !self.is_whole() && !self.owned().is_empty()
    }

    /// For code that never runs: names the arguments last first, since what a block captures is dropped in the order in which
    /// it is first named.
    pub(crate) fn named(&self) -> Option<TokenStream> {
        let owned = self.owned();
        let names: Vec<_> = owned.iter().flat_map(|owned| &owned.names).collect();
        let span = generated_span(Span::call_site());
        let quiet = quiet_underscores(&names);
        let borrow = &self.is_whole().then(|| quote_spanned!(span=> &));
        let last_first = owned.iter().rev().flat_map(|Owned { names, parameter, .. }| {
            let conditions = parameter.conditions();
            names.iter().rev().map(move |name| quote_spanned!(span=> #conditions #borrow #name))
        });
        let unused = self.unused();
        let in_order =
            quote_spanned!(span=> #quiet let _ = (#(#last_first,)*); #(let #unused = &();)*);
        (!names.is_empty()).then_some(in_order)
    }

    /// For the head of the block: `let (a, _) = _argument_1;`.
    pub(crate) fn bound(&self) -> TokenStream {
        let is_moved = |owned: &Owned<'_>| self.binds_again && !owned.is_self();
        self.owned().into_iter().filter(is_moved).map(Owned::bound).collect()
    }

    /// The parameters that need another name in the signature.
    pub(crate) fn renamed(&self) -> Vec<(usize, Ident)> {
        let name = |(place, parameter)| Some((place, self.new_name(place, parameter)?));
        self.parameters().filter_map(name).collect()
    }

    /// For a retry further in to bind again: the compiler names a local that the body consumes, and has no name for what a
    /// block has captured. Those before one that cannot be bound stay where they are, too.
    pub(crate) fn rebindable(&self) -> Vec<&'g Ident> {
        let guarded = self.guarded;
        if self.borrows {
            return Vec::new();
        }
        let parameters = guarded.arguments.iter().rev();
        let moved = parameters.filter(|parameter| !parameter.is_copied);
        let is_named = |name: &Ident| is_meant(name) || mentions(&guarded.body, name);
        let is_bindable = |parameter: &&Parameter| {
            parameter.is_plain
                && parameter.rest == Rest::Nothing
                && !parameter.is_conditional
                && parameter.names.iter().all(is_named)
        };
        let bindable = moved.take_while(is_bindable);
        let mut names: Vec<_> = bindable.flat_map(|parameter| parameter.names.iter()).collect();
        names.reverse();
        names
    }

    /// Those that may belong to the block.
    fn parameters(&self) -> impl Iterator<Item = (usize, &'g Parameter)> {
        // Where another macro has bound them again, their places say nothing.
        let is_known = self.is_whole() || !self.guarded.frame.is_async();
        let from = self.from.filter(|_| is_known).unwrap_or(usize::MAX);
        let parameters = self.guarded.arguments.iter().enumerate();
        parameters.filter(move |(place, parameter)| *place >= from && !parameter.is_copied)
    }

    fn owned(&self) -> Vec<Owned<'g>> {
        let owned =
            |(place, parameter): (usize, &'g Parameter)| match self.new_name(place, parameter) {
                Some(name) => Owned {
                    names: vec![name],
                    pattern: parameter.pattern.as_ref().filter(|_| parameter.rest != Rest::All),
                    parameter,
                },
                None => Owned { names: self.names(parameter), pattern: None, parameter },
            };
        self.parameters().map(owned).filter(|owned| !owned.names.is_empty()).collect()
    }

    /// The names of one that keeps them.
    fn names(&self, parameter: &Parameter) -> Vec<Ident> {
        let is_there =
            |name: &&Ident| !parameter.is_conditional || mentions(&self.guarded.body, name);
        parameter.names.iter().filter(is_there).cloned().collect()
    }

    fn new_name(&self, place: usize, parameter: &Parameter) -> Option<Ident> {
        let is_renamed = parameter.rest == Rest::All || (self.binds_again && !parameter.is_plain);
        (self.guarded.renames() && is_renamed).then(|| parameter.other_name(place)).flatten()
    }

    /// For the compiler to call an argument unused that neither the body names nor an attribute, although the block does.
    fn unused(&self) -> Vec<&'g Ident> {
        let used = [&self.guarded.body, &self.options];
        let is_unused = |name: &&Ident| {
            !is_meant(name) && !is_constant(name) && !used.iter().any(|it| mentions(it, name))
        };
        let is_known = self.guarded.is_alone && !self.binds_again;
        let parameters =
            self.parameters().filter(|(_, parameter)| is_known && !parameter.is_conditional);
        parameters.flat_map(|(_, parameter)| &parameter.names).filter(is_unused).collect()
    }
}

impl Owned<'_> {
    /// It is captured under its name, which cannot be bound again.
    fn is_self(&self) -> bool {
        self.parameter.pattern.is_none()
    }

    /// Makes it the block's own: `let mut _argument_1 = _argument_1; let (a, _) = _argument_1;`.
    fn bound(self) -> TokenStream {
        let Self { names, pattern, parameter } = self;
        let span = generated_span(Span::call_site());
        let quiet = quiet_underscores(&names.iter().collect::<Vec<_>>());
        let (conditions, attributes) = (parameter.conditions(), &parameter.attributes);
        let Some(pattern) = pattern else {
            return quote_spanned!(span=> #(#conditions #quiet let #names = #names;)*);
        };
        // The pattern may hold a `ref mut`.
        quote_spanned! {span=>
            #(#conditions #quiet #[allow(unused_mut)] let mut #names = #names;)*
            #(#attributes)* #quiet let #pattern = #(#names)*;
        }
    }
}

/// As a pattern it is a constant or a unit struct, and binds nothing.
fn is_constant(name: &Ident) -> bool {
    name.to_string().starts_with(char::is_uppercase)
}

/// A name with `_` says that it is meant to be unused.
fn is_meant(name: &Ident) -> bool {
    name.to_string().starts_with('_') && name != "__self"
}

/// Every expression of the attributes that sees the call.
fn options(stack: &Stack) -> TokenStream {
    let in_layer = |layer: &Layer| {
        let key = layer.expansion.keyed().and_then(|keyed| keyed.key.as_ref());
        let mut expressions = layer.expansion.expressions();
        expressions.extend(layer.expansion.evaluated_before().into_iter().chain(key));
        let shared = match &layer.source {
            Source::Shared(expr) => Some(&**expr),
            Source::Own(_) => None,
        };
        expressions
            .into_iter()
            .chain(shared)
            .map(ToTokens::to_token_stream)
            .collect::<TokenStream>()
    };
    let rejection = stack.rejection.as_ref().map(ToTokens::to_token_stream);
    stack.layers.iter().map(in_layer).chain(rejection).collect()
}

/// The last parameter that an expression in one of the attributes borrows.
fn borrowed(guarded: &Guarded, stack: &Stack) -> Option<usize> {
    let in_layer = |layer: &Layer| {
        let shared = match &layer.source {
            Source::Shared(expr) => Some(&**expr),
            Source::Own(_) => None,
        };
        let expressions = layer.expansion.expressions().into_iter().chain(shared);
        expressions.filter_map(|expr: &Expr| guarded.scope.borrowed(expr)).max()
    };
    let rejection = stack.rejection.as_ref().and_then(|map| guarded.scope.borrowed(map));
    stack.layers.iter().filter_map(in_layer).chain(rejection).max()
}
