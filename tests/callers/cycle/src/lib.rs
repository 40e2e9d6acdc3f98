//! A crate whose tests link it twice: under test, and as a dependency of their helper.

use resilience::{Bulkhead, bulkhead};

/// An explicit name, of which there are two in the tests.
#[bulkhead(name = "disk")]
pub static DISK: Bulkhead;

#[cfg(test)]
mod tests {
    use resilience::{PolicyKind, registry};

    #[test]
    fn both_copies_link_and_the_registry_tells() {
        assert_eq!(caller_cycle_helper::limit(), super::DISK.config());
        let clashes = registry().name_clashes();
        assert_eq!(clashes.len(), 1);
        assert_eq!((clashes[0].kind, clashes[0].name.as_str()), (PolicyKind::Bulkhead, "disk"));
        assert_eq!(clashes[0].locations.len(), 2);
    }
}
