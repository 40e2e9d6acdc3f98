//! Overrides as TOML text: `[kind."name or pattern"]`, an option a line.

use std::iter;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::leaf::{Kinds, Leaf, Places, Source, kind, unknown_kind};
use super::pattern::Selector;
use crate::grammar::Literal;
use crate::problem::Problem;

/// A text, and how to speak of places in it.
#[derive(Clone, Copy)]
struct Text<'t> {
    label: &'t str,
    written: &'t str,
    /// Where each line begins.
    lines: &'t [usize],
    source: Source,
}

/// Reads a file's text. `label` stands before line and column.
pub(super) fn file(label: &str, text: &str) -> Result<Vec<Leaf>, Vec<Problem>> {
    let lines = &begins(text);
    Text { label, written: text, lines, source: Source::File }.leaves(text)
}

/// Reads the same on one line, where `;` ends a line, too.
pub(super) fn inline(label: &str, text: &str) -> Result<Vec<Leaf>, Vec<Problem>> {
    let begins = &begins(text);
    Text { label, written: text, lines: begins, source: Source::Inline }.leaves(&lines(text))
}

/// Where the lines of a text begin.
fn begins(text: &str) -> Vec<usize> {
    let ends = text.match_indices('\n').map(|(end, _)| end + 1);
    iter::once(0).chain(ends).collect()
}

/// A value that stands alone, as in a variable; text needs no quotes there.
pub(super) fn bare(text: &str) -> Literal {
    match DeValue::parse(text) {
        Ok(parsed) => match value(parsed.get_ref()) {
            Literal::Other => Literal::Text(text.into()),
            value => value,
        },
        Err(_) => Literal::Text(text.into()),
    }
}

/// Line ends in the place of semicolons outside of quotes: every byte keeps its place.
fn lines(text: &str) -> String {
    let mut quote = None;
    let ends = |c: char| match (c, quote) {
        (';', None) => '\n',
        ('"' | '\'', None) => {
            quote = Some(c);
            c
        }
        (_, Some(open)) if open == c => {
            quote = None;
            c
        }
        _ => c,
    };
    text.chars().map(ends).collect()
}

