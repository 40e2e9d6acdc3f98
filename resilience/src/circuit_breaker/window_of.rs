//! `window = WINDOW` in an attribute may name a duration, a count or a [`Window`]: told apart by type, in `const`.

use std::time::Duration;

use super::Window;

/// A constant of any of the types that mean a window.
pub struct WindowOf<T>(pub T);

impl WindowOf<Duration> {
    /// The last stretch of time.
    #[must_use]
    pub const fn get(self) -> Window {
        Window::Time(self.0)
    }
}

impl WindowOf<u32> {
    /// The last so many calls.
    #[must_use]
    pub const fn get(self) -> Window {
        Window::Calls(self.0)
    }
}

impl WindowOf<Window> {
    /// The window itself.
    #[must_use]
    pub const fn get(self) -> Window {
        self.0
    }
}
