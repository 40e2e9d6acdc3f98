//! What things are called at the store.

use sha1_smol::Sha1;

/// A longer key is written as its hash.
const LONGEST: usize = 64;
/// So many digits are 128 bits.
const DIGITS: usize = 32;

#[derive(Clone, Debug)]
pub(super) struct Names {
    pub(super) namespace: Box<str>,
    /// Whether every key is written as its hash.
    pub(super) hashed: bool,
}

impl Names {
    pub(super) fn new(namespace: &str) -> Self {
        Self { namespace: namespace.into(), hashed: false }
    }

    /// `shop:rl:v1:{search:tenant 7}`. In a cluster the part in braces says where a key lies: limits spread.
    pub(super) fn of_limit(&self, policy: &str, key: Option<&str>) -> String {
        let namespace = &self.namespace;
        match key {
            None => format!("{namespace}:rl:v1:{{{policy}}}"),
            Some(key) if self.hashed || key.len() > LONGEST => {
                format!("{namespace}:rl:v1:{{{policy}:{}}}", hash(key))
            }
            Some(key) => format!("{namespace}:rl:v1:{{{policy}:{key}}}"),
        }
    }

    /// The opinions of the replicas.
    pub(super) fn of_breaker(&self, policy: &str) -> String {
        format!("{}:cb:v1:{{{policy}}}", self.namespace)
    }

    /// The replicas that count themselves in.
    pub(super) fn of_replicas(&self) -> String {
        format!("{}:replicas:v1", self.namespace)
    }
}

/// 128 bits, the same in every version of this crate: replicas of different versions share limits.
fn hash(key: &str) -> String {
    let mut digits = Sha1::from(key).digest().to_string();
    digits.truncate(DIGITS);
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_key_are_the_hash_tag() {
        let names = Names::new("shop");
        assert_eq!(names.of_limit("search", None), "shop:rl:v1:{search}");
        assert_eq!(names.of_limit("search", Some("tenant 7")), "shop:rl:v1:{search:tenant 7}");
        assert_eq!(names.of_replicas(), "shop:replicas:v1");
    }

    #[test]
    fn a_long_key_is_its_hash() {
        let names = Names::new("shop");
        let exactly = "x".repeat(LONGEST);
        assert!(names.of_limit("search", Some(&exactly)).contains(&exactly));
        let long = "x".repeat(LONGEST + 1);
        let written = names.of_limit("search", Some(&long));
        assert_eq!(written.len(), "shop:rl:v1:{search:}".len() + DIGITS);
        assert_ne!(written, names.of_limit("search", Some(&format!("{long}x"))));
    }

    #[test]
    fn a_personal_key_is_always_its_hash() {
        let names = Names { hashed: true, ..Names::new("shop") };
        // The first 128 bits of the SHA-1 of "abc", as FIPS 180 has it.
        assert_eq!(
            names.of_limit("search", Some("abc")),
            "shop:rl:v1:{search:a9993e364706816aba3e25717850c26c}"
        );
    }
}
