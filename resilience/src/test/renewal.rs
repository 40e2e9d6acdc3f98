//! Makes every listed policy as new.

#[cfg(feature = "overrides")]
use crate::overrides;
use crate::registry::registry;

pub(super) fn renew() {
    #[cfg(feature = "overrides")]
    overrides::forget();
    registry().listed().for_each(|listed| listed.any().renew());
}