impl Text<'_> {
    fn leaves(self, toml: &str) -> Result<Vec<Leaf>, Vec<Problem>> {
        let document = DeTable::parse(toml).map_err(|error| {
            vec![Problem::at(
                self.place(error.span().unwrap_or_default()),
                first_line(error.message()),
            )]
        })?;
        let (mut leaves, mut problems) = (Vec::new(), Vec::new());
        for (word, policies) in document.get_ref() {
            match self.kinds(word) {
                Ok(kinds) => self.policies(kinds, word, policies, &mut leaves, &mut problems),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() { Ok(leaves) } else { Err(problems) }
    }

    fn kinds<S: AsRef<str>>(self, word: &Spanned<S>) -> Result<Kinds, Problem> {
        match word.get_ref().as_ref() {
            "*" => Ok(Kinds::All),
            text => match kind(text) {
                Some(kind) => Ok(Kinds::One(kind)),
                None => Err(Problem::at(self.place(word.span()), unknown_kind(text))),
            },
        }
    }

    fn policies<S: AsRef<str>>(
        self,
        kinds: Kinds,
        word: &Spanned<S>,
        policies: &Spanned<DeValue<'_>>,
        leaves: &mut Vec<Leaf>,
        problems: &mut Vec<Problem>,
    ) {
        let DeValue::Table(policies) = policies.get_ref() else {
            return problems
                .push(Problem::at(self.place(word.span()), nameless(word.get_ref().as_ref())));
        };
        for (name, options) in policies {
            let DeValue::Table(options) = options.get_ref() else {
                problems.push(Problem::at(
                    self.place(name.span()),
                    no_table(word.get_ref().as_ref(), name.get_ref()),
                ));
                continue;
            };
            for (option, value) in options {
                leaves.push(self.leaf(kinds, name, option, value));
            }
        }
    }

    fn leaf<S: AsRef<str>>(
        self,
        kind: Kinds,
        name: &Spanned<S>,
        option: &Spanned<S>,
        written: &Spanned<DeValue<'_>>,
    ) -> Leaf {
        Leaf {
            kind,
            selector: Selector::new(name.get_ref().as_ref()),
            option: option.get_ref().as_ref().into(),
            value: value(written.get_ref()),
            source: self.source,
            places: Places {
                selector: self.place(name.span()),
                option: self.place(option.span()),
                value: self.place(written.span()),
            },
        }
    }

    /// `label:line:column`, both from 1, columns in characters.
    fn place(self, span: Range<usize>) -> String {
        let at = if self.written.is_char_boundary(span.start) { span.start } else { 0 };
        let line = self.lines.partition_point(|begin| *begin <= at);
        let column = self.written[self.lines[line - 1]..at].chars().count() + 1;
        format!("{}:{line}:{column}", self.label)
    }
}

fn value(written: &DeValue<'_>) -> Literal {
    match written {
        DeValue::String(text) => Literal::Text(text.clone().into_owned()),
        DeValue::Integer(integer) => decimal(integer.as_str(), integer.radix()),
        DeValue::Float(float) => Literal::Float(float.as_str().into()),
        DeValue::Boolean(flag) => Literal::Flag(*flag),
        DeValue::Array(values) => {
            Literal::List(values.iter().map(|element| value(element.get_ref())).collect())
        }
        DeValue::Datetime(_) | DeValue::Table(_) => Literal::Other,
    }
}

/// What doesn't even fit this is too large for every option; its digits are shown as they are.
fn decimal(digits: &str, radix: u32) -> Literal {
    let number = i128::from_str_radix(digits, radix);
    Literal::Integer(number.map_or_else(|_| digits.into(), |number| number.to_string()))
}

fn nameless(kind: &str) -> String {
    format!("a policy's name is missing: write `[{kind}.\"NAME\"]`")
}

fn no_table(kind: &str, name: &str) -> String {
    format!("`{name}` is the name of a policy here: its options belong under `[{kind}.\"{name}\"]`")
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::PolicyKind;

    #[test]
    fn each_leaf_knows_where_it_was_written() {
        let text = "# limits\n[circuit_breaker.\"payments\"]\nfailure_rate = \"25%\"\n\n[retry.\"shop::*\"]\nattempts = 1\n";
        let mut leaves = file("resilience.toml", text).unwrap();
        leaves.sort_by(|a, b| a.option.cmp(&b.option));
        let [attempts, rate] = &leaves[..] else { panic!("{leaves:?}") };
        assert_eq!(rate.kind, Kinds::One(PolicyKind::CircuitBreaker));
        assert_eq!(rate.places.selector, "resilience.toml:2:18");
        assert_eq!(rate.places.option, "resilience.toml:3:1");
        assert_eq!(rate.places.value, "resilience.toml:3:16");
        assert_eq!(rate.value, Literal::Text("25%".into()));
        assert_eq!(attempts.selector, Selector::new("shop::*"));
        assert_eq!(attempts.value, Literal::Integer("1".into()));
    }

    #[test]
    fn a_semicolon_ends_a_line_outside_of_quotes() {
        let text = "retry.payments.attempts=1;rate_limit.\"a;b\".mode=\"off\"";
        let mut leaves = inline("RESILIENCE_OVERRIDES", text).unwrap();
        leaves.sort_by(|a, b| a.option.cmp(&b.option));
        assert_eq!(leaves[0].places.value, "RESILIENCE_OVERRIDES:1:25");
        assert_eq!(leaves[1].selector, Selector::new("a;b"));
        assert_eq!(leaves[1].source, Source::Inline);
    }

    #[test]
    fn what_is_no_override_is_told_with_its_place() {
        let told =
            |text| file("f", text).unwrap_err().iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            told("[retries.\"a\"]\nattempts = 1"),
            [
                "f:1:2: unknown kind of policy `retries`; did you mean `retry`? (valid: circuit_breaker, retry, timeout, \
              bulkhead, rate_limit, hedge, health_check)"
            ]
        );
        assert_eq!(
            told("[retry]\nattempts = 1"),
            [
                "f:2:1: `attempts` is the name of a policy here: its options belong under `[retry.\"attempts\"]`"
            ]
        );
        assert_eq!(
            told("retry = 1"),
            ["f:1:1: a policy's name is missing: write `[retry.\"NAME\"]`"]
        );
        assert!(told("[retry.\"a\"\n")[0].starts_with("f:1:"));
        assert!(told("[fallback.\"a\"]\nx = 1")[0].contains("a fallback has no options"));
    }

    #[test]
    fn text_needs_no_quotes_where_it_stands_alone() {
        assert_eq!(bare("250ms"), Literal::Text("250ms".into()));
        assert_eq!(bare("\"250ms\""), Literal::Text("250ms".into()));
        assert_eq!(bare("1_000"), Literal::Integer("1000".into()));
        assert_eq!(bare("0.5"), Literal::Float("0.5".into()));
        assert_eq!(bare("true"), Literal::Flag(true));
        assert_eq!(bare("100/s"), Literal::Text("100/s".into()));
    }

    #[test]
    fn a_mistake_is_told_in_one_line() {
        assert_eq!(first_line("unclosed table\n1 | [a\n"), "unclosed table");
    }
}
