//! What is written as text, laid out in lines of [`WIDTH`] columns, as a person would break them.

use std::fmt::Write as _;

/// The columns that a line of code may take.
pub(super) const WIDTH: usize = 100;

/// A receiver and the calls on it: on one line where that fits behind `indent` columns and before `after` more,
/// otherwise a call a line.
pub(super) fn chain(receiver: &str, calls: &[String], indent: usize, after: usize) -> String {
    let line = format!("{receiver}{}", calls.concat());
    if indent + columns(&line) + after <= WIDTH && !line.contains('\n') {
        return line;
    }
    let mut lines = receiver.to_owned();
    let margin = " ".repeat(indent + 4);
    for call in calls {
        for line in call.lines() {
            _ = write!(lines, "\n{margin}{line}");
        }
    }
    lines
}

/// Writes a list over as many lines as it needs, each item with a comma behind it.
pub(super) fn wrapped<S: AsRef<str>>(
    out: &mut String,
    indent: &str,
    items: impl IntoIterator<Item = S>,
) {
    let mut column = 0;
    for item in items {
        let item = item.as_ref();
        let width = columns(item) + 1;
        if column > 0 && column + 1 + width > WIDTH {
            out.push('\n');
            column = 0;
        }
        match column {
            0 => {
                out.push_str(indent);
                column = indent.len();
            }
            _ => {
                out.push(' ');
                column += 1;
            }
        }
        out.push_str(item);
        out.push(',');
        column += width;
    }
    if column > 0 {
        out.push('\n');
    }
}

/// The columns of a text of one line; characters are taken to be equally wide.
fn columns(text: &str) -> usize {
    match text.is_ascii() {
        true => text.len(),
        false => text.chars().count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_chains_that_are_too_long() {
        let calls = [".one(1)".to_owned(), ".two(2)".to_owned()];
        assert_eq!(chain("start()", &calls, 8, 1), "start().one(1).two(2)");
        let margin = " ".repeat(84);
        assert_eq!(
            chain("start()", &calls, 80, 0),
            format!("start()\n{margin}.one(1)\n{margin}.two(2)")
        );
    }

    #[test]
    fn fills_lines() {
        let mut out = String::new();
        let item = "x".repeat(45);
        wrapped(&mut out, "  ", [&item, &item, &item]);
        assert_eq!(out, format!("  {item}, {item},\n  {item},\n"));
        out.clear();
        wrapped::<&str>(&mut out, "  ", []);
        assert_eq!(out, "");
    }
}
