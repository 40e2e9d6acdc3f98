//! Mistakes that the compiler reports in an attribute are reported in a file by the same sentences: each literal of
//! `ui/fail` that is wrong by itself, in the place of every option of its type.

mod probes;

use std::fs;
use std::path::PathBuf;

use probes::{KINDS, rows};
use resilience::overrides;

/// Types of options, as the attributes' tables name them, and literals that are none of them.
const WRONG: [(&str, &[&str]); 8] = [
    ("u32", &["retry/attempts_zero", "retry/attempts_in_quotes"]),
    ("Duration", &DURATIONS),
    ("Positive", &["timeout/zero", DURATIONS[0], DURATIONS[1], DURATIONS[2]]),
    ("Ratio", &["circuit_breaker/rate_not_a_number"]),
    ("Factor", &["retry/factor_below_one"]),
    ("Window", &["circuit_breaker/window_of_nothing", "circuit_breaker/window_too_short"]),
    ("Choice<Backoff>", &["retry/backoff_unknown"]),
    (
        "Rate",
        &[
            "rate_limit/rate_is_a_number",
            "rate_limit/rate_of_fractions",
            "rate_limit/rate_with_a_strange_unit",
            "rate_limit/rate_without_a_period",
            "rate_limit/rate_zero",
        ],
    ),
];

const DURATIONS: [&str; 3] =
    ["retry/delay_without_a_unit", "retry/delay_with_a_strange_unit", "timeout/without_a_unit"];

/// A literal, and what the compiler says about it.
struct Mistake {
    literal: String,
    sentence: String,
}

/// The first mistake of a file, read from what the compiler says.
fn mistake(file: &str) -> Mistake {
    let path = format!("{}/ui/fail/{file}", env!("CARGO_MANIFEST_DIR"));
    let read = |end: &str| fs::read_to_string(format!("{path}.{end}")).unwrap();
    let (source, told) = (read("rs"), read("stderr"));
    let mut lines = told.lines();
    let sentence = lines.next().unwrap().strip_prefix("error: ").unwrap().to_owned();
    let place = lines.next().unwrap().split_once(".rs:").unwrap().1;
    let (line, column) = place.split_once(':').unwrap();
    let line = source.lines().nth(line.parse::<usize>().unwrap() - 1).unwrap();
    let rest = &line[column.parse::<usize>().unwrap() - 1..];
    let end = match rest.strip_prefix('"') {
        Some(text) => text.find('"').unwrap() + 2,
        None => rest.find([',', ')']).unwrap(),
    };
    let literal = &rest[..end];
    // A bare word is text in a file.
    let is_word = literal.starts_with(|c: char| c.is_ascii_lowercase());
    let literal = if is_word { format!("\"{literal}\"") } else { literal.to_owned() };
    Mistake { literal, sentence }
}

/// The options of that type that become part of an instance.
fn options_of_type(kind: &str, wanted: &str) -> Vec<String> {
    let fitting = rows(kind).into_iter().filter(|row| row.is_set && row.kind == wanted);
    fitting.map(|row| row.option).collect()
}

#[test]
fn a_literal_that_is_wrong_in_an_attribute_is_wrong_in_a_file_for_the_same_reason() {
    let mut cases = 0;
    for (wanted, files) in WRONG {
        let options =
            KINDS.map(|kind| options_of_type(kind, wanted).into_iter().map(move |it| (kind, it)));
        let options: Vec<_> = options.into_iter().flatten().collect();
        assert!(!options.is_empty(), "no option is of type {wanted}");
        for Mistake { literal, sentence } in files.iter().map(|file| mistake(file)) {
            for (kind, option) in &options {
                let text = format!("[{kind}.\"probe\"]\n{option} = {literal}\n");
                let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("mistake.toml");
                fs::write(&path, text).unwrap();
                let told = overrides::file(&path).check().unwrap_err().to_string();
                let place = format!("mistake.toml:2:{}: ", option.len() + 4);
                let expected = [format!("`{option}`: {sentence}"), sentence.clone()];
                let told = told
                    .split_once(&*place)
                    .unwrap_or_else(|| panic!("{told} is not at {place}"))
                    .1;
                assert!(
                    expected.iter().any(|text| text == told),
                    "{kind}: {told}\nand not {expected:?}"
                );
                cases += 1;
            }
        }
    }
    assert!(cases >= 60, "{cases} cases");
}
