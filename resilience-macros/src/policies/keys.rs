//! `key = …` and `max_keys = …` as written, for every attribute that keeps one instance per key.

use proc_macro2::{Span, TokenStream};
use syn::Lit;

use crate::attribute::Target;
use crate::attribute::options::value::{SpannedValue, Value};
use crate::layer::keyed::Keyed;
use crate::policies::reading::Reading;

const SAME_KEY: &str =
    "this key is the same for every call: name what tells calls apart, `key = host`";
const NO_KEY: &str =
    "without a key there is only one instance: add `key = host`, or whatever tells calls apart";

/// An expression of the call, which only the compiler can check.
#[derive(Debug)]
pub(crate) enum Key {}

impl Value for Key {
    const CHECK: Option<&'static str> = None;

    fn read(_: &Lit, _: bool) -> Result<Self, String> {
        Err(SAME_KEY.into())
    }

    fn tokens(&self, _: Span, _: &TokenStream) -> TokenStream {
        match *self {}
    }
}

/// What the two options mean together.
pub(crate) fn keyed(
    key: Option<SpannedValue<Key>>,
    max_keys: Option<SpannedValue<u32>>,
    reading: &mut Reading<'_>,
) -> Option<Keyed> {
    // A static's is rejected as such, whatever it says.
    let key = key.filter(|_| !reading.target.is_static());
    if let (None, Some(bound), Target::Function, None) =
        (&key, &max_keys, reading.target, reading.instance())
    {
        reading.errors.at(bound.key.span(), NO_KEY);
    }
    let declared = reading.target == Target::Static { keyed: true };
    let is_keyed = declared || key.is_some() || max_keys.is_some();
    is_keyed.then(|| Keyed { key: key.map(|option| option.expr), max_keys })
}
