//! The arithmetic of a retry budget: calls earn fractions of a retry, retries spend whole ones. Pure.
//!
//! Tokens are counted in billionths, so that ten deposits of 0.1 are one token and nothing drifts.

/// One retry.
const TOKEN: u64 = 1_000_000_000;

/// That many whole tokens.
pub(super) const fn whole(tokens: u32) -> u64 {
    tokens as u64 * TOKEN
}

/// What one call earns at this ratio, to the nearest billionth, at least one.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a ratio lies in (0, 1], and `as` saturates"
)]
pub(super) const fn earned(ratio: f64) -> u64 {
    let billionths = (ratio * TOKEN as f64 + 0.5) as u64;
    if billionths == 0 { 1 } else { billionths }
}

/// The balance after a deposit; `None` when the token bucket is full and nothing changes.
pub(super) fn deposited(balance: u64, earned: u64, most: u64) -> Option<u64> {
    (balance < most).then(|| balance.saturating_add(earned).min(most))
}

/// The balance after a retry is paid for; `None` when there isn't enough.
pub(super) fn withdrawn(balance: u64) -> Option<u64> {
    balance.checked_sub(TOKEN)
}
