//! What the attributes themselves say of mistakes, compared with the texts that `tests/ui` expects of the compiler.
//!
//! The compiler's own part, and where it points, take minutes to ask for: `cargo x test` does. This asks the attributes
//! alone, in milliseconds, so that a text that was changed in one place only is noticed at once.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::LitStr;

use super::tokens;
use crate::item::stack::expand;
use crate::policies::{is_ours, named};
use crate::source::attributes::{MetaForm, split};

/// Cases in which the compiler itself speaks, or another macro expands first.
const WITH_OTHERS: [&str; 7] = [
    "blocks/misspelt_option",
    "blocks/skip_on_the_block",
    "placement/below_tokio_main",
    "placement/under_another_name",
    "placement/under_another_name_in_async_trait",
    "results/classify_derived",
    "signatures/unused_argument",
];

#[test]
fn messages_are_those_that_the_compiler_is_expected_to_show() {
    let mut problems = Vec::new();
    for case in cases() {
        let source = fs::read_to_string(&case).unwrap();
        let expected = fs::read_to_string(case.with_extension("stderr")).unwrap();
        let mut found = Vec::new();
        messages(tokens(&source), &mut found);
        let said: Vec<_> = found.iter().filter_map(|message| message.lines().next()).collect();
        let shown: Vec<_> =
            expected.lines().filter_map(|line| line.strip_prefix("error: ")).collect();
        let case = case.display().to_string();
        let unexpected = said.iter().filter(|line| !shown.contains(line));
        problems.extend(unexpected.map(|line| format!("{case}: in no expected text: {line}")));
        let is_alone = !WITH_OTHERS.iter().any(|name| case.ends_with(&format!("/{name}.rs")));
        let missing = shown.iter().filter(|line| is_alone && !said.contains(line));
        problems.extend(missing.map(|line| format!("{case}: not said: {line}")));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/ui/fail");
    let entries = |folder: &Path| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries(&folder).flat_map(|attribute| entries(&attribute).collect::<Vec<_>>());
    files.filter(|file| file.extension().is_some_and(|extension| extension == "rs")).collect()
}

/// What the expansions of every item under an attribute of ours say, wherever it stands.
fn messages(source: TokenStream, found: &mut Vec<String>) {
    let source: Vec<TokenTree> = source.into_iter().collect();
    let mut at = 0;
    while at < source.len() {
        if let Some(expansion) = expansion(&source[at..]) {
            errors(expansion, found);
            at += length(&source[at..]);
            continue;
        }
        if let TokenTree::Group(group) = &source[at] {
            messages(group.stream(), found);
        }
        at += 1;
    }
}

/// Expands the item that begins here, if its first attribute is one of ours.
fn expansion(source: &[TokenTree]) -> Option<TokenStream> {
    let [TokenTree::Punct(mark), TokenTree::Group(_), ..] = source else { return None };
    if mark.as_char() != '#' {
        return None;
    }
    let item = source[..length(source)].to_vec();
    let (mut attributes, rest) = split(item, &TokenStream::new(), is_ours);
    if !attributes.first()?.is_ours {
        return None;
    }
    let first = attributes.remove(0);
    let arguments = match first.form {
        MetaForm::List(list) => list,
        _ => TokenStream::new(),
    };
    let below = attributes.into_iter().map(|attribute| attribute.tokens);
    let item = below.chain([rest.into_iter().collect::<TokenStream>()]).collect();
    Some(expand(named(first.segments.last()?)?, arguments, item))
}

/// An item ends with its block, or a semicolon.
fn length(item: &[TokenTree]) -> usize {
    let is_end = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(mark) => mark.as_char() == ';',
        _ => false,
    };
    item.iter().position(is_end).map_or(item.len(), |end| end + 1)
}

/// The texts of every `compile_error!`.
fn errors(expansion: TokenStream, found: &mut Vec<String>) {
    let mut is_error = false;
    for token in expansion {
        match token {
            TokenTree::Group(group) if is_error => {
                found.extend(syn::parse2::<LitStr>(group.stream()).map(|text| text.value()));
                is_error = false;
            }
            TokenTree::Group(group) => errors(group.stream(), found),
            TokenTree::Ident(word) => is_error = word == "compile_error",
            _ => {}
        }
    }
}
