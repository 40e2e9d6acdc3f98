//! Mistakes that the compiler reports in an attribute are reported in a file by the same sentences: every case of
//! `ui/fail` whose attribute can stand in a file is put into one, and its mistake is told there with line and column.

mod probes;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use probes::{KINDS, rows};
use resilience::overrides;

/// A mistake in an attribute, and what the compiler says about it.
#[derive(Debug)]
struct Case {
    /// The ui case, and the line in it.
    #[allow(dead_code, reason = "shown when it fails")]
    source: String,
    kind: &'static str,
    options: Vec<Setting>,
    /// The option that is wrong.
    wrong: usize,
    /// Whether its key is, or its value.
    at_key: bool,
    sentence: String,
}

/// `key = value`, as written; a literal without a key has the option that it stands for.
#[derive(Debug)]
struct Setting {
    key: String,
    value: String,
    /// Where key and value begin, from 1.
    columns: [usize; 2],
}

fn ui(under: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(under).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            ui(&path, found);
        } else if path.extension().is_some_and(|end| end == "stderr") {
            found.push(path);
        }
    }
}

fn cases() -> Vec<Case> {
    let mut files = Vec::new();
    ui(&Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/fail"), &mut files);
    files.sort();
    files.iter().flat_map(|file| of_file(file)).collect()
}

/// `error: SENTENCE`, then ` --> ui/fail/….rs:LINE:COLUMN`.
fn of_file(file: &Path) -> Vec<Case> {
    let (told, source) = (fs::read_to_string(file).unwrap(), file.with_extension("rs"));
    let source = fs::read_to_string(source).unwrap();
    let lines: Vec<_> = told.lines().collect();
    let mistakes = lines.windows(2).filter_map(|pair| {
        let sentence = pair[0].strip_prefix("error: ")?;
        let (_, place) = pair[1].trim().strip_prefix("--> ")?.split_once(".rs:")?;
        let (line, column) = place.split_once(':')?;
        let (line, column) = (line.parse::<usize>().ok()?, column.parse::<usize>().ok()?);
        let name = format!("{}:{line}", file.file_stem().unwrap().display());
        case(name, source.lines().nth(line - 1)?, column, sentence)
    });
    mistakes.collect()
}

/// Nothing where the attribute, or the mistake, is none that a file can hold.
fn case(source: String, line: &str, column: usize, sentence: &str) -> Option<Case> {
    let opening = line[..column - 1].rfind('(')?;
    let before = line[..opening].rsplit(|c: char| !c.is_alphanumeric() && c != '_').next()?;
    let kind = KINDS.into_iter().find(|kind| *kind == before)?;
    let end = opening + 1 + line[opening + 1..].find(')').unwrap_or(line.len() - opening - 1);
    let options = options(kind, &line[opening + 1..end], opening + 2);
    let wrong = options.iter().position(|option| option.columns.contains(&column))?;
    let at_key = options[wrong].columns[0] == column && options[wrong].columns[1] != column;
    Some(Case { source, kind, options, wrong, at_key, sentence: sentence.to_owned() })
}

fn options(kind: &str, text: &str, mut column: usize) -> Vec<Setting> {
    let mut options = Vec::new();
    for part in text.split(',') {
        let start = column + (part.len() - part.trim_start().len());
        column += part.len() + 1;
        let option = match (part.split_once(" = "), kind) {
            (Some((key, value)), _) => {
                setting(key.trim(), value, start, start + key.trim().len() + 3)
            }
            (None, "rate_limit") => setting("rate", part, start, start),
            (None, "timeout" | "hedge") => setting("after", part, start, start),
            (None, _) if part.trim() == "adaptive" => setting("adaptive", "true", start, start),
            (None, _) => continue,
        };
        // Without a key, a word is a flag; what a policy is called, and what its key is, is no matter of a file.
        let is_bare = option.columns[0] == option.columns[1];
        let is_flag = is_bare && is_word(&option.value) && option.key != "adaptive";
        if is_literal(&option.value) && !is_flag && !matches!(&*option.key, "name" | "key") {
            options.push(option);
        }
    }
    options
}

fn setting(key: &str, value: &str, key_at: usize, value_at: usize) -> Setting {
    Setting { key: key.into(), value: value.trim().into(), columns: [key_at, value_at] }
}

fn is_word(value: &str) -> bool {
    !value.is_empty() && value.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

/// Text, a number, a flag, or a bare word: text in a file.
fn is_literal(value: &str) -> bool {
    let is_text = value.len() > 1 && value.starts_with('"') && value.ends_with('"');
    let digits = value.strip_prefix('-').unwrap_or(value);
    is_text || digits.starts_with(|c: char| c.is_ascii_digit()) || is_word(value)
}

impl Case {
    /// Why the mistake is none in a file; every other case must be told there.
    fn is_one_of_code_alone(&self) -> bool {
        let Setting { key, value, .. } = &self.options[self.wrong];
        // Code, names and keys: a file has none of them.
        let code = ["name", "key", "max_keys", "cost", "priority", "rejection", "only", "except"];
        let code = code.contains(&key.as_str()) || key.starts_with("when_");
        // Words are quoted in a file, a function may be synchronous, an option may stand once, and a limit is shared by
        // its attribute.
        let said = [
            "bare word",
            "synchronous",
            "is given",
            "belongs to the instance",
            "add `shared`",
            "becomes part of a `static`",
            "in a declared",
            "this limit of",
            "this inner limit",
            "needs a value",
            // An option may be set ahead of the flag that it is for.
            "needs `adaptive`",
            // A file is told all three bounds of an adaptive limit in one sentence, as a config is.
            "the limit begins at",
            "this minimum is above",
        ];
        code || value.is_empty() || said.iter().any(|said| self.sentence.contains(said))
    }

    /// The attribute as a file, a line for each option.
    fn text(&self) -> String {
        let mut text = format!("[{}.\"probe\"]\n", self.kind);
        for Setting { key, value, .. } in &self.options {
            let is_word = is_word(value) && !matches!(&**value, "true" | "false");
            let value = if is_word { format!("\"{value}\"") } else { value.clone() };
            let _ = writeln!(text, "{key} = {value}");
        }
        text
    }

    fn check(&self) {
        static TURN: Mutex<()> = Mutex::new(());
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("mistake.toml");
        fs::write(&path, self.text()).unwrap();
        let key = &self.options[self.wrong].key;
        let Err(told) = overrides::file(&path).check() else { panic!("{self:?} is accepted") };
        // What options say against each other is told at a key.
        let at_key = self.at_key || self.sentence.contains("18 years");
        let column = if at_key { 1 } else { key.len() + 4 };
        let place = format!("mistake.toml:{}:{column}", self.wrong + 2);
        // What is valid besides differs: code, or modes.
        let upto = |text: &str| text.split(" (valid:").next().unwrap().to_owned();
        let expected = [upto(&self.sentence), upto(&format!("`{key}`: {}", self.sentence))];
        let is_told = told.iter().any(|problem| {
            problem.place().is_some_and(|it| it.ends_with(&place))
                && expected.contains(&upto(problem.text()))
        });
        assert!(is_told, "{self:?}\nat {place}: {expected:?}, and not\n{told}");
    }
}

#[test]
fn mistakes_of_the_compiler_are_mistakes_of_a_file() {
    let cases: Vec<_> = cases().into_iter().filter(|case| !case.is_one_of_code_alone()).collect();
    cases.iter().for_each(Case::check);
    assert!(cases.len() >= 60, "{} cases", cases.len());
}

/// The kinds of literals, in the place of every option of their type.
#[test]
fn a_literal_that_is_wrong_for_one_option_is_wrong_for_all_of_its_type() {
    let wrong = [
        ("u32", "attempts", "0"),
        ("Duration", "delay", "50"),
        ("Positive", "every", "\"0s\""),
        ("Ratio", "failure_rate", "\"half\""),
        ("Rate", "rate", "\"100\""),
    ];
    let all = cases();
    for (wanted, option, literal) in wrong {
        let is_it = |case: &&Case| {
            let Setting { key, value, .. } = &case.options[case.wrong];
            (&**key, &**value, case.at_key) == (option, literal, false)
        };
        let case = all.iter().find(is_it).unwrap_or_else(|| panic!("no case of {literal}"));
        let sentence = &case.sentence;
        for kind in KINDS {
            for row in rows(kind).into_iter().filter(|row| row.is_set && row.kind == wanted) {
                let option = Setting { key: row.option, value: literal.into(), columns: [0, 1] };
                let (source, options, sentence) = (String::new(), vec![option], sentence.clone());
                Case { source, kind, options, wrong: 0, at_key: false, sentence }.check();
            }
        }
    }
}
