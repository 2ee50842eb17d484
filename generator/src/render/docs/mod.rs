//! Documentation comments from the descriptions of vendors.
//!
//! Descriptions are CommonMark with HTML in it, or are meant to be. They are read into a tree with
//! the parser that rustdoc uses and written again from there, so that what comes out means the
//! same and nothing in it surprises rustdoc: no HTML, no code to compile, no link that leads
//! nowhere, no heading that competes with those of the page.

mod block;
mod builder;
mod clean;
mod html;
mod inline;
mod paragraph;
mod parse;
mod summary;
mod tree;
mod url;

use inline::Context;

/// The columns that remain for a line of documentation after its indent and `/// `.
const WIDTH: usize = 92;

/// How often a description is read again; all but contrived ones are settled the first time.
const MAX_ROUNDS: usize = 4;

/// The most characters of a summary.
const MAX_SUMMARY: usize = 200;

/// A description as Markdown for rustdoc, in lines without trailing blanks.
///
/// The result is stable: given to this function again, it stays the same.
pub(super) fn rustdoc(text: &str) -> String {
    if let Some(plain) = plain_line(text) {
        return plain.to_owned();
    }
    let mut markdown = rewritten(text);
    // Where symbols meet asterisks, which of them begin and end a format is for a parser to tell.
    // Reading the result again settles it.
    for _ in 0..MAX_ROUNDS {
        if !markdown.contains('*') {
            break;
        }
        let settled = rewritten(&markdown);
        if settled == markdown {
            break;
        }
        markdown = settled;
    }
    markdown
}

/// The first sentence of a description on one line, without formatting but for code; the empty
/// text if there is none. It is as safe for rustdoc as [`rustdoc`] is.
pub(super) fn first_line(text: &str) -> String {
    let text = clean::clean(text);
    let blocks = parse::parse(&text);
    let Some(text) = summary::first_text(blocks) else {
        return String::new();
    };
    let line = inline::write_line(&summary::first_sentence(text), Context::default());
    block::single_line(&line, MAX_SUMMARY)
}

fn rewritten(text: &str) -> String {
    let text = clean::clean(text);
    let blocks = parse::parse(&text);
    block::lines(&blocks, WIDTH).join("\n")
}

/// The text itself if nothing in it could mean anything to Markdown, as is so with most.
fn plain_line(text: &str) -> Option<&str> {
    let text = text.trim();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b" ,.;:'\"()/-?%=".contains(&byte);
    let has_meaning = ["  ", "--", "://"].iter().any(|found| text.contains(found));
    let is_line = text.len() <= WIDTH
        && text.starts_with(|character: char| character.is_ascii_alphabetic())
        && text.bytes().all(is_plain)
        && !has_meaning;
    is_line.then_some(text)
}

/// Whether a link leads to the same place from any page.
fn leads_anywhere(url: &str) -> bool {
    let scheme = url.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        ["http", "https", "mailto"]
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known))
    })
}

#[cfg(test)]
mod tests;
