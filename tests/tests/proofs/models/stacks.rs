//! Stacks of one to six policies in random order, with calls side by side, against the same stack put together from the
//! plain models: what each body does and when, what callers get, every event and every count.

mod modelled;
mod real;
mod scene;

use crate::models::sequence::{Chance, prove};

use self::scene::{Came, Line, Scene, What};

#[test]
fn stacks() {
    prove("stacks", &async |chance: &mut Chance| {
        let scene = Scene::choose(chance);
        chance.tell(format_args!("{scene:#?}"));
        let Some((mut expected, counts)) = modelled::play(&scene).await else { return };
        let (mut seen, counted) = real::play(&scene).await;
        level_panics(&mut expected);
        level_panics(&mut seen);
        for (number, line) in expected.iter().enumerate() {
            chance.tell(format_args!("{number}: {line:?}"));
        }
        let differs =
            (0..expected.len().max(seen.len())).find(|at| expected.get(*at) != seen.get(*at));
        if let Some(at) = differs {
            panic!("line {at}: {:?}, and the model says {:?}", seen.get(at), expected.get(at));
        }
        assert_eq!(counted, counts);
    });
}

/// A panic drops what it passes, in an order that depends on which futures are written by hand. What happens in that
/// moment is compared without order.
fn level_panics(lines: &mut [Line]) {
    lines.chunk_by_mut(|one, other| one.at == other.at).for_each(|moment| {
        let is_panic = |line: &Line| matches!(line.what, What::Comes { to: Came::Panic, .. });
        if moment.iter().any(is_panic) {
            moment.sort_by_key(|line| format!("{line:?}"));
        }
    });
}
