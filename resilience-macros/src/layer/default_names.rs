//! Default names of policies of one kind on one function: told apart by where they stand in the stack.

use crate::layer::model::{Layer, Source};

/// Gives those that would be called the same a suffix each.
pub(crate) fn tell_apart(layers: &mut [Layer]) {
    for kind in 0..layers.len() {
        let same: Vec<_> = (kind..layers.len()).filter(|&at| is_same(layers, kind, at)).collect();
        if same.len() < 2 {
            continue;
        }
        let suffixes = suffixes(layers, &same);
        for (at, suffix) in same.into_iter().zip(suffixes) {
            if let Source::Own(instance) = &mut layers[at].source {
                instance.suffix = Some(suffix);
            }
        }
    }
}

/// Whether both have the same default name so far.
fn is_same(layers: &[Layer], kind: usize, at: usize) -> bool {
    let kind_of = |at: usize| layers[at].attribute.name;
    has_default_name(&layers[kind]) && has_default_name(&layers[at]) && kind_of(kind) == kind_of(at)
}

fn has_default_name(layer: &Layer) -> bool {
    match &layer.source {
        Source::Own(instance) => {
            instance.name.is_none() && instance.part.is_none() && instance.suffix.is_none()
        }
        Source::Shared(_) => false,
    }
}

/// Two timeouts around and inside a retry limit the call and the attempt; others stand outside and inside.
fn suffixes(layers: &[Layer], same: &[usize]) -> Vec<&'static str> {
    let retries = |between: &[Layer]| between.iter().any(|layer| layer.attribute.name == "retry");
    if let [outer, inner] = *same
        && layers[outer].attribute.name == "timeout"
        && retries(&layers[outer..inner])
    {
        return vec!["timeout", "attempt_timeout"];
    }
    let further_in = ["inner", "third", "fourth", "fifth", "sixth", "seventh", "eighth"];
    std::iter::once("outer").chain(further_in).take(same.len()).collect()
}
