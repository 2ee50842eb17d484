//! The first sentence of a description.

use super::inline;
use super::tree::{Block, Inline};

/// The first paragraph; the first in a list or quotation, where notices stand, only if there is no
/// other, and a heading only if there is no paragraph at all.
pub(super) fn first_text(blocks: Vec<Block>) -> Option<Vec<Inline>> {
    let mut nested = None;
    let mut heading = None;
    for block in blocks {
        match block {
            Block::Paragraph(text) => return Some(text),
            Block::Quote(blocks) => nested = nested.or_else(|| first_text(blocks)),
            Block::List { items, .. } => {
                nested = nested.or_else(|| items.into_iter().find_map(first_text));
            }
            Block::Heading(text) => heading = heading.or(Some(text)),
            Block::Code { .. } | Block::Table(_) | Block::Rule => {}
        }
    }
    nested.or(heading)
}

/// The inlines up to the end of the first sentence, without their formats.
pub(super) fn first_sentence(inlines: Vec<Inline>) -> Vec<Inline> {
    let mut plain = Vec::new();
    add_plain(&mut plain, inlines);
    let mut sentence = Vec::new();
    for inline in plain {
        match inline {
            Inline::HardBreak if sentence.is_empty() => {}
            Inline::HardBreak => break,
            Inline::SoftBreak if ends_sentence(sentence.last()) => break,
            Inline::Text(mut text) => {
                let end = sentence_end(&text);
                text.truncate(end.unwrap_or(text.len()));
                sentence.push(Inline::Text(text));
                if end.is_some() {
                    break;
                }
            }
            other => sentence.push(other),
        }
    }
    sentence
}

/// Adds inlines without formats, and links only where their text is their address.
fn add_plain(plain: &mut Vec<Inline>, inlines: Vec<Inline>) {
    for inline in inlines {
        match inline {
            Inline::Text(text) => match plain.last_mut() {
                Some(Inline::Text(last)) => last.push_str(&text),
                _ => plain.push(Inline::Text(text)),
            },
            Inline::Emphasis(text) | Inline::Strong(text) | Inline::Strikethrough(text) => {
                add_plain(plain, text);
            }
            Inline::Link { url, text } if !inline::is_address(&url, &text) => {
                add_plain(plain, text);
            }
            other => plain.push(other),
        }
    }
}

fn ends_sentence(last: Option<&Inline>) -> bool {
    let Some(Inline::Text(text)) = last else {
        return false;
    };
    let text = text.trim_end();
    text.ends_with(['!', '?', '。']) || (text.ends_with('.') && !is_abbreviation(text))
}

/// Where the first sentence of a text ends, if another one follows it.
fn sentence_end(text: &str) -> Option<usize> {
    text.char_indices().find_map(|(position, character)| {
        let end = position + character.len_utf8();
        let after = &text[end..];
        let goes_on = after.trim_start().starts_with(char::is_lowercase);
        let is_end = match character {
            '.' => after.starts_with(char::is_whitespace) && !is_abbreviation(&text[..end]),
            '!' | '?' => after.starts_with(char::is_whitespace),
            '。' => true,
            _ => false,
        };
        (is_end && !goes_on && !after.trim().is_empty()).then_some(end)
    })
}

/// Whether the full stop that a text ends with belongs to its last word.
fn is_abbreviation(text: &str) -> bool {
    const ABBREVIATIONS: [&str; 12] = [
        "approx", "cf", "e.g", "eg", "etc", "i.e", "ie", "incl", "max", "min", "no", "vs",
    ];
    let word = text.trim_end_matches('.');
    let start = word
        .rfind(|c: char| c.is_whitespace() || c == '(')
        .map_or(0, |at| at + 1);
    let word = word.get(start..).unwrap_or_default().to_lowercase();
    word.chars().count() == 1 || ABBREVIATIONS.contains(&word.as_str())
}
