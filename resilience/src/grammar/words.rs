//! Words that were probably meant, and lists of words.

/// The candidate that `word` was probably meant to be.
pub(crate) fn nearest<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let allowed = (word.chars().count() / 3).max(1);
    let measured = candidates.into_iter().map(|candidate| (distance(word, candidate), candidate));
    let near = measured
        .filter(|(distance, candidate)| *distance <= allowed || abbreviates(word, candidate));
    near.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// `timeout_ms` for `timeout`, `max` for `max_delay`: one is the beginning of the other.
fn abbreviates(word: &str, candidate: &str) -> bool {
    let short = word.len().min(candidate.len());
    short >= 3 && (candidate.starts_with(word) || word.starts_with(candidate))
}

/// Edits (insertions, deletions, replacements, neighbours exchanged) between two words.
fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=to.len()).collect()];
    for i in 1..=from.len() {
        let mut row = vec![i];
        for j in 1..=to.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(from[i - 1] != to[j - 1]);
            let mut edits = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                edits = edits.min(rows[i - 2][j - 2] + 1);
            }
            row.push(edits);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

/// "`a`, `b` and `c`".
pub(crate) fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

/// What to say about an option that a policy of that noun does not have.
pub(crate) fn unknown_option(option: &str, noun: &str, valid: &[&str]) -> String {
    let meant = nearest(option, valid.iter().copied());
    let meant = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
    format!("unknown option `{option}` of a {noun}{meant} (valid: {})", valid.join(", "))
}

/// What to say about a word that is none of those.
pub(crate) fn unknown_word(word: &str, words: &[&str]) -> String {
    match nearest(word, words.iter().copied()) {
        Some(meant) => {
            format!("unknown word `{word}`: did you mean `{meant}`? It is one of {}", listed(words))
        }
        None => format!("unknown word `{word}`: it is one of {}", listed(words)),
    }
}

/// What to say about a value that is no word at all.
pub(crate) fn not_a_word(words: &[&str]) -> String {
    format!("this is one of the words {}", listed(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_word_that_was_meant() {
        let options = ["attempts", "delay", "max_delay", "when_err"];
        assert_eq!(nearest("atempts", options), Some("attempts"));
        assert_eq!(nearest("delay_ms", options), Some("delay"));
        assert_eq!(nearest("when_error", options), Some("when_err"));
        assert_eq!(nearest("window", options), None);
        assert_eq!(nearest("atmpts", options), Some("attempts"));
        assert_eq!(nearest("atmps", options), None);
    }

    #[test]
    fn counts_edits() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("raed", "read"), 1);
        assert_eq!(distance("abcdef", "abdcfe"), 2);
        assert_eq!(distance("abc", "cab"), 2);
        assert_eq!(distance("ab", "ba"), 1);
    }

    #[test]
    fn lists_words_as_prose() {
        assert_eq!(listed(&[]), "");
        assert_eq!(listed(&["a"]), "`a`");
        assert_eq!(listed(&["a", "b", "c"]), "`a`, `b` and `c`");
    }

    #[test]
    fn names_what_is_valid() {
        assert_eq!(
            unknown_option("atempts", "retry", &["attempts", "delay"]),
            "unknown option `atempts` of a retry; did you mean `attempts`? (valid: attempts, delay)"
        );
        assert_eq!(
            unknown_word("x", &["full", "none"]),
            "unknown word `x`: it is one of `full` and `none`"
        );
        assert_eq!(not_a_word(&["full", "none"]), "this is one of the words `full` and `none`");
    }
}
