//! A layer that lets calls in, at once or after a wait: what a bulkhead and a rate limit have in common.

use proc_macro2::Span;
use syn::Expr;

use crate::keyed::Keyed;
use crate::model::Meaning;
use crate::options::{Positive, Written};
use crate::piece::{Piece, Site};

pub(crate) struct Gate {
    /// The runtime's function.
    pub(crate) function: &'static str,
    /// What a plain function is told that would wait.
    pub(crate) cannot_wait: &'static str,
    /// The option that makes calls wait.
    pub(crate) waits: Option<Span>,
    pub(crate) keyed: Option<Keyed>,
}

/// Where `max_wait` stands.
pub(crate) fn waits(max_wait: Option<Written<Positive>>) -> Option<Span> {
    max_wait.map(|option| option.key.span())
}

impl Meaning for Gate {
    fn wrap(&self, inner: Piece, site: &Site<'_>) -> Piece {
        site.guard(self.function, inner, None)
    }

    fn expressions(&self) -> Vec<&Expr> {
        Vec::new()
    }

    fn keyed(&self) -> Option<&Keyed> {
        self.keyed.as_ref()
    }

    fn needs_async(&self) -> Option<(Option<Span>, &'static str)> {
        self.waits.map(|key| (Some(key), self.cannot_wait))
    }
}
