//! What the attributes of one stack must not say together.

use std::time::Duration;

use quote::ToTokens;
use syn::{FnArg, ReceiverKind, Type};

use crate::attribute::{Blocking, Effect};
use crate::diagnostics::Diagnostics;
use crate::layer::model::{Layer, Source, Stack};
use crate::mode::Mode;
use crate::source::attributes::WrittenAttribute;
use crate::source::function::Guarded;
use crate::source::return_type::is_plain;
use crate::tokens::compact;

/// Every conflict between the layers, and between a layer and the function.
pub(crate) fn stack(stack: &Stack, guarded: &Guarded, errors: &mut Diagnostics) {
    for (inner, layer) in stack.layers.iter().enumerate() {
        twice(layer, &stack.layers[..inner], errors);
        hides_errors(layer, &stack.layers[..inner], errors);
        overlaps(layer, guarded, errors);
        no_arguments(layer, guarded, errors);
        if guarded.mode == Mode::Blocking {
            needs_async(layer, errors);
        }
    }
    nameless(&stack.layers, errors);
    limits(&stack.layers, errors);
    if is_plain(&guarded.output) && !stack.is_total() {
        errors.on(&guarded.output, no_result(stack, &guarded.output));
    }
}

/// A policy that cannot guard a synchronous function.
fn needs_async(layer: &Layer, errors: &mut Diagnostics) {
    let asks = matches!(layer.attribute.blocking, Blocking::WaitsNot(_));
    if let Some(shared) = layer.expansion.shared().filter(|_| asks) {
        errors.at(
            shared,
            "a shared limit asks over the network, and a synchronous function cannot wait for the answer: remove \
             `shared`, or make the function `async`",
        );
    }
    let waits = layer.expansion.waits();
    let text = match (layer.attribute.blocking, waits) {
        (Blocking::Never(text), _) | (Blocking::WaitsNot(text), Some(_)) => text,
        (Blocking::WaitsNot(_), None) | (Blocking::Works, _) => return,
    };
    let off = layer.part().filter(|_| waits.is_none());
    let off = off.map(|part| format!("; or switch it off, `{part}(off)`")).unwrap_or_default();
    errors.at(waits.unwrap_or(layer.span), format!("{text}{off}"));
}

/// An instance that a fleet shares under a name that the code's place makes.
pub(crate) fn nameless(layers: &[Layer], errors: &mut Diagnostics) {
    for layer in layers {
        let (Some(shared), Source::Own(instance)) = (layer.expansion.shared(), &layer.source)
        else {
            continue;
        };
        if instance.naming().0.is_none() {
            errors.at(
                shared,
                "what a fleet shares needs a name of its own, because the default one changes when the code moves, and \
                 two versions of the service would count apart: add `name = \"…\"`",
            );
        }
    }
}

/// Conflicts between time limits, and between a limit and the pauses inside of it. The parts of a declared pipeline
/// can have these, too.
pub(crate) fn limits(layers: &[Layer], errors: &mut Diagnostics) {
    for (inner, layer) in layers.iter().enumerate() {
        for outer in &layers[..inner] {
            pauses_outlast(outer, layer, errors);
            never_times_out(outer, layer, errors);
        }
    }
}

/// What to say about a return type that surely is no `Result`.
fn no_result(stack: &Stack, output: &Type) -> String {
    let ty = compact(&output.to_token_stream());
    let answers = |layer: &Layer| layer.attribute.has(Effect::Answers);
    if stack.layers.first().is_some_and(answers) {
        return format!(
            "a plain `{ty}` is never an error, so the first fallback expression always answers: keep \
             one, or return `Result<{ty}, E>`"
        );
    }
    if stack.layers.iter().any(answers) {
        return format!(
            "policies outside of the fallback may reject the call, and a plain `{ty}` cannot say so: \
             move the fallback to the top, or return `Result<{ty}, E>`"
        );
    }
    let krate = stack.runtime.name();
    format!(
        "a guarded function reports failures: return `Result<{ty}, E>` with `E: \
         From<{krate}::Rejection>`, or add `#[fallback(…)]` on top"
    )
}

fn twice(layer: &Layer, outside: &[Layer], errors: &mut Diagnostics) {
    let same = |other: &&Layer| other.attribute.name == layer.attribute.name;
    let Some(first) = outside.iter().find(same) else { return };
    if layer.attribute.has(Effect::Repeats) || layer.is_shared() || first.is_shared() {
        return;
    }
    let name = layer.attribute.name;
    let or_share = format!(", or let one of them use a shared instance, `#[{name}(SHARED)]`");
    let or_share = if layer.attribute.has(Effect::CallsItself) { "" } else { &or_share };
    errors.at(layer.span, format!("`{name}` stands on this function twice: keep one{or_share}"));
}

