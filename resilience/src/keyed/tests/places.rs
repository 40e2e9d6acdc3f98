//! An array of places, beside the obvious map.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::array::{Array, LEAST};
use super::super::slot::{Content, Tag, Taken};
use crate::{Bulkhead, BulkheadConfig};

/// Few homes for many keys, so that ways cross, and some get very long.
fn tag(key: u8) -> Tag {
    Tag::of((u64::from(key) % 7) << 59)
}

fn content(key: u8) -> Content<u8, Bulkhead> {
    Content { key, policy: Bulkhead::new("one", BulkheadConfig::new()) }
}

fn keys(array: &Array<u8, Bulkhead>) -> BTreeMap<u8, usize> {
    let found = (0..=u8::MAX).filter_map(|key| Some((key, array.find(tag(key), &key)?.slot)));
    found.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A key that is given is taken out if it is there and put in if it is not.
    #[test]
    fn what_is_put_in_stays_in_its_place_until_it_is_taken(given in prop::collection::vec(0..200_u8, 1..300)) {
        let array = Array::new(LEAST);
        let mut kept = BTreeMap::new();
        for key in given {
            if let Some(slot) = kept.remove(&key) {
                prop_assert!(matches!(array.take(slot, |_| true), Taken::Out(_)));
            } else if let Ok(found) = array.put(tag(key), content(key)) {
                kept.insert(key, found.slot);
            } else {
                prop_assert_eq!(kept.len(), 48, "it is full at three quarters");
            }
            prop_assert_eq!(keys(&array), kept.clone());
        }
    }
}

#[test]
fn ways_are_no_longer_than_the_keys_on_them_need() {
    let array = Array::new(LEAST);
    let reach = || array.slot(tag(0).home(LEAST as usize)).record.reach();
    let slots: Vec<_> =
        [0, 7, 14].map(|key| array.put(tag(key), content(key)).ok().unwrap().slot).into();
    assert_eq!(reach(), 2);
    array.take(slots[1], |_| true);
    assert_eq!(reach(), 2, "the last one is still there");
    array.take(slots[2], |_| true);
    assert_eq!(reach(), 0);
}

#[test]
fn what_is_held_is_neither_taken_nor_moved() {
    let (array, larger) = (Array::new(LEAST), Array::new(4 * LEAST));
    let held = array.put(tag(1), content(1)).ok().unwrap();
    array.put(tag(2), content(2)).ok().unwrap();
    assert!(matches!(array.take(held.slot, |_| true), Taken::Held));
    array.move_into(&larger);
    assert_eq!(keys(&array).into_keys().collect::<Vec<_>>(), [1]);
    assert_eq!(keys(&larger).into_keys().collect::<Vec<_>>(), [2]);
}

#[test]
fn one_home_does_for_all_keys() {
    let array = Array::new(4 * LEAST);
    let most = u8::try_from(3 * LEAST).unwrap();
    let put = |key| array.put(tag(0), content(key)).is_ok();
    assert!((0..most).all(put) && !put(most), "only what is full has no room");
    let find = |key: u8| array.find(tag(0), &key).map(|found| found.slot);
    assert!((0..most).all(|key| find(key).is_some()) && find(most).is_none());
    for key in (3..most).rev() {
        assert!(matches!(array.take(find(key).unwrap(), |_| true), Taken::Out(_)));
        assert!(find(key).is_none() && find(key - 1).is_some());
    }
    assert_eq!(array.slot(tag(0).home(4 * LEAST as usize)).record.reach(), 2);
}
