//! The judge of a layer without predicates.

use crate::rejection::Rejection;
use crate::stack::inspect::{ErrorText, Inspector};
use crate::stack::verdict::{self, Fallible, Judges, Judging, Verdict};

/// What generated code puts into a layer that has no predicates: a type that the compiler need not infer, as it would a
/// closure's.
#[derive(Clone, Copy, Debug)]
pub struct DefaultJudge<N>(pub(crate) N);

impl<R: Fallible, N: Inspector<R>> Judges<R> for DefaultJudge<N> {
    #[inline]
    fn verdict(&self, outcome: &Result<R, Rejection>) -> Verdict {
        Judging::new(outcome, self.0).verdict()
    }

    #[cold]
    fn text<'o>(&self, outcome: &'o Result<R, Rejection>) -> ErrorText<'o> {
        verdict::text(self.0, outcome)
    }
}
