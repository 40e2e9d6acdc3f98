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

/// Edits (insertions, deletions, replacements) between two words.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in to.chars().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[row.len() - 1]
}

/// "`a`, `b` and `c`".
#[cfg(feature = "overrides")]
pub(crate) fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

#[cfg(all(test, feature = "overrides"))]
mod tests {
    use super::*;

    #[test]
    fn finds_the_word_that_was_meant() {
        let options = ["attempts", "delay", "max_delay"];
        assert_eq!(nearest("atempts", options), Some("attempts"));
        assert_eq!(nearest("delay_ms", options), Some("delay"));
        assert_eq!(nearest("window", options), None);
        assert_eq!(listed(&options), "`attempts`, `delay` and `max_delay`");
    }
}
