//! An array of places, beside the obvious map.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::map::array::{Array, LEAST};
use super::super::map::record::Tag;
use super::super::map::slot::{Content, Taken};
use crate::bulkhead::{Bulkhead, BulkheadConfig};

/// Few homes for many keys, so that probe sequences cross, and some get very long.
fn tag(key: u8) -> Tag {
    Tag::of((u64::from(key) % 7) << 59)
}

fn content<O>(key: O) -> Content<O, Bulkhead> {
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
    #[cfg_attr(miri, ignore = "on one thread, and too long to interpret")]
    fn what_is_put_in_stays_in_its_place_until_it_is_taken(given in prop::collection::vec(0..200_u8, 1..300)) {
        let array = Array::new(LEAST);
        let mut kept = BTreeMap::new();
        for key in given {
            if let Some(slot) = kept.remove(&key) {
                prop_assert!(matches!(array.take(slot, |_| true), Taken::Out(_)));
            } else if let Ok(found) = array.put(tag(key), content(key)) {
                kept.insert(key, found.slot);
            } else {
                prop_assert_eq!(kept.len(), 48, "it is full at four fifths");
            }
            prop_assert_eq!(keys(&array), kept.clone());
        }
    }
}

/// Written down in steps of four slots.
#[test]
fn a_look_up_probes_no_farther_than_the_keys_of_a_home_need() {
    let array = Array::new(LEAST);
    let max_probe = || array.slot(tag(0).home(LEAST as usize)).record.max_probe();
    let slots: Vec<_> =
        (0..6).map(|key| array.put(tag(7 * key), content(7 * key)).ok().unwrap().slot).collect();
    assert_eq!(max_probe(), 8);
    array.take(slots[1], |_| true);
    assert_eq!(max_probe(), 8, "the last one is still there");
    array.take(slots[5], |_| true);
    assert_eq!(max_probe(), 4);
    slots[2..5]
        .iter()
        .for_each(|slot| assert!(matches!(array.take(*slot, |_| true), Taken::Out(_))));
    assert_eq!(max_probe(), 0);
}

#[test]
fn what_is_held_is_neither_taken_nor_moved() {
    let (array, larger) = (Array::new(LEAST), Array::new(4 * LEAST));
    let held = array.put(tag(1), content(1)).ok().unwrap();
    array.put(tag(2), content(2)).ok().unwrap();
    assert!(matches!(array.take(held.slot, |_| true), Taken::Held));
    array.move_into(&larger, LEAST, |_, _, _| {});
    assert_eq!(keys(&array).into_keys().collect::<Vec<_>>(), [1]);
    assert_eq!(keys(&larger).into_keys().collect::<Vec<_>>(), [2]);
}

/// When they are farther off than can be written down, they are looked for everywhere.
#[test]
#[cfg_attr(miri, ignore = "on one thread, and too long to interpret")]
fn one_home_does_for_all_keys() {
    let array = Array::new(1_024);
    let tag = Tag::of(7 << 61);
    let max_probe = || array.slot(tag.home(1_024)).record.max_probe();
    let put = |key: u16| array.put(tag, content(key)).is_ok();
    assert!((0..816).all(put) && !put(816), "only what is full has no room");
    assert_eq!(max_probe(), usize::MAX);
    let find = |key: u16| array.find(tag, &key).map(|found| found.slot);
    assert!((0..816).all(|key| find(key).is_some()) && find(816).is_none());
    for key in (1..816).rev() {
        assert!(matches!(array.take(find(key).unwrap(), |_| true), Taken::Out(_)));
        assert!(find(key).is_none() && find(key - 1).is_some());
    }
    assert_eq!(max_probe(), 0);
}