/// A fallback that leaves nothing to see for those around it.
fn hides_errors(layer: &Layer, outside: &[Layer], errors: &mut Diagnostics) {
    let judges = |outer: &&Layer| outer.attribute.has(Effect::Judges);
    let Some(outer) = outside.iter().find(judges).filter(|_| layer.expansion.hides_errors()) else {
        return;
    };
    errors.at(layer.span, format!(
        "this fallback hides every error from the {} around it: move it to the top, or write `inner = true` if that is meant",
        outer.attribute.noun,
    ));
}

/// A function that is called from a list gets no arguments.
fn no_arguments(layer: &Layer, guarded: &Guarded, errors: &mut Diagnostics) {
    if !layer.attribute.has(Effect::CallsItself) {
        return;
    }
    let noun = layer.attribute.noun;
    if !guarded.inputs.is_empty() {
        errors.on(&guarded.inputs, format!(
            "a {noun} is called without arguments: remove them, and reach what it needs through a \
             static, or give a closure that holds it to `check(…)` of `HealthChecker` or of the axum router",
        ));
    }
    if guarded.generics.type_params().next().is_some()
        || guarded.generics.const_params().next().is_some()
    {
        errors.on(&guarded.generics, format!("a {noun} cannot be generic: remove the parameters"));
    }
}

/// Attempts side by side cannot share what only one may change.
fn overlaps(layer: &Layer, guarded: &Guarded, errors: &mut Diagnostics) {
    if !layer.attribute.has(Effect::Overlaps) {
        return;
    }
    for input in guarded.inputs.iter().filter(|input| is_exclusive(input)) {
        let written = compact(&input.to_token_stream());
        errors.on(input, format!(
            "`#[{}]` runs attempts side by side, and only one of them could have `{written}`: write \
             `{}`",
            layer.attribute.name,
            written.replacen("&mut ", "&", 1),
        ));
    }
}

/// `&mut self`, or an argument of type `&mut T`.
fn is_exclusive(input: &FnArg) -> bool {
    match input {
        FnArg::Receiver(receiver) => {
            matches!(&receiver.kind, ReceiverKind::Reference(_, _, Some(_)))
        }
        FnArg::Typed(input) => {
            matches!(&*input.ty, Type::Reference(reference) if reference.mutability.is_some())
        }
    }
}

/// An outer timeout that ends before the retries' pauses alone are over.
fn pauses_outlast(outer: &Layer, inner: &Layer, errors: &mut Diagnostics) {
    let (Some(limit), Some(pauses)) = (outer.expansion.limit(), inner.expansion.pauses()) else {
        return;
    };
    let total = sum(&pauses);
    if total < limit.value {
        return;
    }
    let attempts = pauses.len() + 1;
    let fits = (0..attempts).filter(|n| sum(&pauses[..*n]) < limit.value).count();
    errors.at(
        limit.at.unwrap_or(outer.span),
        format!(
            "this limit of {:?} ends before the pauses between the {attempts} attempts are over, \
         {total:?} in all: \
         {fits} of them can run; write at least \"{}\", or retry with `attempts = {fits}`",
            limit.value,
            beyond(total),
        ),
    );
}

fn sum(pauses: &[Duration]) -> Duration {
    pauses.iter().fold(Duration::ZERO, |sum, pause| sum.saturating_add(*pause))
}

/// The next round limit above `total`, as one would write it.
fn beyond(total: Duration) -> String {
    match total.as_secs() {
        0 => format!("{}ms", total.as_millis() / 100 * 100 + 100),
        seconds => format!("{}s", seconds.saturating_add(1)),
    }
}

/// An inner timeout that the outer one always precedes.
fn never_times_out(outer: &Layer, inner: &Layer, errors: &mut Diagnostics) {
    let (Some(outside), Some(inside)) = (outer.expansion.limit(), inner.expansion.limit()) else {
        return;
    };
    if inside.value < outside.value {
        return;
    }
    errors.at(
        inside.at.unwrap_or(inner.span),
        format!(
            "this inner limit of {:?} is never reached, because the outer one of {:?} ends first: \
         write less, or remove one",
            inside.value, outside.value,
        ),
    );
}

/// Attribute macros between ours would see half of the stack.
pub(crate) fn siblings(attributes: &[WrittenAttribute], errors: &mut Diagnostics) {
    let last = attributes.iter().rposition(|attribute| attribute.is_ours).unwrap_or(0);
    for attribute in &attributes[..last] {
        if !attribute.is_ours && !attribute.is_inert() {
            errors.on(&attribute.tokens, format!(
                "`{}` stands between attributes of one resilience stack: move it below the last \
                 of them, where it \
                 wraps the guarded call",
                attribute.name(),
            ));
        }
    }
}
