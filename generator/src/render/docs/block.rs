//! Writes blocks of Markdown, line by line.

use super::builder::alignment;
use super::clean::{is_invisible, without_indent_of_all};
use super::inline::{self, Context, FIXED_SPACE, LINE_BREAK};
use super::tree::{Alignment, Block, Inline, Table};

/// The narrowest that lists in lists get.
const MIN_WIDTH: usize = 2 * super::paragraph::MAX_WORD + 1;

/// The lines of blocks below each other, with empty ones between.
pub(super) fn lines(blocks: &[Block], width: usize) -> Vec<String> {
    join(blocks, width, true)
}

/// The words of a line up to a length.
pub(super) fn single_line(text: &str, max_length: usize) -> String {
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if line.is_empty() {
            line = without_block_marker(word);
            continue;
        }
        if line.chars().count() + word.chars().count() > max_length {
            line.push_str(" …");
            break;
        }
        line.push(' ');
        line.push_str(word);
    }
    line.replace(FIXED_SPACE, " ")
}

fn join(blocks: &[Block], width: usize, is_loose: bool) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut markers = Markers::default();
    for block in blocks {
        markers = markers.after(block);
        let block = block_lines(block, width, markers);
        if block.is_empty() {
            continue;
        }
        if is_loose && !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(block);
    }
    lines
}

/// The list markers in use, which change so that lists next to each other stay apart.
#[derive(Clone, Copy, Debug, Default)]
struct Markers {
    last: Option<bool>,
    is_other: bool,
}

impl Markers {
    fn after(self, block: &Block) -> Self {
        let Block::List { start, .. } = block else {
            return Self::default();
        };
        let is_ordered = start.is_some();
        Self {
            last: Some(is_ordered),
            is_other: self.last == Some(is_ordered) && !self.is_other,
        }
    }

    fn bullet(self) -> &'static str {
        if self.is_other { "* " } else { "- " }
    }

    fn numbered(self, number: u64) -> String {
        let sign = if self.is_other { ')' } else { '.' };
        format!("{number}{sign} ")
    }
}

fn block_lines(block: &Block, width: usize, markers: Markers) -> Vec<String> {
    match block {
        Block::Paragraph(text) => paragraph(text, width),
        Block::Heading(text) => heading(text, width),
        Block::Code { language, text } => code(language, text),
        Block::List { start, items } => list(*start, items, width, markers),
        Block::Quote(blocks) => {
            let width = width.saturating_sub(2).max(MIN_WIDTH);
            prefixed(lines(blocks, width), "> ", "> ")
        }
        Block::Table(content) => table(content),
        Block::Rule => vec!["___".to_owned()],
    }
}

fn paragraph(text: &[Inline], width: usize) -> Vec<String> {
    wrapped(&inline::write_line(text, Context::default()), width)
}

/// A bold line: headings of a description would compete with those of the page.
fn heading(text: &[Inline], width: usize) -> Vec<String> {
    let context = Context {
        is_heading: true,
        ..Context::default()
    };
    let title = inline::write_line(text, context);
    if title.is_empty() {
        return Vec::new();
    }
    wrapped(&format!("**{title}**"), width)
}

/// A code block with a language that is not Rust, so that it is neither compiled nor run.
fn code(language: &str, text: &str) -> Vec<String> {
    let visible = text.replace(|character| character != '\n' && is_invisible(character), "");
    let visible = without_indent_of_all(&visible);
    let lines: Vec<&str> = visible.lines().map(str::trim_end).collect();
    let is_written = |line: &str| !line.is_empty();
    let Some(first) = lines.iter().position(|line| is_written(line)) else {
        return Vec::new();
    };
    let last = lines.iter().rposition(|line| is_written(line));
    let lines = &lines[first..=last.unwrap_or(first)];
    let ticks = lines.iter().map(|line| {
        let ticks = line.trim_start().bytes().take_while(|byte| *byte == b'`');
        ticks.count() + 1
    });
    let fence = "`".repeat(ticks.max().unwrap_or(0).max(3));
    let language = if language.is_empty() {
        "text"
    } else {
        language
    };
    let mut block = vec![format!("{fence}{language}")];
    block.extend(lines.iter().map(|line| (*line).to_owned()));
    block.push(fence);
    block
}

