//! Reads one attribute: splits it, keeps what is known and allowed in its form, and hands it to the attribute's file.

use darling::FromMeta;
use darling::ast::NestedMeta;
use proc_macro2::{Span, TokenStream};
use syn::{Expr, Lit, Meta, MetaNameValue};

use crate::attribute::arguments::{Named, split};
use crate::attribute::form;
use crate::attribute::options::code::{Callable, Verbatim};
use crate::attribute::options::setters::Setters;
use crate::attribute::options::value::{SpannedValue, Value, report};
use crate::attribute::{Attribute, Target, UNIVERSAL};
use crate::diagnostics::Diagnostics;
use crate::layer::model::{Instance, Layer, LayerExpansion, Source};
use crate::runtime::Runtime;
use crate::source::scope::Scope;

/// An attribute, and the function that turns what was written in it into what it means.
pub(crate) struct Reader {
    pub(crate) attribute: &'static Attribute,
    pub(crate) read: fn(&mut Reading<'_>) -> Vec<Layer>,
}

/// An attribute as found on an item.
pub(crate) struct Invocation {
    pub(crate) reader: &'static Reader,
    pub(crate) span: Span,
    pub(crate) arguments: TokenStream,
}

/// Options that belong to the whole stack, from whichever attribute has them.
pub(crate) struct StackOptions {
    pub(crate) runtime: Runtime,
    pub(crate) rejection: Option<SpannedValue<Callable<1>>>,
    /// Where `runtime` was written.
    krate: Option<SpannedValue<Verbatim>>,
}

impl StackOptions {
    /// Nothing but the crate's path.
    pub(crate) fn at(path: Option<syn::Path>) -> Self {
        Self { runtime: Runtime(path), rejection: None, krate: None }
    }

    /// The crate's path may stand in any of the attributes, and reading each of them needs it.
    pub(crate) fn of(invocations: &[Invocation]) -> Self {
        let arguments = invocations.iter().map(|invocation| &invocation.arguments);
        let runtime = Runtime(arguments.into_iter().find_map(Runtime::written));
        Self { runtime, rejection: None, krate: None }
    }
}

/// One attribute while it is read.
pub(crate) struct Reading<'r> {
    pub(crate) attribute: &'static Attribute,
    pub(crate) span: Span,
    pub(crate) target: Target,
    pub(crate) scope: &'r Scope,
    pub(crate) errors: &'r mut Diagnostics,
    pub(crate) runtime: TokenStream,
    /// The path of the runtime crate, where the user wrote one.
    pub(crate) path: Option<syn::Path>,
    list: Vec<Expr>,
    own: Vec<Named>,
    setters: Setters,
    instance: Option<Expr>,
    common: Common,
    /// The number of mistakes before this attribute.
    before: usize,
}

#[derive(Default, FromMeta)]
struct Common {
    name: Option<SpannedValue<String>>,
    config: Option<SpannedValue<Verbatim>>,
    rejection: Option<SpannedValue<Callable<1>>>,
    #[darling(rename = "crate")]
    krate: Option<SpannedValue<Verbatim>>,
}

impl Invocation {
    /// The layers that the attribute stands for. `shared` takes what it says about the whole stack.
    pub(crate) fn read(
        self,
        target: Target,
        scope: &Scope,
        shared: &mut StackOptions,
        errors: &mut Diagnostics,
    ) -> Vec<Layer> {
        let Self { reader: &Reader { attribute, read }, span, arguments } = self;
        let before = errors.len();
        let mut parts = split(arguments, attribute, errors);
        let instance = form::check(&mut parts, attribute, target, scope, errors);
        let is_universal = |part: &Named| UNIVERSAL.iter().any(|known| part.key == known.name);
        let (universal, own): (Vec<_>, Vec<_>) = parts.named.into_iter().partition(is_universal);
        let mut common: Common = options(universal, errors);
        merge(&mut shared.rejection, common.rejection.take(), errors);
        merge(&mut shared.krate, common.krate.take(), errors);
        let runtime = shared.runtime.private(span);
        let path = shared.runtime.0.clone();
        let mut reading = Reading {
            attribute,
            span,
            target,
            scope,
            errors,
            runtime,
            path,
            list: parts.positional,
            own,
            setters: Setters::default(),
            instance,
            common,
            before,
        };
        read(&mut reading)
    }
}

