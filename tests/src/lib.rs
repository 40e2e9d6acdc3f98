//! The framework as its users see it: every test stands in `tests/`.
#![forbid(unsafe_code)]
