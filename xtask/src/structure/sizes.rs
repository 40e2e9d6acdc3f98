//! What is to stay small: files, and the crate's root.

use syn::Visibility;

use super::imports::uses;
use super::modules::{Crate, Module};

/// In lines.
const LONGEST_FILE: usize = 260;

/// What users name often; the rest has modules. The attributes, which the macro crate defines, are not counted.
const MOST_ROOT_NAMES: usize = 54;

/// Files that are too long.
pub(crate) fn long_files(files: &Crate) -> Vec<String> {
    let long = files.lengths.iter().filter(|(_, lines)| *lines > LONGEST_FILE);
    let sentence = |(file, lines): &(String, usize)| {
        format!(
            "{file}: {lines} lines (at most {LONGEST_FILE}): give a part of it a file of its own"
        )
    };
    long.map(sentence).collect()
}

/// Too many names at the root.
pub(crate) fn crowded_root(runtime: &Crate) -> Option<String> {
    let (file, root) = &runtime.files[&Module::new()];
    let names = uses(root, |item| matches!(item.vis, Visibility::Public(_)));
    let own = names.iter().filter(|path| path[0] == "self").count();
    (own > MOST_ROOT_NAMES).then(|| {
        format!("{file}: {own} names at the root (at most {MOST_ROOT_NAMES}): give the seldom-named ones a module")
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_file_may_have_as_many_lines_as_fit() {
        let lengths = vec![("short.rs".to_owned(), LONGEST_FILE), ("long.rs".to_owned(), 261)];
        let problems = long_files(&Crate { files: BTreeMap::new(), lengths });
        assert_eq!(problems.len(), 1);
        assert!(problems[0].starts_with("long.rs: 261 lines"), "{problems:?}");
    }

    #[test]
    fn the_names_of_the_root_are_counted_and_attributes_are_not() {
        let with = |names: usize| {
            let own = "pub use self::room::Name;".repeat(names);
            let root =
                format!("pub use resilience_macros::{{retry, hedge}}; use self::x::Y; {own}");
            let file = ("lib.rs".to_owned(), syn::parse_file(&root).unwrap());
            let files = BTreeMap::from([(Module::new(), file)]);
            crowded_root(&Crate { files, lengths: Vec::new() })
        };
        assert_eq!(with(MOST_ROOT_NAMES), None);
        assert!(with(MOST_ROOT_NAMES + 1).is_some());
    }
}
