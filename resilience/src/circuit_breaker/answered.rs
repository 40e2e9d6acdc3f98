//! A call that has been answered, while what the answer means is still to come.

use super::permit::Permit;
use crate::clock;
use crate::stack::verdict::Verdict;

/// A call whose outcome comes with the end of its answer, which may be long after: what it took is known. Dropped, it
/// was a success.
#[derive(Debug)]
pub(crate) struct Answered {
    permit: Option<Permit<'static>>,
    took: u64,
}

impl Permit<'static> {
    /// The call has its answer, but not its outcome.
    pub(crate) fn answered(self) -> Answered {
        self.leave_trial();
        let is_measured = self.ticket.word.is_measured();
        let took = if is_measured { clock::now().saturating_sub(self.started) } else { 0 };
        Answered { permit: Some(self), took }
    }
}

impl Answered {
    /// The outcome is here.
    pub(crate) fn end(mut self, verdict: Verdict) {
        self.settle(verdict);
    }

    /// Whether a half-open circuit waits for it.
    pub(crate) fn is_trial(&self) -> bool {
        self.permit.as_ref().is_some_and(|permit| permit.ticket.trial.is_some())
    }

    fn settle(&mut self, verdict: Verdict) {
        let Some(mut permit) = self.permit.take() else { return };
        if permit.ticket.word.is_measured() {
            permit.started = clock::now().saturating_sub(self.took);
        }
        match verdict {
            Verdict::Failure | Verdict::Permanent => permit.failure(),
            verdict => permit.settle(verdict),
        }
    }
}

impl Drop for Answered {
    fn drop(&mut self) {
        self.settle(Verdict::Success);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::circuit_breaker::{CircuitBreaker, CircuitBreakerConfig};

    #[test]
    fn an_answer_that_nobody_reads_to_its_end_was_a_success() {
        let breaker: &'static CircuitBreaker =
            Box::leak(Box::new(CircuitBreaker::new("answered", CircuitBreakerConfig::new())));
        let totals = || (breaker.totals().successes, breaker.totals().failures);
        drop(breaker.try_acquire().unwrap().answered());
        assert_eq!(totals(), (1, 0));
        breaker.try_acquire().unwrap().answered().end(Verdict::Failure);
        assert_eq!(totals(), (1, 1), "once only");
    }
}
