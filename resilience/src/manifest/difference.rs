//! Two texts compared line by line.

use std::fmt::Write;

use similar::{ChangeTag, TextDiff};

/// Enough to see which function a line belongs to, below a stack of ten policies.
const LINES_AROUND: usize = 14;

/// The lines that differ, with some around them.
pub(super) fn of(before: &str, now: &str) -> String {
    let difference = TextDiff::from_lines(before, now);
    let mut shown = String::new();
    for (i, group) in difference.grouped_ops(LINES_AROUND).iter().enumerate() {
        if i > 0 {
            shown.push_str("  …\n");
        }
        for change in group.iter().flat_map(|op| difference.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            let line = format!("{sign} {}", change.value().trim_end());
            // A `String` takes everything.
            let _ = writeln!(shown, "{}", line.trim_end());
        }
    }
    shown
}