fn list(start: Option<u64>, items: &[Vec<Block>], width: usize, markers: Markers) -> Vec<String> {
    /// The most that CommonMark takes for a number.
    const MAX_NUMBER: u64 = 999_999_999;
    let last = start.unwrap_or(0).saturating_add(items.len() as u64);
    let mut number = if last > MAX_NUMBER { Some(1) } else { start };
    let is_loose = !items.iter().all(|item| is_tight(item));
    let mut lines: Vec<String> = Vec::new();
    for item in items {
        let marker = number.map_or_else(|| markers.bullet().to_owned(), |n| markers.numbered(n));
        let width = width.saturating_sub(marker.len()).max(MIN_WIDTH);
        let content = join(item, width, is_loose);
        if content.is_empty() {
            continue;
        }
        if is_loose && !lines.is_empty() {
            lines.push(String::new());
        }
        let indent = " ".repeat(marker.len());
        lines.extend(prefixed(content, &marker, &indent));
        number = number.map(|number| number + 1);
    }
    lines
}

/// Whether an item needs no empty lines: it is one block, or a paragraph with what may follow
/// one directly.
fn is_tight(item: &[Block]) -> bool {
    let Some((first, rest)) = item.split_first() else {
        return true;
    };
    let may_follow = |block: &Block| match block {
        Block::List { start, .. } => start.is_none_or(|start| start == 1),
        Block::Code { .. } => true,
        _ => false,
    };
    rest.is_empty() || (matches!(first, Block::Paragraph(_)) && rest.iter().all(may_follow))
}

fn table(table: &Table) -> Vec<String> {
    let columns = table.rows.iter().map(Vec::len).max().unwrap_or(0);
    let context = Context {
        is_cell: true,
        ..Context::default()
    };
    let cell = |row: &[Vec<Inline>], column: usize| -> String {
        let text = row
            .get(column)
            .map(|cell| inline::write_line(cell, context));
        text.unwrap_or_default().replace(FIXED_SPACE, " ")
    };
    let mut lines = Vec::new();
    for (position, row) in table.rows.iter().enumerate() {
        let cells: Vec<String> = (0..columns).map(|column| cell(row, column)).collect();
        if position == 0 {
            let rules: Vec<&str> = (0..columns).map(|column| rule(table, column)).collect();
            lines.push(format!("| {} |", cells.join(" | ")));
            lines.push(format!("| {} |", rules.join(" | ")));
        } else {
            lines.push(format!("| {} |", cells.join(" | ")));
        }
    }
    lines
}

fn rule(table: &Table, column: usize) -> &'static str {
    match alignment(table, column) {
        Alignment::None => "---",
        Alignment::Left => ":---",
        Alignment::Center => ":---:",
        Alignment::Right => "---:",
    }
}

fn prefixed(lines: Vec<String>, first: &str, others: &str) -> Vec<String> {
    let mut prefix = first;
    let mut prefixed = Vec::with_capacity(lines.len());
    for line in lines {
        let line = format!("{prefix}{line}");
        prefixed.push(line.trim_end().to_owned());
        prefix = others;
    }
    prefixed
}

/// Breaks a paragraph into lines, only before words that mean nothing at the beginning of one.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let parts: Vec<&str> = text.split(LINE_BREAK).map(str::trim).collect();
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    for (position, part) in parts.iter().enumerate() {
        wrap(part, width, &mut lines);
        if position + 1 < parts.len()
            && let Some(last) = lines.last_mut()
        {
            last.push('\\');
        }
    }
    for line in &mut lines {
        if line.contains(FIXED_SPACE) {
            *line = line.replace(FIXED_SPACE, " ");
        }
    }
    lines
}

fn wrap(text: &str, width: usize, lines: &mut Vec<String>) {
    let mut line = String::new();
    let mut length = 0;
    for word in text.split(' ') {
        let word_length = word.chars().count();
        if line.is_empty() {
            line = without_block_marker(word);
            length = word_length;
        } else if length + 1 + word_length > width && block_marker(word).is_none() {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
            length = word_length;
        } else {
            line.push(' ');
            line.push_str(word);
            length += 1 + word_length;
        }
    }
    lines.push(line);
}

/// A word such that it does not begin a block at the beginning of a line.
fn without_block_marker(word: &str) -> String {
    match block_marker(word) {
        Some(position) => format!("{}\\{}", &word[..position], &word[position..]),
        None => word.to_owned(),
    }
}

/// Where to escape a word that would begin a block at the beginning of a line.
fn block_marker(word: &str) -> Option<usize> {
    let consists_of = |characters: &[u8]| word.bytes().all(|byte| characters.contains(&byte));
    match word.bytes().next()? {
        b'>' | b'=' | b'|' => Some(0),
        b'#' if consists_of(b"#") => Some(0),
        b'+' if word.len() == 1 => Some(0),
        b'-' | b':' if consists_of(b"-:|") => Some(0),
        b'0'..=b'9' => {
            let last = word.len() - 1;
            let is_number = word[..last].bytes().all(|byte| byte.is_ascii_digit());
            (is_number && word.ends_with(['.', ')'])).then_some(last)
        }
        _ => None,
    }
}
