//! `use` lines, each name resolved to the file that defines it: re-exports are followed.

use syn::{Item, ItemUse, UseTree, Visibility};

use super::modules::{Crate, Module};

/// One file needs a name of another.
pub(crate) struct Import {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) name: String,
    /// It was written as `crate::name`.
    pub(crate) through_front_door: bool,
}

/// More re-exports than any name goes through; a circle of them ends here.
const MOST_HOPS: usize = 8;

impl Crate {
    /// All that files import from files of the same crate. Re-exports are no imports.
    pub(crate) fn imports(&self) -> Vec<Import> {
        let mut imports = Vec::new();
        for (module, (from, file)) in &self.files {
            for path in uses(file, |item| matches!(item.vis, Visibility::Inherited)) {
                imports.extend(self.import(module, from, &path));
            }
        }
        imports
    }

    fn import(&self, module: &Module, from: &str, path: &[String]) -> Option<Import> {
        let target = self.definer(module, path, 0)?;
        let (to, _) = &self.files[&target];
        let through_front_door =
            path.len() == 2 && path[0] == "crate" && !target.is_empty() && target[..] != path[1..];
        (to != from).then(|| Import {
            from: from.to_owned(),
            to: to.clone(),
            name: path[path.len() - 1].clone(),
            through_front_door,
        })
    }

    /// The module that defines what `path` names, seen from `module`; `None` outside the crate.
    fn definer(&self, module: &Module, path: &[String], hops: usize) -> Option<Module> {
        let (mut at, rest) = start(module, path)?;
        for (i, segment) in rest.iter().enumerate() {
            let mut child = at.clone();
            child.push(segment.clone());
            if self.files.contains_key(&child) {
                at = child;
                continue;
            }
            return Some(match self.re_export(&at, segment) {
                Some(mut path) if hops < MOST_HOPS => {
                    path.extend_from_slice(&rest[i + 1..]);
                    self.definer(&at, &path, hops + 1).unwrap_or(at)
                }
                _ => at,
            });
        }
        Some(at)
    }

    fn re_export(&self, module: &Module, name: &str) -> Option<Vec<String>> {
        let (_, file) = self.files.get(module)?;
        let mut paths = uses(file, |item| !matches!(item.vis, Visibility::Inherited)).into_iter();
        paths.find(|path| path.len() > 1 && path.last().is_some_and(|last| last == name))
    }
}

/// Where a path begins, and what is left of it.
fn start<'p>(module: &Module, path: &'p [String]) -> Option<(Module, &'p [String])> {
    let mut at = match path.first()?.as_str() {
        "crate" => Module::new(),
        "self" => module.clone(),
        "super" => module[..module.len().checked_sub(1)?].to_vec(),
        _ => return None,
    };
    let mut rest = &path[1..];
    while let Some(("super", more)) = rest.split_first().map(|(first, more)| (first.as_str(), more))
    {
        at.pop()?;
        rest = more;
    }
    Some((at, rest))
}

/// The paths of a file's `use` items, one for each name.
pub(super) fn uses(file: &syn::File, which: impl Fn(&ItemUse) -> bool) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    for item in &file.items {
        match item {
            Item::Use(item) if which(item) => flatten(&item.tree, &mut Vec::new(), &mut paths),
            _ => {}
        }
    }
    paths
}

fn flatten(tree: &UseTree, before: &mut Vec<String>, paths: &mut Vec<Vec<String>>) {
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, paths);
            before.pop();
        }
        UseTree::Name(name) if name.ident == "self" => paths.push(before.clone()),
        UseTree::Name(name) => paths.push([before.as_slice(), &[name.ident.to_string()]].concat()),
        UseTree::Rename(rename) => {
            paths.push([before.as_slice(), &[rename.ident.to_string()]].concat());
        }
        UseTree::Glob(_) => paths.push(before.clone()),
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, before, paths)),
    }
}
