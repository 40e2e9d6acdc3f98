//! `window = WINDOW` in an attribute may name a duration, a count or a [`Window`]: told apart by type, in `const`.

use std::time::Duration;

use super::Window;
use crate::check;

/// A constant of any of the types that mean a window. `get` panics if it is out of range.
pub struct WindowOf<T>(pub T);

impl WindowOf<Duration> {
    /// The last time window.
    #[must_use]
    #[track_caller]
    pub const fn get(self) -> Window {
        checked(Window::Time(self.0))
    }
}

impl WindowOf<u32> {
    /// The last so many calls.
    #[must_use]
    #[track_caller]
    pub const fn get(self) -> Window {
        checked(Window::Calls(self.0))
    }
}

impl WindowOf<Window> {
    /// The window itself.
    #[must_use]
    #[track_caller]
    pub const fn get(self) -> Window {
        checked(self.0)
    }
}

#[track_caller]
const fn checked(window: Window) -> Window {
    check::assert_valid(window.validate());
    window
}
