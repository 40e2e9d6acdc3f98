//! What was applied last: where each option in force comes from, and which breakers are forced.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::{Mutex, MutexGuard};

use super::leaf::Leaf;
use crate::current::Forced;
use crate::functions;
use crate::kind::PolicyKind;

/// Which policy.
pub(super) type Spot = (PolicyKind, &'static str);

static LAYERS: Mutex<Layers> =
    Mutex::new(Layers { origins: BTreeMap::new(), forced: BTreeMap::new() });

static TURN: Mutex<Base> = Mutex::new(Base { leaves: Vec::new(), allow_unknown: false });

/// How often something changed by which plans are judged.
static EPOCH: AtomicU64 = AtomicU64::new(0);

/// What file and environment said when they were applied last. Its lock makes changes follow one another.
#[derive(Debug, Default)]
pub(super) struct Base {
    pub(super) leaves: Vec<Leaf>,
    pub(super) allow_unknown: bool,
}

/// Waits until it is the caller's turn to change what is in force.
///
/// Shared instances that are made when they are first used are made before: one may join the registry, and ask for a turn.
pub(super) fn turn() -> MutexGuard<'static, Base> {
    static MADE: AtomicBool = AtomicBool::new(false);
    if !MADE.swap(true, Ordering::Relaxed) {
        for function in functions::all() {
            drop(function.layers());
        }
    }
    TURN.lock()
}

/// What was judged in an epoch is up to date as long as it lasts.
pub(super) fn epoch() -> u64 {
    EPOCH.load(Ordering::Acquire)
}

/// What was judged before is to be judged again. Called when a change is made, before another one's turn.
pub(super) fn begin_epoch() {
    EPOCH.fetch_add(1, Ordering::Release);
}

/// The overrides in force. Locked for a moment by those who read; changes follow one another by [`turn`].
#[derive(Debug)]
struct Layers {
    origins: BTreeMap<Spot, Origins>,
    forced: BTreeMap<Spot, Forced>,
}

/// Where a policy's overridden options come from.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Origins {
    /// By option: `file:line:column`, a variable's name, `program`, or `admin`.
    pub(super) options: BTreeMap<String, String>,
}

/// The state that overrides force that breaker into.
pub(super) fn forced(spot: Spot) -> Option<Forced> {
    LAYERS.lock().forced.get(&spot).copied()
}

/// Where the overridden options of that policy come from.
#[cfg(feature = "axum")]
pub(super) fn origins(spot: Spot) -> Origins {
    LAYERS.lock().origins.get(&spot).cloned().unwrap_or_default()
}

/// Which options of that policy overrides have set, when they were applied last.
pub(super) fn overridden(spot: Spot) -> BTreeSet<String> {
    let layers = LAYERS.lock();
    let origins = layers.origins.get(&spot);
    origins.map(|origins| origins.options.keys().cloned().collect()).unwrap_or_default()
}

/// Notes the state that overrides force that breaker into from now on; whether it is another one.
pub(super) fn force(spot: Spot, state: Option<Forced>) -> bool {
    let forced = &mut LAYERS.lock().forced;
    let before = match state {
        Some(state) => forced.insert(spot, state),
        None => forced.remove(&spot),
    };
    before != state
}

/// Notes where the overridden options of that policy come from.
pub(super) fn note(spot: Spot, origins: Origins) {
    let noted = &mut LAYERS.lock().origins;
    if origins.options.is_empty() {
        noted.remove(&spot);
    } else {
        noted.insert(spot, origins);
    }
}

/// Forgets what was applied; the policies are made new by themselves.
#[cfg(feature = "test-util")]
pub(super) fn forget() {
    *TURN.lock() = Base::default();
    begin_epoch();
    let mut layers = LAYERS.lock();
    layers.origins.clear();
    layers.forced.clear();
}
