//! Insertions into a text, and which mutant each byte of the result belongs to.

use std::ops::Range;

use proc_macro2::Span;

use super::list::Mutant;

/// From lines and columns to bytes.
pub(super) struct Offsets {
    lines: Vec<(usize, String)>,
}

impl Offsets {
    pub(super) fn of(source: &str) -> Self {
        let mut start = 0;
        let lines = source.split_inclusive('\n').map(|line| {
            let at = start;
            start += line.len();
            (at, line.to_owned())
        });
        Offsets { lines: lines.collect() }
    }

    /// Line and column, both from one.
    pub(super) fn place(&self, (line, column): (usize, usize)) -> usize {
        let (start, text) = &self.lines[line - 1];
        start + text.chars().take(column - 1).map(char::len_utf8).sum::<usize>()
    }

    pub(super) fn range(&self, span: Span) -> (usize, usize) {
        let (start, end) = (span.start(), span.end());
        (self.place((start.line, start.column + 1)), self.place((end.line, end.column + 1)))
    }
}

/// Part of what is inserted at one place; some belong to one mutant alone.
pub(super) struct Piece {
    text: String,
    mutant: Option<u32>,
}

impl Piece {
    pub(super) fn plain(text: String) -> Self {
        Piece { text, mutant: None }
    }

    pub(super) fn of(mutant: &Mutant, text: String) -> Self {
        Piece { text, mutant: Some(mutant.id) }
    }
}

#[derive(Default)]
pub(super) struct Pieces {
    edits: Vec<Edit>,
    wraps: usize,
}

struct Edit {
    replaced: Range<usize>,
    /// At one place, what ends a wrap comes before what begins another.
    opens: bool,
    wrap: usize,
    pieces: Vec<Piece>,
}

/// The text with all insertions.
pub(super) struct Written {
    pub(super) text: String,
    /// Bytes that one mutant alone brought.
    exact: Vec<(Range<usize>, u32)>,
    /// Bytes from the first to the last insertion of a wrap, and the mutants in it.
    wraps: Vec<(Range<usize>, Vec<u32>)>,
}

impl Pieces {
    /// A number for insertions that stand or fall together.
    pub(super) fn wrap(&mut self) -> usize {
        self.wraps += 1;
        self.wraps - 1
    }

    pub(super) fn insert(&mut self, at: usize, wrap: usize, pieces: Vec<Piece>) {
        self.edits.push(Edit { replaced: at..at, opens: true, wrap, pieces });
    }

    pub(super) fn insert_after(&mut self, at: usize, wrap: usize, pieces: Vec<Piece>) {
        self.edits.push(Edit { replaced: at..at, opens: false, wrap, pieces });
    }

    pub(super) fn replace(
        &mut self,
        (start, end): (usize, usize),
        wrap: usize,
        pieces: Vec<Piece>,
    ) {
        self.edits.push(Edit { replaced: start..end, opens: true, wrap, pieces });
    }

    pub(super) fn write(mut self, source: &str) -> Written {
        self.edits.sort_by_key(|edit| (edit.replaced.start, edit.opens));
        let mut written = Written {
            text: String::new(),
            exact: Vec::new(),
            wraps: vec![(0..0, Vec::new()); self.wraps],
        };
        let mut copied = 0;
        for edit in &self.edits {
            written.text.push_str(&source[copied..edit.replaced.start]);
            copied = edit.replaced.end;
            written.edit(edit);
        }
        written.text.push_str(&source[copied..]);
        written
    }
}

impl Written {
    fn edit(&mut self, edit: &Edit) {
        let start = self.text.len();
        for piece in &edit.pieces {
            let at = self.text.len();
            self.text.push_str(&piece.text);
            if let Some(mutant) = piece.mutant {
                self.exact.push((at..self.text.len(), mutant));
                self.wraps[edit.wrap].1.push(mutant);
            }
        }
        let range = &mut self.wraps[edit.wrap].0;
        // Edits come in the order of the text.
        let first = if range.end == 0 { start } else { range.start };
        *range = first..self.text.len();
    }

    /// The mutants that are switched.
    pub(super) fn mutants(&self) -> Vec<u32> {
        self.wraps.iter().flat_map(|(_, mutants)| mutants.iter().copied()).collect()
    }

    /// The mutants which something at `place` is to be blamed on: the one that brought it, else those of the narrowest
    /// wrap around it.
    pub(super) fn blamed(&self, place: Range<usize>) -> Vec<u32> {
        let exact = self
            .exact
            .iter()
            .find(|(range, _)| range.start <= place.start && place.end <= range.end);
        if let Some((_, mutant)) = exact {
            return vec![*mutant];
        }
        self.wraps
            .iter()
            .filter(|(range, _)| range.start < place.end && place.start < range.end)
            .min_by_key(|(range, _)| range.end - range.start)
            .map(|(_, mutants)| mutants.clone())
            .unwrap_or_default()
    }
}
