//! An error for the log: in full if it implements `Debug`, else not at all.
//!
//! Generated code knows the error's type, so it can choose by autoref: `(&Shown(&error)).hidden()` finds [`Hidden`]
//! for a `Debug` error, and only failing that [`Unseen`], one reference further away.

use std::fmt::Debug;

/// An error that is about to be hidden.
pub struct Shown<'e, E>(pub &'e E);

/// For errors that can be shown.
pub trait Hidden {
    /// What the log shows.
    fn hidden(&self) -> Option<&dyn Debug>;
}

impl<E: Debug> Hidden for Shown<'_, E> {
    fn hidden(&self) -> Option<&dyn Debug> {
        Some(self.0)
    }
}

/// For errors that can't.
pub trait Unseen {
    /// Nothing.
    fn hidden(&self) -> Option<&dyn Debug>;
}

impl<E> Unseen for &Shown<'_, E> {
    fn hidden(&self) -> Option<&dyn Debug> {
        None
    }
}
