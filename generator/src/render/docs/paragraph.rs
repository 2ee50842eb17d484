//! What a paragraph consists of where its writer did not know Markdown.

use super::inline;
use super::tree::{Block, Cell, Inline};

/// How many single words below each other make a list.
const LIST_LINES: usize = 3;

/// The longest word of such a list. Two of them fit on any line, so that lines we broke ourselves
/// are never taken for a list.
pub(super) const MAX_WORD: usize = 40;

/// Splits a paragraph where two lines were left between its parts, and makes a list of words
/// that were written below each other, as portals list the values of a field.
pub(super) fn split(inlines: Vec<Inline>) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut paragraph = Vec::new();
    for part in at_empty_lines(inlines) {
        let lines = lines(part);
        let mut lines = lines.into_iter().peekable();
        while lines.peek().is_some() {
            let mut words = Vec::new();
            while let Some(line) = lines.next_if(is_word) {
                words.push(line);
            }
            if words.len() >= LIST_LINES {
                end_paragraph(&mut blocks, &mut paragraph);
                blocks.push(list(words));
            } else {
                words
                    .into_iter()
                    .for_each(|line| paragraph.extend(line.inlines));
            }
            while let Some(line) = lines.next_if(|line| !is_word(line)) {
                paragraph.extend(line.inlines);
            }
        }
        end_paragraph(&mut blocks, &mut paragraph);
    }
    blocks
}

/// A heading without the signs at its end, which Markdown takes for text where no space stands in
/// front of them.
pub(super) fn heading(mut inlines: Vec<Inline>) -> Block {
    if let Some(Inline::Text(text)) = inlines.last_mut() {
        let trimmed = text.trim_end();
        let title = trimmed.trim_end_matches('#');
        // One sign may belong to the last word: C#.
        if trimmed.len() - title.len() > 1 {
            text.truncate(title.len());
        }
    }
    Block::Heading(inlines)
}

/// A cell, in which lines stand next to each other, with semicolons between words.
pub(super) fn cell(inlines: Vec<Inline>) -> Cell {
    let mut cell: Cell = Vec::new();
    let mut is_next_line = false;
    for inline in inlines {
        if matches!(inline, Inline::HardBreak) {
            is_next_line = true;
            continue;
        }
        if is_next_line && !inline.is_blank() {
            is_next_line = false;
            let text = inline::plain_text(std::slice::from_ref(&inline));
            let goes_on = text.trim_start().starts_with('•');
            let separator = line_separator(&mut cell, goes_on);
            cell.push(Inline::Text(separator.to_owned()));
        }
        cell.push(inline);
    }
    cell
}

/// What to put between the lines of a cell.
fn line_separator(before: &mut Cell, goes_on: bool) -> &'static str {
    while before.pop_if(|last| last.is_blank()).is_some() {}
    if let Some(Inline::Text(text)) = before.last_mut() {
        text.truncate(text.trim_end().len());
    }
    let last = before.last().map(std::slice::from_ref).unwrap_or_default();
    match inline::plain_text(last).chars().next_back() {
        Some(last) if last.is_alphanumeric() && !goes_on => "; ",
        _ => " ",
    }
}

/// Inlines up to the end of a line, which is the last of them except in the last line.
struct Line {
    inlines: Vec<Inline>,
}

fn at_empty_lines(inlines: Vec<Inline>) -> Vec<Vec<Inline>> {
    let mut parts = vec![Vec::new()];
    let mut breaks = 0;
    for inline in inlines {
        match &inline {
            Inline::HardBreak => breaks += 1,
            _ if inline.is_blank() => {}
            _ => {
                if breaks > 1 {
                    parts.push(Vec::new());
                }
                breaks = 0;
            }
        }
        if let Some(part) = parts.last_mut() {
            part.push(inline);
        }
    }
    parts
}

fn lines(inlines: Vec<Inline>) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut line = Vec::new();
    for inline in inlines {
        let is_end = matches!(inline, Inline::SoftBreak | Inline::HardBreak);
        line.push(inline);
        if is_end {
            lines.push(Line {
                inlines: std::mem::take(&mut line),
            });
        }
    }
    if !line.is_empty() {
        lines.push(Line { inlines: line });
    }
    lines
}

fn is_word(line: &Line) -> bool {
    let is_one_word = |text: &str| {
        let text = text.trim();
        let length = text.chars().count();
        // What ends in a colon leads up to the list.
        (1..=MAX_WORD).contains(&length)
            && !text.contains(char::is_whitespace)
            && !text.ends_with(':')
    };
    match line.inlines.as_slice() {
        [Inline::Text(text)] | [Inline::Text(text), Inline::SoftBreak] => is_one_word(text),
        [Inline::Code(code)] | [Inline::Code(code), Inline::SoftBreak] => is_one_word(code),
        _ => false,
    }
}

fn list(lines: Vec<Line>) -> Block {
    let item = |line: Line| vec![Block::Paragraph(line.inlines)];
    Block::List {
        start: None,
        items: lines.into_iter().map(item).collect(),
    }
}

fn end_paragraph(blocks: &mut Vec<Block>, paragraph: &mut Vec<Inline>) {
    let block = Block::Paragraph(std::mem::take(paragraph));
    if !block.is_blank() {
        blocks.push(block);
    }
}
