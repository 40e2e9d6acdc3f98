//! The files of a crate by module path. Tests are left out: they may look at everything.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// `["keyed", "map"]`
pub(crate) type Module = Vec<String>;

/// A crate's source files.
pub(crate) struct Crate {
    /// By module; the path of the file from `src/` on, and what is in it.
    pub(crate) files: BTreeMap<Module, (String, syn::File)>,
    /// How many lines each has.
    pub(crate) lengths: Vec<(String, usize)>,
}

impl Crate {
    pub(crate) fn read(src: &Path) -> Self {
        let mut all = Self { files: BTreeMap::new(), lengths: Vec::new() };
        all.collect(src, src);
        all
    }

    fn collect(&mut self, src: &Path, folder: &Path) {
        let entries = fs::read_dir(folder).expect("a crate's folder can be read");
        for path in entries.map(|entry| entry.expect("its entries, too").path()) {
            let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
            if name == "tests" {
                continue;
            }
            if path.is_dir() {
                self.collect(src, &path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                self.add(src, &path);
            }
        }
    }

    fn add(&mut self, src: &Path, path: &Path) {
        let text = fs::read_to_string(path).expect("source files are text");
        let file = syn::parse_file(&text).expect("source files are Rust");
        let place = path.strip_prefix(src).expect("it lies below");
        let shown = place.display().to_string();
        self.lengths.push((shown.clone(), text.lines().count()));
        self.files.insert(module_of(place), (shown, file));
    }
}

/// Whether a file re-exports for others: `lib.rs`, and the list of what generated code may name.
pub(crate) fn is_door(file: &str) -> bool {
    matches!(file, "lib.rs" | "__private.rs")
}

/// `keyed/map/slot.rs`, `keyed/map/mod.rs`, `lib.rs`
fn module_of(place: &Path) -> Module {
    let without_extension = place.with_extension("");
    let mut module: Module =
        without_extension.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if matches!(module.last().map(String::as_str), Some("mod" | "lib")) {
        module.pop();
    }
    module
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_by_its_module_path() {
        assert_eq!(module_of(Path::new("keyed/map/slot.rs")), ["keyed", "map", "slot"]);
        assert_eq!(module_of(Path::new("keyed/map/mod.rs")), ["keyed", "map"]);
        assert!(module_of(Path::new("lib.rs")).is_empty());
    }
}