#[allow(clippy::ref_option, reason = "options are fields of structs that were read")]
impl Reading<'_> {
    /// The attribute's own options.
    pub(crate) fn options<T: FromMeta + Default>(&mut self) -> T {
        options(std::mem::take(&mut self.own), self.errors)
    }

    /// The expressions without a name, where the attribute takes a list of them.
    pub(crate) fn take_list(&mut self) -> Vec<Expr> {
        std::mem::take(&mut self.list)
    }

    /// The name that was written for the instance.
    pub(crate) fn take_name(&mut self) -> Option<SpannedValue<String>> {
        report(self.common.name.as_ref(), self.errors);
        self.common.name.take()
    }

    /// Makes a construction option part of the instance, and reports a value that is wrong by itself.
    pub(crate) fn set<T: Value>(&mut self, option: &Option<SpannedValue<T>>) {
        self.check(option);
        if let Some(option) = option.as_ref().filter(|option| option.error().is_none()) {
            self.setters.add(option, &self.runtime);
        }
    }

    /// Reports a value that is wrong by itself.
    pub(crate) fn check<T: Value>(&mut self, option: &Option<SpannedValue<T>>) {
        report(option.as_ref(), self.errors);
    }

    /// The policy, once its options are read.
    pub(crate) fn layer(&mut self, expansion: impl LayerExpansion + 'static) -> Layer {
        report(self.common.name.as_ref(), self.errors);
        let config = self.common.config.take();
        report(config.as_ref(), self.errors);
        let source = match self.instance.take() {
            Some(expr) => Source::Shared(Box::new(expr)),
            None => Source::Own(Box::new(Instance {
                name: self.common.name.take(),
                part: None,
                suffix: None,
                whole: None,
                config: config.map(|config| config.expr),
                setters: std::mem::take(&mut self.setters),
            })),
        };
        Layer { attribute: self.attribute, span: self.span, source, expansion: Box::new(expansion) }
    }

    /// Whether nothing is wrong so far: what seems to be missing may hide in a mistake.
    pub(crate) fn is_clean(&self) -> bool {
        self.errors.len() == self.before
    }

    pub(crate) fn instance(&self) -> Option<&Expr> {
        self.instance.as_ref()
    }

    /// Whether no other options than those written are in force.
    pub(crate) fn is_complete(&self) -> bool {
        self.instance.is_none() && self.common.config.is_none()
    }
}

fn options<T: FromMeta + Default>(named: Vec<Named>, errors: &mut Diagnostics) -> T {
    let named: Vec<_> = named.into_iter().map(meta).collect();
    T::from_list(&named).unwrap_or_else(|error| {
        errors.push(error.into());
        T::default()
    })
}

/// A flag becomes `flag = true`.
fn meta(Named { key, value }: Named) -> NestedMeta {
    let value = value.unwrap_or_else(|| {
        let lit = Lit::Bool(syn::LitBool::new(true, key.span()));
        Expr::Lit(syn::ExprLit { attrs: Vec::new(), lit })
    });
    let eq_token = syn::Token![=](key.span());
    NestedMeta::Meta(Meta::NameValue(MetaNameValue { path: key.into(), eq_token, value }))
}

/// At most one attribute of a stack has such an option.
fn merge<T: Value>(
    into: &mut Option<SpannedValue<T>>,
    from: Option<SpannedValue<T>>,
    errors: &mut Diagnostics,
) {
    let Some(from) = from else { return };
    report(Some(&from), errors);
    if let Some(first) = into {
        let text = format!("`{}` applies to the whole stack: keep one of the two", from.key);
        errors.at(first.key.span(), &text);
        errors.at(from.key.span(), &text);
    } else {
        *into = Some(from);
    }
}
