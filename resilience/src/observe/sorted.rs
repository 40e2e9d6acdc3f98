//! Lists that are kept in the order of their keys.

/// The value of `key`, a new one if there is none. Most keys come in order, and are appended.
pub(super) fn entry<K: Ord, V>(list: &mut Vec<(K, V)>, key: K, new: impl FnOnce() -> V) -> &mut V {
    let place = match list.last() {
        Some((greatest, _)) if *greatest >= key => {
            list.binary_search_by(|(known, _)| known.cmp(&key))
        }
        _ => Err(list.len()),
    };
    let place = place.unwrap_or_else(|place| {
        list.insert(place, (key, new()));
        place
    });
    &mut list[place].1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_the_order_each_key_has_one_place() {
        let mut list = Vec::new();
        for key in [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5] {
            *entry(&mut list, key, || 0) += 1;
        }
        assert_eq!(list, [(1, 2), (2, 1), (3, 2), (4, 1), (5, 3), (6, 1), (9, 1)]);
    }
}
