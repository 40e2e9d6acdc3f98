//! `key = …` and `max_keys = …` as written, for every attribute that keeps one instance per key.

use crate::attribute::Target;
use crate::attribute::options::code::Verbatim;
use crate::attribute::options::value::SpannedValue;
use crate::layer::keyed::Keyed;
use crate::policies::reading::Reading;

const SAME_KEY: &str =
    "this key is the same for every call: name what tells calls apart, `key = host`";
const NO_KEY: &str =
    "without a key there is only one instance: add `key = host`, or whatever tells calls apart";

/// What the two options mean together.
pub(crate) fn keyed(
    key: Option<SpannedValue<Verbatim>>,
    max_keys: Option<SpannedValue<u32>>,
    reading: &mut Reading<'_>,
) -> Option<Keyed> {
    // A static's is rejected as such, whatever it says.
    let key = key.filter(|_| !reading.target.is_static());
    if let Some(option) = key.as_ref().and_then(|option| option.literal_expr()) {
        reading.errors.on(option, SAME_KEY);
    }
    if let (None, Some(bound), Target::Function, None) =
        (&key, &max_keys, reading.target, reading.instance())
    {
        reading.errors.at(bound.key.span(), NO_KEY);
    }
    let declared = reading.target == Target::Static { keyed: true };
    let is_keyed = declared || key.is_some() || max_keys.is_some();
    is_keyed.then(|| Keyed { key: key.map(|option| option.expr), max_keys })
}
