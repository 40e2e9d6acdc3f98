//! Priorities: what sheds first, and how far a priority reaches.

use resilience::call::BulkheadPermit;
use resilience::{
    Bulkhead, Keyed, Priority, Rejection, bulkhead, priority, resilient, with_priority,
};

#[bulkhead(max_concurrent = 20)]
static SLOTS: Bulkhead;

/// Takes slots at that priority until one is rejected.
async fn fill(slots: &Bulkhead, priority: Priority) -> Vec<BulkheadPermit<'_>> {
    with_priority(priority, async { (0..100).map_while(|_| slots.try_acquire().ok()).collect() })
        .await
}

#[derive(Clone, Copy)]
struct User {
    pays: bool,
}

impl User {
    fn priority(self) -> Priority {
        if self.pays { Priority::CriticalPlus } else { Priority::Sheddable }
    }
}

#[bulkhead(SLOTS, priority = user.priority())]
async fn search(user: User) -> Result<Priority, Rejection> {
    Ok(priority())
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the option sees a borrowed argument")]
#[bulkhead(SLOTS, priority = user.priority())]
fn search_synchronously(user: &User) -> Result<Priority, Rejection> {
    Ok(priority())
}

#[tokio::test(start_paused = true)]
async fn a_call_says_how_important_it_is() {
    let (paying, visiting) = (User { pays: true }, User { pays: false });
    assert_eq!(search(visiting).await, Ok(Priority::Sheddable));
    assert_eq!(search_synchronously(&visiting), Ok(Priority::Sheddable));
    let held = fill(&SLOTS, Priority::Sheddable).await;
    assert_eq!(held.len(), 14);
    assert!(search(visiting).await.is_err());
    assert!(search_synchronously(&visiting).is_err());
    assert_eq!(search(paying).await, Ok(Priority::CriticalPlus));
    assert_eq!(search_synchronously(&paying), Ok(Priority::CriticalPlus));
    assert_eq!(priority(), Priority::Critical);
}

#[bulkhead(max_concurrent = 2, key = tenant, priority = Priority::SheddablePlus, shares = ["10%", 0.5, 1.0, 1.0])]
async fn import(tenant: &str) -> Result<Priority, Rejection> {
    if tenant == "nested" { Box::pin(import("nested")).await } else { Ok(priority()) }
}

#[tokio::test(start_paused = true)]
async fn a_key_has_shares_too() {
    assert_eq!(import("acme").await, Ok(Priority::SheddablePlus));
    assert!(import("nested").await.is_err(), "half of two slots is one");
}

#[resilient(bulkhead(max_concurrent = 2, shares = [0.5, 0.5, 1.0, 1.0]))]
async fn outer(depth: u32) -> Result<u32, Rejection> {
    if depth == 0 { Ok(0) } else { Box::pin(outer(depth - 1)).await.map(|below| below + 1) }
}

#[tokio::test(start_paused = true)]
async fn nested_calls_inherit_it() {
    assert_eq!(outer(1).await, Ok(1));
    assert!(with_priority(Priority::Sheddable, outer(1)).await.is_err());
    assert!(outer(2).await.is_err());
}

#[bulkhead(shares = SHARES)]
static COMPUTED: Keyed<Bulkhead>;

const SHARES: [f64; 4] = [0.2, 0.2, 1.0, 1.0];

#[tokio::test(start_paused = true)]
async fn shares_may_be_a_constant() {
    let slots = COMPUTED.get(&7);
    assert_eq!(fill(&slots, Priority::Sheddable).await.len(), 5);
}
