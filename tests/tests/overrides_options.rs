//! What attributes take and what overrides take are the same options.

mod probes;

use std::fs;
use std::path::PathBuf;

use probes::{KINDS, rows};
use resilience::overrides;

/// `(option, whether it is code)`.
fn options(kind: &str) -> Vec<(String, bool)> {
    let rows = rows(kind).into_iter().map(|row| {
        // Whether replicas share a limit decides what it is made of.
        let is_code = !row.is_set || row.kind.starts_with("Callable") || row.option == "shared";
        (row.option, is_code)
    });
    rows.collect()
}

/// What is said about the option with a value that none has.
fn told(kind: &str, option: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{kind}-{option}.toml"));
    fs::write(&path, format!("[{kind}.\"probe\"]\n{option} = 1979-05-27\n")).unwrap();
    let told = overrides::file(&path).check().unwrap_err().to_string();
    fs::remove_file(path).unwrap();
    told
}

#[test]
fn each_option_of_an_attribute_can_be_overridden_or_is_known_to_be_code() {
    let mut seen = 0;
    for kind in KINDS {
        for (option, is_code) in options(kind) {
            let told = told(kind, &option);
            seen += 1;
            if is_code {
                assert!(told.contains("is code; it can only be changed there"), "{kind}: {told}");
            } else {
                let at_value = format!(":2:{}: `{option}`: ", option.len() + 4);
                assert!(told.contains(&at_value), "{kind}: `{option}` is not known: {told}");
            }
        }
    }
    assert!(seen > 45, "the tables were read: {seen}");
}
